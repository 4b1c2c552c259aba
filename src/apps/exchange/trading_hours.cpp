#include "apps/exchange/trading_hours.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "apps/exchange/venue_calls.hpp"

namespace mainstay::exchange {
namespace {

/// How late a phase may begin.
constexpr Millis look_every{250};
constexpr std::int64_t made_up_for_ns = std::chrono::nanoseconds{std::chrono::hours{24}}.count();

struct Due {
  Time at{};
  SymbolId symbol{};
  Phase phase = Phase::continuous;
};

/// In the order of time; of one market a halt lasts until it closes.
std::vector<Due> all_due(const std::vector<TradingDay>& days,
                         const std::vector<SymbolView>& symbols, Time after, Time up_to) {
  std::vector<Due> due;
  for (const SymbolView& symbol : symbols) {
    const TradingDay* const day = trading_day_of(days, symbol.definition.name.text());
    if (day == nullptr) continue;
    bool halted = symbol.definition.phase == Phase::halted;
    for (const PhaseMoment& moment : moments_between(*day, after, up_to)) {
      halted = halted && moment.phase != Phase::closed;
      if (!halted) due.push_back({moment.at, symbol.definition.id, moment.phase});
    }
  }
  std::ranges::stable_sort(due, {}, &Due::at);
  return due;
}

}  // namespace

TradingHours::TradingHours(Venue& venue, const Clock& clock)
    : venue_(venue), clock_(clock), ticker_("exchange.hours", look_every, [this] { pass(); }) {}

TradingHours::~TradingHours() { stop(); }

void TradingHours::start(std::vector<TradingDay> days) {
  set_days(std::move(days));
  if (days_.empty()) return;
  pass();
  ticker_.start();
}

void TradingHours::stop() { ticker_.stop(); }

/// What cannot be submitted now, or seen, is due the next time.
void TradingHours::pass() {
  const Time now{clock_.wall().time_since_epoch().count() * 1'000};
  const auto seen = look_and_wait(venue_, [](const Views& views) {
    return std::pair{views.engine.symbols(), views.engine.last_time()};
  });
  if (!seen) return;
  if (!passed_) passed_ = seen->second.get() == 0 ? now : seen->second;
  const Time after = std::max(*passed_, Time{now.get() - made_up_for_ns});
  for (const Due& one : all_due(days_, seen->first, after, now)) {
    if (!venue_.submit(AccountId{}, SetPhase{one.symbol, one.phase}, {})) {
      passed_ = Time{one.at.get() - 1};
      return;
    }
  }
  passed_ = std::max(*passed_, now);
}

}  // namespace mainstay::exchange
