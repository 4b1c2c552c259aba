#pragma once

#include <memory>
#include <string_view>

#include "apps/exchange/ports/primary_store.hpp"
#include "apps/exchange/venue.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::exchange {

/// What everything in the primary market is paid in; defined with 2 decimals when it is not there.
inline constexpr std::string_view primary_quote = "USD";

/// Brings what the store owes (Payment) to the market's accounts, each exactly once: a payment is
/// written with its cause, submitted under references of its own, and marked in the store only when
/// the market has taken it. A crash in between has it submitted again, and the market says that the
/// reference is repeated. A market that lost its newest commands in a loss of power (durability
/// `process`) learns them again: the newest payments are submitted anew at each start.
///
/// Defines the assets and symbols that payments need. All functions on the lane, which starts
/// before and stops before the venue does.
class PrimaryPayments {
 public:
  /// `failed` hears of errors, of the store and of refusals that should not be.
  PrimaryPayments(PrimaryStore& store, Venue& venue, std::shared_ptr<Lane> lane,
                  UniqueFunction<void(const Error&)> failed);
  ~PrimaryPayments();

  /// At the start.
  void begin();
  /// Works off what is owed; `settled` runs when nothing is owed any more, or nothing moves now.
  void work(UniqueFunction<void()> settled);
  /// Any thread: whether the last work left something; call work() again after a while.
  [[nodiscard]] bool owes() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange
