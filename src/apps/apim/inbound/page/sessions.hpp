#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// Who is signed in to the page. In memory: the end of the process signs everybody out. Tokens are
/// secret texts that the caller draws (256 bits); kept is only what a secret key makes of them.
/// Ends after Limits::page_session_idle_max without use, Limits::page_session_age_max after it was
/// opened; beyond Limits::page_sessions_max the one that was used longest ago goes. Times are the
/// wall clock's: one set back makes sessions live longer by that. Any thread.
class Sessions {
 public:
  /// `key`: secret, and another in each process.
  explicit Sessions(std::string key) : key_(std::move(key)) {}

  void open(std::string_view token, SystemTime now);
  /// Whether that session lives; asking is use of it.
  bool use(std::string_view token, SystemTime now);
  void close(std::string_view token);

  /// What a change must show besides the cookie: made of the token, tells nothing of it.
  [[nodiscard]] std::string csrf_token(std::string_view token) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Session {
    SystemTime opened;
    SystemTime used;
  };
  using Map = std::unordered_map<std::string, Session>;

  static bool is_over(const Session& session, SystemTime now);
  static void make_room(Map& sessions, SystemTime now);
  [[nodiscard]] std::string kept(std::string_view token) const;

  std::string key_;
  Locked<Map> sessions_;
};

}  // namespace mainstay::apim
