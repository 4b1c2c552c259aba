#pragma once

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

// What the owner of an account does with it; the caller has a session.

/// The account page; as JSON who that is, with the CSRF token of the session.
Result<Outcome> show_account(Desk& desk, Call& call);
/// {name}
Result<Outcome> change_name(Desk& desk, Call& call);
/// {current, password}: all other sessions end, and this one gets another token.
Result<Outcome> change_password(Desk& desk, Call& call);

/// The account's confirmed addresses.
Result<Outcome> list_addresses(Desk& desk, Call& call);
/// {email, current}: a link goes there; the address is the account's once it was used. Whether it
/// is somebody else's already, only the one who reads its mail is told.
Result<Outcome> add_address(Desk& desk, Call& call);
/// {email}
Result<Outcome> choose_primary(Desk& desk, Call& call);
/// {email}: not the primary one.
Result<Outcome> drop_address(Desk& desk, Call& call);

}  // namespace mainstay::auth
