#pragma once

#include "platform/gate/credentials.hpp"
#include "platform/http/router.hpp"

namespace mainstay::demo {

/// GET /demo/echo: answers what came, credentials as `***` and their last four characters.
/// `credentials`: the headers that hold some.
void register_routes(http::Router& router, const gate::CredentialHeaders& credentials);

}  // namespace mainstay::demo
