#pragma once

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

/// {current}: a new secret, shown as text, as an otpauth:// address and as a QR code. Counts once
/// it was confirmed.
Result<Outcome> begin_authenticator(Desk& desk, Call& call);
/// {code}: on from now; the recovery codes, which are shown this once. Other sessions end.
Result<Outcome> confirm_authenticator(Desk& desk, Call& call);
/// {current}: off, and the recovery codes go.
Result<Outcome> end_authenticator(Desk& desk, Call& call);

}  // namespace mainstay::auth
