#include "platform/auth/domain/session_rule.hpp"

#include "base/text.hpp"

namespace mainstay::auth {
namespace {

const SessionLife& life_of(const SessionRule& rule, const SessionTimes& times) {
  return times.remembered ? rule.remembered : rule.ordinary;
}

}  // namespace

bool is_over(const SessionRule& rule, const SessionTimes& times, SystemTime now) {
  return now >= end_of(rule, times);
}

SystemTime end_of(const SessionRule& rule, const SessionTimes& times) {
  const SessionLife& life = life_of(rule, times);
  return std::min(times.used + life.idle, times.opened + life.age);
}

std::vector<std::string> effective_roles(const std::vector<std::string>& of_user,
                                         std::string_view scopes) {
  if (scopes == "*") return of_user;
  std::vector<std::string> out;
  for (const std::string_view scope : split(scopes, ' ')) {
    const auto found = std::ranges::find(of_user, scope);
    if (found != of_user.end()) out.push_back(*found);
  }
  return out;
}

}  // namespace mainstay::auth
