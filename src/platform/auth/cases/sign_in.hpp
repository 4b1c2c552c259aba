#pragma once

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

/// {login, password, code?, remember?, next?}: a name or an address. Wrong, unknown and disabled
/// are one refusal, behind one hash each.
Result<Outcome> login(Desk& desk, Call& call);
/// {ticket, code, next?}: the second step of people whose account asks for a code.
Result<Outcome> login_code(Desk& desk, Call& call);
Result<Outcome> logout(Desk& desk, Call& call);

/// Whether that is the account's code now, or one of its recovery codes; it is used up.
Result<bool> use_code(Desk& desk, store::Session& session, const User& user, std::string_view code,
                      SystemTime now);

}  // namespace mainstay::auth
