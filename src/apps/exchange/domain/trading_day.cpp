#include "apps/exchange/domain/trading_day.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::int64_t day_ns = std::chrono::nanoseconds{std::chrono::hours{24}}.count();

/// Those that somebody may want at a time of day: the engine begins volatility calls itself, and a
/// halt is no daily matter.
constexpr std::array<std::pair<std::string_view, Phase>, 4> phases{
    std::pair{"opening_call", Phase::opening_call}, std::pair{"continuous", Phase::continuous},
    std::pair{"closing_call", Phase::closing_call}, std::pair{"closed", Phase::closed}};

Error invalid(std::string_view what, std::string_view wanted) {
  return Error{TradingDayErrc::text_invalid,
               std::string{"\""}.append(what).append("\": ").append(wanted)};
}

/// "08:15" or "08:15:30".
std::optional<Seconds> parse_time_of_day(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  constexpr std::array<std::uint64_t, 3> bounds{24, 60, 60};
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto part = i < parts.size() ? parse_u64(parts[i]) : 0;
    if (!part || *part >= bounds[i] || (i < parts.size() && parts[i].size() != 2)) {
      return std::nullopt;
    }
    seconds = seconds * 60 + *part;
  }
  return Seconds{static_cast<std::int64_t>(seconds)};
}

Result<TradingDay::Entry> parse_entry(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const auto at = parse_time_of_day(text.substr(0, blank));
  if (!at || blank == std::string_view::npos) {
    return invalid(text, "a time of day (UTC) and a phase are wanted, as 08:00 continuous");
  }
  const std::string_view name = trimmed(text.substr(blank));
  const auto phase = std::ranges::find(phases, name, [](const auto& one) { return one.first; });
  if (phase == phases.end()) {
    return invalid(name, "opening_call, continuous, closing_call or closed is wanted");
  }
  return TradingDay::Entry{*at, phase->second};
}

Result<TradingDay> parse_day(std::string_view text) {
  TradingDay day;
  const std::string_view head = text.substr(0, text.find(' '));
  if (head.ends_with(':')) {
    day.symbol = head.substr(0, head.size() - 1);
    if (day.symbol == "*") day.symbol.clear();
    text.remove_prefix(head.size());
  }
  for (const std::string_view part : split(text, ',')) {
    MS_TRY(const auto entry, parse_entry(trimmed(part)));
    if (!day.entries.empty() && entry.at <= day.entries.back().at) {
      return invalid(trimmed(part), "it does not come behind the one before it");
    }
    day.entries.push_back(entry);
  }
  return day;
}

}  // namespace

const ErrorRow& error_row(TradingDayErrc) {
  static constexpr ErrorRow row{"trading_day_invalid", "the trading day is not understood"};
  return row;
}

Result<std::vector<TradingDay>> parse_trading_days(std::string_view text) {
  std::vector<TradingDay> days;
  if (trimmed(text).empty()) return days;
  for (const std::string_view part : split(text, ';')) {
    MS_TRY(auto day, parse_day(trimmed(part)));
    if (std::ranges::find(days, day.symbol, &TradingDay::symbol) != days.end()) {
      return invalid(trimmed(part), "the symbol has a trading day already");
    }
    days.push_back(std::move(day));
  }
  return days;
}

const TradingDay* trading_day_of(const std::vector<TradingDay>& days, std::string_view symbol) {
  auto found = std::ranges::find(days, symbol, &TradingDay::symbol);
  if (found == days.end()) found = std::ranges::find(days, std::string_view{}, &TradingDay::symbol);
  return found == days.end() ? nullptr : &*found;
}

std::vector<PhaseMoment> moments_between(const TradingDay& day, Time after, Time up_to) {
  std::vector<PhaseMoment> found;
  for (std::int64_t n = after.get() / day_ns; n <= up_to.get() / day_ns; ++n) {
    for (const TradingDay::Entry& entry : day.entries) {
      const Time at{n * day_ns + std::chrono::nanoseconds{entry.at}.count()};
      if (at > after && at <= up_to) found.push_back({at, entry.phase});
    }
  }
  return found;
}

}  // namespace mainstay::exchange
