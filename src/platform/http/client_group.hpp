#pragma once

#include <string>
#include <string_view>

namespace mainstay::http {

/// What counts as one client where attempts are counted: an IPv4 address, or the /64 network of an
/// IPv6 one (its eight bytes), since who has one address there has them all.
std::string client_group(std::string_view address);

}  // namespace mainstay::http
