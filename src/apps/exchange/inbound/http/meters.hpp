#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/exchange/fundamental.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {

/// What happened in the current of windows that stand side by side. Any thread.
class WindowCount {
 public:
  /// Adds; gives how much there is in the window now. Beyond `most` (0: any) nothing is added, and
  /// the answer is above it.
  std::uint64_t add(std::uint64_t amount, std::uint64_t most, SystemTime now, Seconds window);
  [[nodiscard]] bool is_over(SystemTime now, Seconds window) const;
  /// Until the next window begins; at least a second.
  static Seconds left(SystemTime now, Seconds window);

 private:
  std::atomic<std::uint64_t> state_{0};  // number of the window (40 bits), count (24 bits)
};

/// Weight of requests by address, and orders by account. Any thread.
class Meters {
 public:
  static constexpr Seconds weight_window{60};
  static constexpr Seconds orders_window{10};

  /// What this address has used up with that in this minute; above `most`: refuse.
  std::uint64_t spend(std::string_view peer, std::uint64_t weight, std::uint64_t most,
                      SystemTime now);
  /// Of an account; lives as long as somebody counts with it.
  std::shared_ptr<WindowCount> orders_of(AccountId account);

 private:
  using Peers =
      std::unordered_map<std::string, std::unique_ptr<WindowCount>, StringHash, std::equal_to<>>;
  static constexpr std::size_t stripes = 16;
  std::array<Locked<Peers>, stripes> peers_;
  Locked<std::unordered_map<AccountId, std::weak_ptr<WindowCount>>> orders_;
};

}  // namespace mainstay::exchange
