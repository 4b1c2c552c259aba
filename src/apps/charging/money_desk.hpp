#pragma once

#include <cstddef>
#include <memory>

#include "apps/charging/domain/network_event.hpp"
#include "apps/charging/money_office.hpp"
#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// The lane on which money works, and what wakes it: the network's events, and
/// time. What a crash leaves undone the event log and the payments' rows still
/// tell: it is done after the start.
///
/// Settling takes a step of the event log at a time, one at once and then one a
/// tick, so that a storm of charges does not take the store from those who
/// charge.
///
/// Life: construct, start() behind the network's, stop() behind that too.
class MoneyDesk {
 public:
  static constexpr Millis tick_every{250};

  /// All of it outlives the desk.
  MoneyDesk(MoneyOffice& office, const Clock& clock, UniqueFunction<void(const Error&)> failed,
            std::size_t queue_max);
  ~MoneyDesk();

  void start();
  void stop();

  /// Runs it on the lane. Where too much waits it is dropped uncalled. Any
  /// thread.
  void ask(UniqueFunction<void(MoneyOffice&)> question);
  /// From the network's lane: hands over and returns.
  void told(const NetworkEvent& event);

  /// Tells of a charge now and whenever its meter or its end is told; on the
  /// lane, until it gives false. The last call is of its end. At most
  /// watchers_max; beyond it is dropped uncalled.
  using Watcher = UniqueFunction<bool(const Charge&)>;
  void watch(TransactionId transaction, Watcher watcher);
  static constexpr std::size_t watchers_max = 20'000;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
