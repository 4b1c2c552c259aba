#include "apps/exchange/inbound/http/meters.hpp"

#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

constexpr unsigned count_bits = 24;
constexpr std::uint64_t count_max = (1ULL << count_bits) - 1;

std::uint64_t window_of(SystemTime now, Seconds window) {
  const auto seconds = std::chrono::duration_cast<Seconds>(now.time_since_epoch());
  return static_cast<std::uint64_t>(seconds / window) & ((1ULL << (64 - count_bits)) - 1);
}

}  // namespace

std::uint64_t WindowCount::add(std::uint64_t amount, std::uint64_t most, SystemTime now,
                               Seconds window) {
  const std::uint64_t current = window_of(now, window);
  std::uint64_t state = state_.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t before = state >> count_bits == current ? state & count_max : 0;
    const std::uint64_t after = before + amount;
    if (most != 0 && after > most) return after;
    const std::uint64_t wanted = current << count_bits | std::min(after, count_max);
    if (state_.compare_exchange_weak(state, wanted, std::memory_order_relaxed)) return after;
  }
}

bool WindowCount::is_over(SystemTime now, Seconds window) const {
  return state_.load(std::memory_order_relaxed) >> count_bits != window_of(now, window);
}

Seconds WindowCount::left(SystemTime now, Seconds window) {
  const auto seconds = std::chrono::duration_cast<Seconds>(now.time_since_epoch());
  return window - seconds % window;
}

std::uint64_t Meters::spend(std::string_view peer, std::uint64_t weight, std::uint64_t most,
                            SystemTime now) {
  auto known = peers_[StringHash{}(peer) % stripes].lock();
  auto found = known->find(peer);
  if (found == known->end()) {
    if (known->size() >= Limits::peers_metered_max / stripes) {
      std::erase_if(*known,
                    [now](const auto& one) { return one.second->is_over(now, weight_window); });
      if (known->size() >= Limits::peers_metered_max / stripes) known->clear();
    }
    found = known->emplace(std::string{peer}, std::make_unique<WindowCount>()).first;
  }
  return found->second->add(weight, most, now, weight_window);
}

std::shared_ptr<WindowCount> Meters::orders_of(AccountId account) {
  auto known = orders_.lock();
  auto& weak = (*known)[account];
  if (auto count = weak.lock()) return count;
  if (known->size() > Limits::accounts_cached_max) {
    std::erase_if(*known, [account](const auto& one) {
      return one.first != account && one.second.expired();
    });
  }
  auto count = std::make_shared<WindowCount>();
  (*known)[account] = count;
  return count;
}

}  // namespace mainstay::exchange
