#include "platform/auth/routes.hpp"

#include <array>

#include "platform/auth/cases/account.hpp"
#include "platform/auth/cases/authenticator.hpp"
#include "platform/auth/cases/credentials.hpp"
#include "platform/auth/cases/registration.hpp"
#include "platform/auth/cases/sign_in.hpp"
#include "platform/auth/forms.hpp"

namespace mainstay::auth {
namespace {

Result<Outcome> show_invite(Desk& desk, Call& call) { return form_page(desk, call, "invite"); }

constexpr bool post = true;
constexpr bool get = false;
constexpr bool hashes = true;
constexpr bool quick = false;

constexpr std::array actions_table{
    Action{"/auth/register", post, Who::anybody, hashes, "register", register_account},
    Action{"/auth/confirm", post, Who::anybody, hashes, "confirm", confirm},
    Action{"/auth/login", post, Who::anybody, hashes, "login", login},
    Action{"/auth/login/code", post, Who::anybody, quick, "code", login_code},
    Action{"/auth/logout", post, Who::anybody, quick, "", logout},
    Action{"/auth/forgot", post, Who::anybody, quick, "forgot", forgot},
    Action{"/auth/reset", post, Who::anybody, hashes, "reset", reset},
    Action{"/auth/invitation", post, Who::anybody, hashes, "invitation", accept_invitation},
    Action{"/auth/invite", post, Who::admin, quick, "invite", invite},
    Action{"/auth/invite", get, Who::admin, quick, "", show_invite, true},
    Action{"/auth/account", get, Who::person, quick, "", show_account, true},
    Action{"/auth/me", get, Who::caller, quick, "", show_account},
    Action{"/auth/name", post, Who::person, quick, "account", change_name},
    Action{"/auth/password", post, Who::person, hashes, "account", change_password},
    Action{"/auth/addresses", get, Who::caller, quick, "", list_addresses},
    Action{"/auth/addresses", post, Who::person, hashes, "account", add_address},
    Action{"/auth/addresses/primary", post, Who::person, quick, "account", choose_primary},
    Action{"/auth/addresses/remove", post, Who::person, quick, "account", drop_address},
    Action{"/auth/sessions", get, Who::person, quick, "", list_sessions},
    Action{"/auth/sessions/end", post, Who::person, quick, "account", end_session},
    Action{"/auth/sessions/end-others", post, Who::person, quick, "account", end_other_sessions},
    Action{"/auth/tokens", get, Who::person, quick, "", list_tokens},
    Action{"/auth/tokens", post, Who::person, quick, "account", make_token},
    Action{"/auth/tokens/end", post, Who::person, quick, "account", end_token},
    Action{"/auth/authenticator", post, Who::person, hashes, "account", begin_authenticator},
    Action{"/auth/authenticator/confirm", post, Who::person, quick, "account",
           confirm_authenticator},
    Action{"/auth/authenticator/end", post, Who::person, hashes, "account", end_authenticator},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> forms_table{{
    {"/auth/login", "login"},
    {"/auth/register", "register"},
    {"/auth/sent", "sent"},
    {"/auth/confirm", "confirm"},
    {"/auth/forgot", "forgot"},
    {"/auth/reset", "reset"},
    {"/auth/invitation", "invitation"},
}};

}  // namespace

std::span<const Action> actions() { return actions_table; }
std::span<const std::pair<std::string_view, std::string_view>> form_routes() { return forms_table; }

}  // namespace mainstay::auth
