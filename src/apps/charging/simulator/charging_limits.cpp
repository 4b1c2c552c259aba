#include "apps/charging/simulator/charging_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/charging/simulator/wire_text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator {
namespace {

constexpr Seconds day{24 * 3600};

std::optional<std::int64_t> integer(const json::Value& object, std::string_view name) {
  const json::Value* const found = object.find(name);
  if (found == nullptr || found->if_int() == nullptr) return std::nullopt;
  return *found->if_int();
}

std::optional<std::int64_t> tenths(const json::Value* value) {
  constexpr std::int64_t limit_max = 1'000'000'000;
  if (value == nullptr) return std::nullopt;
  if (const auto* whole = value->if_int(); whole != nullptr && *whole >= 0 && *whole <= limit_max) {
    return *whole * 10;
  }
  const double* const number = value->if_double();
  if (number == nullptr || !(*number >= 0 && *number <= double{limit_max})) return std::nullopt;
  return std::llround(*number * 10);
}

/// Absent is fine; a time that is none is not.
bool read_time(const json::Value& object, std::string_view name, std::optional<SystemTime>& out) {
  if (object.find(name) == nullptr) return true;
  const std::string* const text = object.find_string(name);
  if (text != nullptr) out = parse_time(*text);
  return out.has_value();
}

std::optional<Purpose> purpose_of(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  if (*text == "ChargePointMaxProfile") return Purpose::station_max;
  if (*text == "TxDefaultProfile") return Purpose::tx_default;
  if (*text == "TxProfile") return Purpose::tx;
  return std::nullopt;
}

std::optional<ProfileKind> kind_of(const json::Value& profile) {
  const std::string* const text = profile.find_string("chargingProfileKind");
  if (text == nullptr) return std::nullopt;
  if (*text == "Absolute") return ProfileKind::absolute;
  if (*text == "Relative") return ProfileKind::relative;
  if (*text != "Recurring") return std::nullopt;
  const std::string* const often = profile.find_string("recurrencyKind");
  if (often == nullptr) return std::nullopt;
  return *often == "Weekly" ? ProfileKind::weekly : ProfileKind::daily;
}

bool read_periods(const json::Value& schedule, std::vector<SchedulePeriod>& out) {
  const json::Value* const list = schedule.find("chargingSchedulePeriod");
  if (list == nullptr || list->if_array() == nullptr) return false;
  for (const json::Value& one : *list->if_array()) {
    const auto start = integer(one, "startPeriod");
    const auto limit = tenths(one.find("limit"));
    if (!start || *start < 0 || !limit) return false;
    const auto phases = integer(one, "numberPhases").value_or(3);
    out.push_back(
        {Seconds{*start}, *limit, static_cast<int>(std::clamp<std::int64_t>(phases, 1, 3))});
  }
  return !out.empty() && out.size() <= ChargingLimits::periods_max &&
         out.front().start.count() == 0;
}

Watts watts_of(const ChargingProfile& profile, const SchedulePeriod& period) {
  if (profile.unit == RateUnit::watts) return period.limit_tenths / 10;
  return period.limit_tenths * grid_volts * period.phases / 10;
}

/// When the schedule that runs at `at` began; nothing when none does.
std::optional<SystemTime> schedule_start(const ChargingProfile& profile, SystemTime at,
                                         SystemTime charge_start) {
  if (profile.kind == ProfileKind::relative) return charge_start;
  const SystemTime start = profile.start.value_or(charge_start);
  if (at < start) return std::nullopt;
  if (profile.kind == ProfileKind::absolute) return start;
  const Micros every = profile.kind == ProfileKind::daily ? day : 7 * day;
  return start + (at - start) / every * every;
}

bool is_valid(const ChargingProfile& profile, SystemTime at) {
  return (!profile.valid_from || *profile.valid_from <= at) &&
         (!profile.valid_to || at < *profile.valid_to);
}

std::optional<Watts> limit_of(const ChargingProfile& profile, SystemTime at,
                              SystemTime charge_start) {
  if (!is_valid(profile, at)) return std::nullopt;
  const auto begin = schedule_start(profile, at, charge_start);
  if (!begin || at < *begin) return std::nullopt;
  const Micros into = at - *begin;
  if (profile.duration && into >= *profile.duration) return std::nullopt;
  std::optional<Watts> found;
  for (const SchedulePeriod& period : profile.periods) {
    if (period.start <= into) found = watts_of(profile, period);
  }
  return found;
}

/// Every time behind `at` when the profile may say something else.
void collect_changes(const ChargingProfile& profile, SystemTime at, SystemTime charge_start,
                     std::vector<SystemTime>& out) {
  const auto add = [&](SystemTime when) {
    if (when > at) out.push_back(when);
  };
  if (profile.valid_from) add(*profile.valid_from);
  if (profile.valid_to) add(*profile.valid_to);
  if (profile.start) add(*profile.start);
  const auto begin = schedule_start(profile, at, charge_start);
  if (!begin) return;
  for (const SchedulePeriod& period : profile.periods) add(*begin + period.start);
  if (profile.duration) add(*begin + *profile.duration);
  if (profile.kind == ProfileKind::daily) add(*begin + day);
  if (profile.kind == ProfileKind::weekly) add(*begin + 7 * day);
}

}  // namespace

