#pragma once

#include <string_view>

#include "platform/auth/call.hpp"
#include "platform/http/response.hpp"

namespace mainstay::auth {

/// Renders an outcome as the call wants it: JSON, a page, or 303 to where it goes on.
void answer(http::Response& response, const Call& call, const Outcome& outcome);
/// A file of the pages: the style sheet.
void answer_asset(http::Response& response, std::string_view name);
/// The cookie that ties the forms of somebody who is not signed in to his browser.
void set_form_cookie(http::Response& response, std::string_view token);

}  // namespace mainstay::auth
