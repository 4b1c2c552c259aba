#include "apps/apim/inbound/page/sessions.hpp"

#include <algorithm>

#include "apps/apim/limits.hpp"
#include "base/text.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::apim {
void Sessions::open(std::string_view token, SystemTime now) {
  std::string place = kept(token);
  auto sessions = sessions_.lock();
  make_room(*sessions, now);
  (*sessions)[std::move(place)] = {now, now};
}

bool Sessions::use(std::string_view token, SystemTime now) {
  if (token.empty()) return false;
  const std::string place = kept(token);
  auto sessions = sessions_.lock();
  const auto found = sessions->find(place);
  if (found == sessions->end()) return false;
  if (is_over(found->second, now)) {
    sessions->erase(found);
    return false;
  }
  found->second.used = std::max(found->second.used, now);
  return true;
}

void Sessions::close(std::string_view token) {
  const std::string place = kept(token);
  auto sessions = sessions_.lock();
  sessions->erase(place);
}

std::string Sessions::csrf_token(std::string_view token) const {
  return hexadecimal(tls::hmac_sha256(key_, std::string{"csrf "}.append(token)));
}

std::size_t Sessions::size() const {
  auto sessions = sessions_.lock();
  return sessions->size();
}

bool Sessions::is_over(const Session& session, SystemTime now) {
  return now - session.used >= Limits::page_session_idle_max ||
         now - session.opened >= Limits::page_session_age_max;
}

void Sessions::make_room(Map& sessions, SystemTime now) {
  if (sessions.size() < Limits::page_sessions_max) return;
  std::erase_if(sessions, [now](const auto& one) { return is_over(one.second, now); });
  if (sessions.size() < Limits::page_sessions_max) return;
  sessions.erase(
      std::ranges::min_element(sessions, {}, [](const auto& one) { return one.second.used; }));
}

std::string Sessions::kept(std::string_view token) const {
  return tls::hmac_sha256(key_, std::string{"session "}.append(token));
}

}  // namespace mainstay::apim
