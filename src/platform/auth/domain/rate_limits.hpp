#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/locked.hpp"

namespace mainstay::auth {

/// So many at once, and as many again evenly over each window: room comes back one by one.
struct Rate {
  std::int64_t burst = 10;
  Seconds window{900};
};

/// How often something was tried by each of many (the generic cell rate algorithm: one moment is
/// kept of each). At most `keys_max` are remembered; beyond, whoever is nearest to having all room
/// again is forgotten. Nothing lasts longer than a window, and what a clock that was set back left
/// ahead of now does not count. Any thread.
class RateLimits {
 public:
  RateLimits(Rate rate, std::size_t keys_max) : rate_(rate), keys_max_(keys_max) {}

  /// Takes one of `key`'s room. Zero: there was some. Else nothing was taken, and that long it
  /// takes until there is some.
  Seconds take(std::string_view key, SystemTime now);
  /// Gives one back: what was tried was right.
  void give_back(std::string_view key);
  /// All room is there again.
  void forget(std::string_view key);

  [[nodiscard]] std::size_t size() const;

 private:
  using Map = std::unordered_map<std::string, SystemTime>;  // when all room will be back
  void make_room(Map& map, SystemTime now) const;
  [[nodiscard]] Micros step() const { return Micros{rate_.window} / rate_.burst; }

  Rate rate_;
  std::size_t keys_max_;
  Locked<Map> full_at_;
};

}  // namespace mainstay::auth
