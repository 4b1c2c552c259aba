#pragma once

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

// How accounts come to be, and how a forgotten password is set anew. What strangers may ask for
// (registration, forgotten passwords) does the same work and answers the same whether or not an
// address has an account: one hash where there is a password, one row, one e-mail.

/// {email, password, name?}: sends a link, or tells the owner of an account that he has one.
Result<Outcome> register_account(Desk& desk, Call& call);
/// {token, password}: makes the account that was asked for, and signs in; the password again shows
/// that whoever reads the mail is who chose it. Or {token}: adds an address to an account.
Result<Outcome> confirm(Desk& desk, Call& call);
/// {email}: sends a link that sets a new password, or says that there is no account.
Result<Outcome> forgot(Desk& desk, Call& call);
/// {token, password}: a new password; all sessions end.
Result<Outcome> reset(Desk& desk, Call& call);
/// {email, role?} by an admin.
Result<Outcome> invite(Desk& desk, Call& call);
/// {token, password, name?}: makes an account with the role, or gives the role to the account that
/// the address has already, whose password stays.
Result<Outcome> accept_invitation(Desk& desk, Call& call);

}  // namespace mainstay::auth
