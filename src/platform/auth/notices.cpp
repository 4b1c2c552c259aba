#include "platform/auth/notices.hpp"

#include <array>
#include <utility>

namespace mainstay::auth {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> notices{{
    {"reset", "The new password is set. Sign in with it."},
    {"accepted", "The invitation is accepted. Sign in."},
    {"out", "You are signed out."},
    {"name_changed", "The user name is changed."},
    {"password_changed", "The password is changed; all other sessions have ended."},
    {"mail_sent", "An e-mail is on its way; follow its link to confirm the address."},
    {"primary_changed", "The primary address is changed."},
    {"address_removed", "The address is removed."},
    {"session_ended", "The session has ended."},
    {"sessions_ended", "All other sessions have ended."},
    {"token_ended", "The token is revoked."},
    {"authenticator_off", "The authenticator is off."},
    {"confirmed", "The address is confirmed."},
}};

}  // namespace

std::string notice_html(std::string_view name) {
  for (const auto& [own, text] : notices) {
    if (own != name) continue;
    return std::string{"<p class=\"notice\" role=\"status\">"}.append(text).append("</p>");
  }
  return {};
}

}  // namespace mainstay::auth
