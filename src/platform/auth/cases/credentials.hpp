#pragma once

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

// Where the account is signed in, and the keys of its programs.

Result<Outcome> list_sessions(Desk& desk, Call& call);
/// {id}; the own one is a sign-out.
Result<Outcome> end_session(Desk& desk, Call& call);
Result<Outcome> end_other_sessions(Desk& desk, Call& call);

Result<Outcome> list_tokens(Desk& desk, Call& call);
/// {label, roles?, days?}: the token, which is shown this once. `roles`: some of the account's,
/// with blanks between; `*` all that it has at the time of use; none by default.
Result<Outcome> make_token(Desk& desk, Call& call);
/// {id}
Result<Outcome> end_token(Desk& desk, Call& call);

}  // namespace mainstay::auth
