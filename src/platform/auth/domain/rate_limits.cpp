#include "platform/auth/domain/rate_limits.hpp"

#include <algorithm>
#include <chrono>

namespace mainstay::auth {

Seconds RateLimits::take(std::string_view key, SystemTime now) {
  std::string place{key};
  auto map = full_at_.lock();
  auto found = map->find(place);
  if (found == map->end()) {
    make_room(*map, now);
    found = map->emplace(std::move(place), now).first;
  }
  const Micros window{rate_.window};
  // Further ahead than a window it can only be when the clock was set back.
  const bool counts = found->second > now && found->second <= now + window;
  const SystemTime full_at = counts ? found->second : now;
  const SystemTime then = full_at + step();
  if (then > now + window) return std::chrono::ceil<Seconds>(then - now - window);
  found->second = then;
  return Seconds{0};
}

void RateLimits::give_back(std::string_view key) {
  auto map = full_at_.lock();
  const auto found = map->find(std::string{key});
  if (found != map->end()) found->second -= step();
}

void RateLimits::forget(std::string_view key) {
  auto map = full_at_.lock();
  map->erase(std::string{key});
}

std::size_t RateLimits::size() const {
  auto map = full_at_.lock();
  return map->size();
}

void RateLimits::make_room(Map& map, SystemTime now) const {
  if (map.size() < keys_max_) return;
  std::erase_if(
      map, [&](const auto& one) { return one.second <= now || one.second > now + rate_.window; });
  if (map.size() < keys_max_) return;
  map.erase(std::ranges::min_element(map, {}, [](const auto& one) { return one.second; }));
}

}  // namespace mainstay::auth
