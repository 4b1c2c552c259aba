#pragma once

#include <string_view>

#include "apps/apim/domain/authorize.hpp"

namespace mainstay::apim {

/// The header `3scale-options`: a query string of name=value, percent-encoded. Unknown names are
/// ignored, and so is what is malformed: extensions ask for more, they never refuse a call.
Extensions parse_extensions(std::string_view header);

/// "anything but 0 and false": how `no_body` is switched on, here and as a parameter.
bool switches_on(std::string_view value);

}  // namespace mainstay::apim
