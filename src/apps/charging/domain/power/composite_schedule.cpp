#include "apps/charging/domain/power/composite_schedule.hpp"

#include <algorithm>
#include <limits>

namespace mainstay::charging::power {
namespace {

using ocpp::ChargingProfileKind;
using ocpp::ChargingProfilePurpose;
using ocpp::ChargingRateUnit;

using Moment = std::int64_t;  // whole seconds since 1970
constexpr Moment never = std::numeric_limits<Moment>::max();

Moment moment_of(SystemTime time) {
  return std::chrono::floor<Seconds>(time).time_since_epoch().count();
}

/// What holds at a moment, and the first later one at which that may have changed.
template <class T>
struct Until {
  T value{};
  Moment until = never;
};

struct Limit {
  std::int64_t tenths = 0;
  ChargingRateUnit unit = ChargingRateUnit::amperes;
  std::int32_t phases = 3;
};
using MaybeLimit = Until<std::optional<Limit>>;

// ---- One profile

struct Recurrence {
  Moment begin = 0;
  Moment end = 0;
};

/// The one around `at`, which is not before `start`.
Recurrence recurrence_at(Moment at, Moment start, std::int64_t length, const TimeZone* zone) {
  const auto local = [&](Moment moment) { return zone != nullptr ? zone->local(moment) : moment; };
  const std::int64_t anchor = local(start);
  const auto begin_of = [&](std::int64_t number) {
    const std::int64_t wanted = anchor + number * length;
    return number == 0 ? start : zone != nullptr ? zone->first_moment(wanted) : wanted;
  };
  std::int64_t number = std::max<std::int64_t>((local(at) - anchor) / length, 0);
  // Where clocks change, local time goes back or leaps: at most one recurrence off.
  while (number > 0 && begin_of(number) > at) --number;
  while (begin_of(number + 1) <= at) ++number;
  return {begin_of(number), begin_of(number + 1)};
}

std::optional<Moment> start_of(const ocpp::ChargingProfile& profile,
                               const std::optional<RunningTransaction>& transaction) {
  const auto& start = profile.charging_schedule.start_schedule;
  if (start && profile.charging_profile_kind != ChargingProfileKind::relative) {
    return moment_of(*start);
  }
  if (profile.charging_profile_purpose == ChargingProfilePurpose::charge_point_max_profile) {
    return profile.valid_from ? moment_of(*profile.valid_from) : 0;
  }
  if (!transaction) return std::nullopt;
  return moment_of(transaction->started_at);
}

MaybeLimit limit_within(const ocpp::ChargingSchedule& schedule, Moment at, Recurrence run) {
  MaybeLimit out{{}, run.end};
  const Moment offset = at - run.begin;
  if (schedule.duration) {
    if (offset >= schedule.duration->count()) return out;
    out.until = std::min(out.until, run.begin + schedule.duration->count());
  }
  const auto& periods = schedule.charging_schedule_period;
  const auto next = std::upper_bound(
      periods.begin(), periods.end(), offset,
      [](Moment value, const auto& period) { return value < period.start_period.count(); });
  if (next != periods.end()) {
    out.until = std::min(out.until, run.begin + next->start_period.count());
  }
  if (next != periods.begin()) {
    const ocpp::ChargingSchedulePeriod& period = *std::prev(next);
    out.value =
        Limit{period.limit_tenths, schedule.charging_rate_unit, period.number_phases.value_or(3)};
  }
  return out;
}

MaybeLimit limit_of(const ocpp::ChargingProfile& profile, Moment at,
                    const std::optional<RunningTransaction>& transaction, const TimeZone* zone) {
  MaybeLimit out;
  if (profile.valid_from && at < moment_of(*profile.valid_from)) {
    return {{}, moment_of(*profile.valid_from)};
  }
  const Moment end = profile.valid_to ? moment_of(*profile.valid_to) : never;
  if (at >= end) return out;
  const std::optional<Moment> start = start_of(profile, transaction);
  if (!start) return out;
  if (at < *start) return {{}, std::min(*start, end)};
  Recurrence run{*start, never};
  if (profile.charging_profile_kind == ChargingProfileKind::recurring) {
    const bool daily = profile.recurrency_kind == ocpp::RecurrencyKind::daily;
    run = recurrence_at(at, *start, daily ? 86'400 : 7 * 86'400, zone);
  }
  out = limit_within(profile.charging_schedule, at, run);
  out.until = std::min(out.until, end);
  return out;
}

// ---- The profiles of one purpose, the highest stack level first

using Stack = std::vector<const ocpp::ChargingProfile*>;

MaybeLimit limit_of(const Stack& stack, Moment at,
                    const std::optional<RunningTransaction>& transaction, const TimeZone* zone) {
  MaybeLimit out;
  for (const ocpp::ChargingProfile* profile : stack) {
    const MaybeLimit one = limit_of(*profile, at, transaction, zone);
    out.until = std::min(out.until, one.until);
    if (one.value) {
      out.value = one.value;
      break;
    }
  }
  return out;
}

template <class Takes>
Stack stack_of(std::span<const InstalledProfile> installed, ChargingProfilePurpose purpose,
               Takes takes) {
  Stack out;
  for (const InstalledProfile& one : installed) {
    if (one.profile.charging_profile_purpose == purpose && takes(one)) out.push_back(&one.profile);
  }
  std::ranges::stable_sort(
      out, [](const auto* a, const auto* b) { return a->stack_level > b->stack_level; });
  return out;
}

Stack station_stack(std::span<const InstalledProfile> installed) {
  return stack_of(installed, ChargingProfilePurpose::charge_point_max_profile,
                  [](const InstalledProfile& one) { return one.connector.get() == 0; });
}

Stack default_stack(std::span<const InstalledProfile> installed, ConnectorNumber connector) {
  const auto purpose = ChargingProfilePurpose::tx_default_profile;
  const Stack own = stack_of(
      installed, purpose, [&](const InstalledProfile& one) { return one.connector == connector; });
  return stack_of(installed, purpose, [&](const InstalledProfile& one) {
    if (one.connector == connector) return true;
    return one.connector.get() == 0 && std::ranges::none_of(own, [&](const auto* mine) {
             return mine->stack_level == one.profile.stack_level;
           });
  });
}

Stack transaction_stack(std::span<const InstalledProfile> installed,
                        const ConnectorState& connector) {
  return stack_of(installed, ChargingProfilePurpose::tx_profile, [&](const InstalledProfile& one) {
    if (one.connector != connector.number || !connector.transaction) return false;
    return !one.profile.transaction_id || *one.profile.transaction_id == connector.transaction->id;
  });
}

// ---- Purposes together

std::int64_t in_unit(const Limit& limit, ChargingRateUnit unit, std::int32_t phases,
                     std::int32_t volts) {
  if (limit.unit == unit) return limit.tenths;
  const std::int64_t factor = std::int64_t{volts} * phases;
  return unit == ChargingRateUnit::watts ? limit.tenths * factor : limit.tenths / factor;
}

struct Combined {
  std::optional<std::int64_t> tenths;
  std::int32_t phases = 3;
};

/// Both, at the phases that both admit.
Combined least(std::span<const std::optional<Limit>> limits, std::int32_t phases_max,
               ChargingRateUnit unit, std::int32_t volts) {
  Combined out{{}, phases_max};
  for (const auto& limit : limits) {
    if (limit) out.phases = std::min(out.phases, limit->phases);
  }
  for (const auto& limit : limits) {
    if (!limit) continue;
    const std::int64_t tenths = in_unit(*limit, unit, out.phases, volts);
    out.tenths = out.tenths ? std::min(*out.tenths, tenths) : tenths;
  }
  return out;
}

/// What vehicles at one connector may draw by its own profiles.
class ConnectorLimits {
 public:
  ConnectorLimits(std::span<const InstalledProfile> installed, const ConnectorState& connector,
                  const Supply& supply)
      : connector_(connector),
        zone_(supply.zone),
        transaction_(transaction_stack(installed, connector)),
        default_(default_stack(installed, connector.number)) {
    if (connector.maximum_tenths) {
      maximum_ = Limit{*connector.maximum_tenths, ChargingRateUnit::amperes, connector.phases};
    }
  }

