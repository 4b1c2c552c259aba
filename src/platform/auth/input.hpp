#pragma once

#include <string_view>

#include "base/result.hpp"
#include "platform/auth/call.hpp"
#include "platform/auth/keys.hpp"
#include "platform/http/request.hpp"

namespace mainstay::auth {

/// The call of a request, its fields those of the query (GET) or of the body: a form, or a JSON
/// object of texts, numbers, booleans and lists of texts (joined by blanks). Errc::body_too_large,
/// body_unsupported and input_invalid.
Result<Call> read_call(const http::Request& request, const Keys& keys);

/// What a page's forms must show: made of the session's cookie, or else of the form's.
std::string_view cookie_token_of(const http::Request& request);

}  // namespace mainstay::auth
