#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace mainstay::auth {

/// How long a session lasts: without use, and in all.
struct SessionLife {
  Seconds idle{12 * 3600};
  Seconds age{7 * 24 * 3600};
};
/// Of ordinary sessions and of those whose owner asked to be remembered.
struct SessionRule {
  SessionLife ordinary;
  SessionLife remembered{Seconds{30 * 24 * 3600}, Seconds{90 * 24 * 3600}};
};

/// The times of one session. `used` lags by up to a minute (it is not written at each use).
struct SessionTimes {
  SystemTime opened{};
  SystemTime used{};
  bool remembered = false;
};

/// Whether it is over at `now`. Set-back clocks make it live longer by that.
bool is_over(const SessionRule& rule, const SessionTimes& times, SystemTime now);
/// When it will be over at the latest.
SystemTime end_of(const SessionRule& rule, const SessionTimes& times);

/// The roles that a token has: its own, as far as its owner still has them; `*` for all of them.
std::vector<std::string> effective_roles(const std::vector<std::string>& of_user,
                                         std::string_view scopes);

}  // namespace mainstay::auth