  [[nodiscard]] MaybeLimit at(Moment at) const {
    MaybeLimit own = limit_of(transaction_, at, connector_.transaction, zone_);
    if (own.value) return own;
    const MaybeLimit fallback = limit_of(default_, at, connector_.transaction, zone_);
    return {fallback.value, std::min(own.until, fallback.until)};
  }
  [[nodiscard]] const std::optional<Limit>& maximum() const { return maximum_; }
  [[nodiscard]] std::int32_t phases() const { return connector_.phases; }

 private:
  const ConnectorState& connector_;
  const TimeZone* zone_;
  Stack transaction_;
  Stack default_;
  std::optional<Limit> maximum_;
};

/// Walks the window from change to change; `at` tells the limit of a moment.
template <class At>
CompositeSchedule walk(const Window& window, At at) {
  CompositeSchedule out{.start = std::chrono::floor<Seconds>(window.start),
                        .duration = window.duration,
                        .unit = window.unit,
                        .periods = {}};
  const Moment begin = moment_of(window.start);
  const Moment end = begin + window.duration.count();
  for (Moment now = begin; now < end;) {
    const Until<Combined> one = at(now);
    const CompositePeriod period{Seconds{now - begin}, one.value.tenths, one.value.phases};
    const bool same = !out.periods.empty() &&
                      out.periods.back().limit_tenths == period.limit_tenths &&
                      out.periods.back().phases == period.phases;
    if (!same && out.periods.size() == CompositeSchedule::periods_max) {
      out.duration = Seconds{now - begin};
      break;
    }
    if (!same) out.periods.push_back(period);
    now = std::max(one.until, now + 1);
  }
  return out;
}

}  // namespace

CompositeSchedule composite_of_connector(std::span<const InstalledProfile> installed,
                                         const ConnectorState& connector, const Window& window,
                                         const Supply& supply) {
  const Stack station = station_stack(installed);
  const ConnectorLimits limits{installed, connector, supply};
  return walk(window, [&](Moment at) -> Until<Combined> {
    const MaybeLimit most = limit_of(station, at, {}, supply.zone);
    const MaybeLimit own = limits.at(at);
    const std::optional<Limit> all[] = {most.value, own.value, limits.maximum()};
    return {least(all, connector.phases, window.unit, supply.volts),
            std::min(most.until, own.until)};
  });
}

CompositeSchedule composite_of_station(std::span<const InstalledProfile> installed,
                                       std::span<const ConnectorState> connectors,
                                       const Window& window, const Supply& supply) {
  const Stack station = station_stack(installed);
  std::vector<ConnectorLimits> limits;
  std::int32_t phases_max = connectors.empty() ? 3 : 1;
  for (const ConnectorState& connector : connectors) {
    limits.emplace_back(installed, connector, supply);
    phases_max = std::max(phases_max, connector.phases);
  }
  return walk(window, [&](Moment at) -> Until<Combined> {
    const MaybeLimit most = limit_of(station, at, {}, supply.zone);
    Moment until = most.until;
    std::int64_t sum = 0;
    bool limited = !limits.empty();
    for (const ConnectorLimits& connector : limits) {
      const MaybeLimit own = connector.at(at);
      until = std::min(until, own.until);
      const std::optional<Limit> all[] = {own.value, connector.maximum()};
      const Combined one = least(all, connector.phases(), window.unit, supply.volts);
      limited = limited && one.tenths.has_value();
      sum += one.tenths.value_or(0);
    }
    Combined out = least({&most.value, 1}, phases_max, window.unit, supply.volts);
    if (limited) out.tenths = out.tenths ? std::min(*out.tenths, sum) : sum;
    return {out, until};
  });
}

}  // namespace mainstay::charging::power
