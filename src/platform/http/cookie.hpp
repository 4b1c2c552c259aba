#pragma once

#include <string_view>

namespace mainstay::http {

/// The value of that name in a `Cookie` header (RFC 6265, section 4.2), the first of several; empty
/// when there is none. A view into the header.
std::string_view cookie_value(std::string_view header, std::string_view name);

}  // namespace mainstay::http
