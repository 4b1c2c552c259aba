#pragma once

#include <string_view>

#include "platform/http/router.hpp"

namespace mainstay::http {

/// An embedded file (ms_assets() in CMakeLists.txt); empty for an unknown name.
using AssetFunction = std::string_view (*)(std::string_view name);

/// The file with the type that its name says, and with a policy that allows no script, style or
/// connection from elsewhere, and none within the HTML; 404 `not_found` when it is empty.
void answer_asset(Response& response, std::string_view name, std::string_view text);

/// GET PREFIX[/] answers with the file `page`, GET PREFIX/web/{file} with all. What several pages
/// use (elements, colours, asking the server) lies in platform/http/web and is listed among a
/// page's files. `page` is a literal, and must be there.
void add_page(Router& router, std::string_view prefix, std::string_view page, AssetFunction asset);

}  // namespace mainstay::http
