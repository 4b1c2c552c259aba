#pragma once

#include <string>
#include <string_view>

namespace mainstay::auth {

/// What a page says of what was just done, by its name in `?notice=`; empty for any other name.
std::string notice_html(std::string_view name);

}  // namespace mainstay::auth