std::optional<ChargingProfile> parse_profile(const json::Value& value) {
  ChargingProfile out;
  const auto id = integer(value, "chargingProfileId");
  const auto stack = integer(value, "stackLevel");
  const auto purpose = purpose_of(value.find_string("chargingProfilePurpose"));
  const auto kind = kind_of(value);
  const json::Value* const schedule = value.find("chargingSchedule");
  if (!id || !stack || !purpose || !kind || schedule == nullptr) return std::nullopt;
  out.id = *id;
  out.stack_level = *stack;
  out.purpose = *purpose;
  out.kind = *kind;
  out.transaction_id = integer(value, "transactionId");
  if (const auto duration = integer(*schedule, "duration")) out.duration = Seconds{*duration};
  const std::string* const unit = schedule->find_string("chargingRateUnit");
  if (unit == nullptr || (*unit != "A" && *unit != "W")) return std::nullopt;
  out.unit = *unit == "A" ? RateUnit::amperes : RateUnit::watts;
  if (!read_time(value, "validFrom", out.valid_from) ||
      !read_time(value, "validTo", out.valid_to) ||
      !read_time(*schedule, "startSchedule", out.start) || !read_periods(*schedule, out.periods)) {
    return std::nullopt;
  }
  return out;
}

bool ChargingLimits::install(ConnectorNumber connector, ChargingProfile profile) {
  if (profile.purpose == Purpose::station_max && connector.get() != 0) return false;
  if (profile.purpose == Purpose::tx && connector.get() == 0) return false;
  std::erase_if(installed_, [&](const Installed& one) {
    return one.profile.id == profile.id ||
           (one.connector == connector && one.profile.purpose == profile.purpose &&
            one.profile.stack_level == profile.stack_level);
  });
  if (installed_.size() >= profiles_max) return false;
  installed_.push_back({connector, std::move(profile)});
  return true;
}

std::size_t ChargingLimits::clear(const Filter& filter) {
  return std::erase_if(installed_, [&](const Installed& one) {
    if (filter.id) return one.profile.id == *filter.id;
    return (!filter.connector || one.connector == *filter.connector) &&
           (!filter.purpose || one.profile.purpose == *filter.purpose) &&
           (!filter.stack_level || one.profile.stack_level == *filter.stack_level);
  });
}

void ChargingLimits::forget_transaction(ConnectorNumber connector) {
  std::erase_if(installed_, [&](const Installed& one) {
    return one.profile.purpose == Purpose::tx && one.connector == connector;
  });
}

/// Of one purpose on one connector: the highest stack level that says something now.
std::optional<Watts> ChargingLimits::best(Purpose purpose, ConnectorNumber connector,
                                          const RunningCharge& charge, SystemTime at) const {
  std::optional<Watts> found;
  std::int64_t found_level = -1;
  for (const Installed& one : installed_) {
    if (one.profile.purpose != purpose || one.connector != connector) continue;
    const auto& wanted = one.profile.transaction_id;
    if (wanted && charge.transaction_id && *wanted != *charge.transaction_id) continue;
    if (one.profile.stack_level <= found_level) continue;
    if (const auto limit = limit_of(one.profile, at, charge.started_at)) {
      found = limit;
      found_level = one.profile.stack_level;
    }
  }
  return found;
}

std::optional<Watts> ChargingLimits::limit(const RunningCharge& charge, SystemTime at) const {
  const ConnectorNumber whole{0};
  if (charge.connector == whole) return best(Purpose::station_max, whole, charge, at);
  if (const auto own = best(Purpose::tx, charge.connector, charge, at)) return own;
  if (const auto own = best(Purpose::tx_default, charge.connector, charge, at)) return own;
  return best(Purpose::tx_default, whole, charge, at);
}

SystemTime ChargingLimits::next_change(const RunningCharge& charge, SystemTime at) const {
  std::vector<SystemTime> changes;
  for (const Installed& one : installed_) {
    collect_changes(one.profile, at, charge.started_at, changes);
  }
  return changes.empty() ? SystemTime::max() : *std::ranges::min_element(changes);
}

std::vector<ChargingLimits::Step> ChargingLimits::composite(const RunningCharge& charge,
                                                            SystemTime at, Seconds duration,
                                                            Watts unlimited) const {
  RunningCharge whole = charge;
  whole.connector = ConnectorNumber{0};
  std::vector<Step> steps;
  const SystemTime end = at + duration;
  for (SystemTime now = at; now < end && steps.size() < periods_max;
       now = next_change(charge, now)) {
    const Watts own = limit(charge, now).value_or(unlimited);
    const Watts least = std::min(own, limit(whole, now).value_or(unlimited));
    if (!steps.empty() && steps.back().limit == least) continue;
    steps.push_back({std::chrono::floor<Seconds>(now - at), least});
  }
  return steps;
}

}  // namespace mainstay::charging::simulator
