#include "apps/apim/outbound/memory/counting_rules.hpp"

#include <algorithm>
#include <chrono>

namespace mainstay::apim {
namespace {

/// Finalizer of splitmix64: every bit of the input reaches every bit of the output.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// FNV-1a over the text and its length, so that ("a", "bc") and ("ab", "c") differ.
std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return mixed(hash ^ text.size());
}

}  // namespace

bool has_effect(const Charge& charge) {
  return charge.response_code != 0 ||
         std::ranges::any_of(charge.metrics, [](const MetricCharge& metric) {
           return metric.value.amount != 0 || metric.value.is_set;
         });
}

bool holds(const LimitProbe& probe) {
  switch (probe.compare) {
    case LimitProbe::Compare::nothing:
      return true;
    case LimitProbe::Compare::stored:
      return probe.current <= probe.max;
    case LimitProbe::Compare::with_usage:
      return applied(probe.current, probe.usage) <= probe.max;
  }
  return true;
}

UnixSeconds let_go_until(UnixSeconds now) {
  constexpr UnixSeconds hour = 3'600;
  const UnixSeconds oldest = now - retention_of(Period::minute).count();
  return oldest - oldest % hour;
}

Traffic note_traffic(DayNumber& newest_day, UnixSeconds now) {
  using std::chrono::days;
  const DayNumber today = std::chrono::floor<days>(Seconds{now}).count();
  const Traffic traffic{.first_ever = newest_day == no_day, .first_today = today > newest_day};
  newest_day = std::max(newest_day, today);
  return traffic;
}

std::uint64_t owner_hash(const Subject& subject, std::string_view metric_id) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  hash = mixed(hash, subject.service_id);
  hash = mixed(hash, subject.application_id);
  return mixed(hash, metric_id);
}

std::uint64_t window_hash(std::uint64_t owner, Period period, UnixSeconds begin,
                          std::int64_t value) {
  const auto when = static_cast<std::uint64_t>(begin) * period_count + index(period);
  return mixed(mixed(owner ^ when) + static_cast<std::uint64_t>(value));
}

}  // namespace mainstay::apim
