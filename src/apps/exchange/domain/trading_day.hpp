#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

enum class TradingDayErrc : std::uint8_t { text_invalid = 1 };
const ErrorRow& error_row(TradingDayErrc code);

/// When a market enters which phase, every day.
struct TradingDay {
  struct Entry {
    Seconds at{};  // of the day, UTC
    Phase phase = Phase::continuous;
  };
  std::string symbol;          // empty: of all that have none of their own
  std::vector<Entry> entries;  // ascending, not empty
};

/// "08:00 opening_call, 08:15 continuous, 16:30 closing_call, 16:35 closed", or by symbol:
/// "LUNAUSD: 07:00 continuous, 19:00 closed; *: 08:00 continuous, 16:30 closed". The error says
/// what is wrong. Nothing for an empty text.
Result<std::vector<TradingDay>> parse_trading_days(std::string_view text);

/// The symbol's own, or the one of all others; null: none.
const TradingDay* trading_day_of(const std::vector<TradingDay>& days, std::string_view symbol);

/// A moment at which a market enters a phase.
struct PhaseMoment {
  Time at{};
  Phase phase = Phase::continuous;
};
/// All behind `after` and not behind `up_to`, in order: as many as the days between them have.
std::vector<PhaseMoment> moments_between(const TradingDay& day, Time after, Time up_to);

}  // namespace mainstay::exchange
