#include "platform/auth/errc.hpp"

#include <array>
#include <cstddef>

namespace mainstay::auth {
namespace {

constexpr std::array<ErrorRow, 35> error_rows{{
    {"input_invalid", "a field is missing or not well formed", 422},
    {"email_invalid", "this is no e-mail address", 422},
    {"name_invalid", "this cannot be a user name", 422},
    {"name_taken", "this user name belongs to somebody else", 409},
    {"password_too_short", "the password is too short", 422},
    {"password_too_long", "the password is too long", 422},
    {"password_common", "the password is one of the first that are guessed", 422},
    {"password_is_name", "the password is the user name or the e-mail address", 422},
    {"role_invalid", "this cannot be a role's name", 422},
    {"login_refused", "the login or the password is wrong", 401},
    {"password_refused", "the password is wrong", 403},
    {"code_required", "this account also asks for a code from its authenticator", 401},
    {"code_refused", "the code is wrong, or was used already", 401},
    {"sign_in_required", "sign in first", 401},
    {"session_required", "only a signed-in person may do this, not an API token", 403},
    {"role_missing", "this account does not have the role that is needed", 403},
    {"foreign_request", "refused: the request does not come from a page of ours", 403},
    {"too_many_attempts", "too many attempts", 429, Retry::yes},
    {"link_invalid", "this link is not one of ours", 400},
    {"link_expired", "this link has expired", 410},
    {"link_used", "this link was used already, or a newer one took its place", 410},
    {"registration_closed", "nobody can register here; ask for an invitation", 403},
    {"mail_unavailable", "no e-mail can be sent: auth.public_url is not set", 503},
    {"busy", "too many people want this at once", 503, Retry::yes},
    {"not_found", "there is no such thing in this account", 404},
    {"address_is_primary", "the primary address cannot be removed; make another one primary", 409},
    {"addresses_full", "the account has as many addresses as it may have", 409},
    {"tokens_full", "the account has as many tokens as it may have", 409},
    {"code_on_already", "the authenticator is on already; turn it off first", 409},
    {"code_not_begun", "no authenticator is being set up", 409},
    {"body_unsupported", "the body must be application/json or a form", 415},
    {"body_too_large", "the body is too large", 413},
    {"user_exists", "there is such a user already", 409},
    {"user_unknown", "there is no such user", 404},
    {"key_file", "cannot use the key file", 500},
}};

}  // namespace

const ErrorRow& error_row(Errc code) { return error_rows[static_cast<std::size_t>(code)]; }

}  // namespace mainstay::auth
