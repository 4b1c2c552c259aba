#pragma once

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

/// All that an account is, as one page of forms.
Result<Outcome> account_page(Desk& desk, Call& call, const User& user);

}  // namespace mainstay::auth
