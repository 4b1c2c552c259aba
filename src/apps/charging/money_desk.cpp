#include "apps/charging/money_desk.hpp"

#include <atomic>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "base/locked.hpp"
#include "platform/lane/lane.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::charging {

struct MoneyDesk::Impl {
  Impl(MoneyOffice& the_office, const Clock& the_clock,
       UniqueFunction<void(const Error&)> on_failure, std::size_t queue_max)
      : office(the_office),
        clock(the_clock),
        failed(std::move(on_failure)),
        lane("charging.money", queue_max),
        time("charging.money", tick_every, [this] { wake(is_timed, &Impl::tick); }) {}

  /// Posts `job` unless it waits already.
  void wake(std::atomic<bool>& waits, void (Impl::*job)()) {
    if (waits.exchange(true)) return;
    const bool taken = lane.try_post([this, &waits, job] {
      waits = false;
      (this->*job)();
    });
    if (!taken) waits = false;
  }

  void note(const Result<>& done) {
    if (done.has_error()) failed(done.error());
  }

  void catch_up() {
    const auto step = office.catch_up(clock.wall());
    if (step.has_error()) failed(step.error());
    has_more = step.has_value() && *step;
  }

  /// What no event tells of is looked for once a second.
  void tick() {
    const bool is_full = ++ticks % 4 == 0;
    if (is_full || has_more) catch_up();
    if (is_full) note(office.tick(clock.wall()));
  }

  void tell(TransactionId id);
  void tell_changed();

  MoneyOffice& office;
  const Clock& clock;
  const UniqueFunction<void(const Error&)> failed;
  std::atomic<bool> is_timed{false};
  std::atomic<bool> is_woken{false};
  std::atomic<bool> tells{false};
  std::atomic<std::size_t> watched{0};
  Locked<std::set<TransactionId>> changed;  // to be told
  // The lane's.
  std::map<TransactionId, std::vector<Watcher>> watchers;
  bool has_more = false;
  std::uint64_t ticks = 0;
  Lane lane;
  Ticker time;
};

/// A charge that has ended is settled first, so that its record is there.
void MoneyDesk::Impl::tell(TransactionId id) {
  const auto at = watchers.find(id);
  if (at == watchers.end()) return;
  auto charge = office.charge(id, clock.wall());
  if (charge.has_error()) return failed(charge.error());
  const bool is_over = charge->transaction.state == TransactionState::ended;
  if (is_over && !charge->record) {
    auto record = office.settle(charge->transaction, clock.wall());
    if (record.has_error()) return failed(record.error());
    charge->record = std::move(*record);
  }
  auto& those = at->second;
  watched -= std::erase_if(those, [&](const Watcher& one) { return !one(*charge) || is_over; });
  if (those.empty()) watchers.erase(at);
}

void MoneyDesk::Impl::tell_changed() {
  std::set<TransactionId> those;
  {
    auto waiting = changed.lock();
    those.swap(*waiting);
  }
  for (const TransactionId id : those) tell(id);
}

MoneyDesk::MoneyDesk(MoneyOffice& office, const Clock& clock,
                     UniqueFunction<void(const Error&)> failed, std::size_t queue_max)
    : impl_(std::make_unique<Impl>(office, clock, std::move(failed), queue_max)) {}

MoneyDesk::~MoneyDesk() { stop(); }

void MoneyDesk::start() {
  impl_->lane.start();
  impl_->time.start();
}

void MoneyDesk::stop() {
  impl_->time.stop();
  impl_->lane.stop();
  impl_->watchers.clear();
}

void MoneyDesk::ask(UniqueFunction<void(MoneyOffice&)> question) {
  (void)impl_->lane.try_post(
      [impl = impl_.get(), question = std::move(question)] { question(impl->office); });
}

void MoneyDesk::told(const NetworkEvent& event) {
  TransactionId watched{};
  bool settles = false;
  if (const auto* const metered = std::get_if<TransactionMetered>(&event)) {
    watched = metered->transaction;
  } else if (const auto* const ended = std::get_if<TransactionEnded>(&event)) {
    watched = ended->transaction.id;
    settles = true;
  } else {
    settles = std::holds_alternative<TransactionStarted>(event) ||
              std::holds_alternative<ReservationChanged>(event);
  }
  if (settles) impl_->wake(impl_->is_woken, &Impl::catch_up);
  if (watched == TransactionId{} || impl_->watched == 0) return;
  {
    auto changed = impl_->changed.lock();
    changed->insert(watched);
  }
  impl_->wake(impl_->tells, &Impl::tell_changed);
}

void MoneyDesk::watch(TransactionId transaction, Watcher watcher) {
  if (impl_->watched++ >= watchers_max) {
    --impl_->watched;
    return;
  }
  const bool taken = impl_->lane.try_post(
      [impl = impl_.get(), transaction, watcher = std::move(watcher)]() mutable {
        impl->watchers[transaction].push_back(std::move(watcher));
        impl->tell(transaction);
      });
  if (!taken) --impl_->watched;
}

}  // namespace mainstay::charging
