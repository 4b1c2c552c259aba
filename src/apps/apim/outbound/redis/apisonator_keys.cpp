#include "apps/apim/outbound/redis/apisonator_keys.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "apps/apim/ports/counters.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

/// What stands behind `prefix`; nothing when the text does not begin with it.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

/// Splits where `separator` stands and `fits(before, behind)`.
template <class Fits>
bool split_where(std::string_view text, std::string_view separator, Fits fits) {
  for (std::size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator, at + 1)) {
    if (fits(text.substr(0, at), text.substr(at + separator.size()))) return true;
  }
  return false;
}

template <class Map>
const typename Map::mapped_type* find(const Map& names, std::string_view encoded) {
  const auto found = names.find(encoded);
  return found != names.end() ? &found->second : nullptr;
}

/// The id under which we count a response code that apisonator counts; empty for others.
std::string_view response_code_metric(std::string_view code) {
  for (const int known : std::array{200, 403, 404, 500, 503}) {
    const ResponseCodeMetrics metrics = response_code_metrics(known);
    if (metrics.of_class.substr(1) == code) return metrics.of_class;
    if (metrics.of_code.substr(1) == code) return metrics.of_code;
  }
  return {};
}

std::optional<UnixSeconds> parse_begin(std::string_view text) {
  constexpr std::size_t date_digits = 8;
  constexpr std::size_t all_digits = 14;  // YYYYMMDDhhmmss
  if (text.size() < date_digits || text.size() > all_digits) return std::nullopt;
  std::string digits{text};
  digits.resize(all_digits, '0');
  const auto number = parse_u64(digits);
  if (!number) return std::nullopt;
  const auto part = [n = *number](std::uint64_t scale, std::uint64_t size) {
    return static_cast<unsigned>(n / scale % size);
  };
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(part(10'000'000'000, 10'000))},
      std::chrono::month{part(100'000'000, 100)}, std::chrono::day{part(1'000'000, 100)}};
  const unsigned hour = part(10'000, 100);
  const unsigned minute = part(100, 100);
  if (!date.ok() || date.year() < std::chrono::year{1970} || hour > 23 || minute > 59 ||
      part(1, 100) != 0)
    return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count() * 86'400 +
         UnixSeconds{hour} * 3'600 + UnixSeconds{minute} * 60;
}

}  // namespace

std::string encoded_id(std::string_view id) {
  std::string encoded{id};
  std::ranges::replace(encoded, ' ', '+');
  return encoded;
}

void add_name(IdNames& names, const std::string& id) { names.emplace(encoded_id(id), id); }

std::optional<StatsWindow> parse_stats_window(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto period = parse_period(text.substr(0, colon));
  if (!period || (*period == Period::eternity) != (colon == std::string_view::npos)) {
    return std::nullopt;
  }
  if (*period == Period::eternity) return StatsWindow{*period, 0};
  const auto begin = parse_begin(text.substr(colon + 1));
  if (!begin || windows_at(*begin)[index(*period)].begin != *begin) return std::nullopt;
  return StatsWindow{*period, *begin};
}

StatsKey parse_stats_key(std::string_view key, const Names& names) {
  StatsKey parsed;
  const auto behind = after(key, "stats/{service:");
  if (!behind) return parsed;
  std::string_view owner;
  const bool is_known = split_where(*behind, "}/", [&](auto service, auto rest) {
    parsed.service = find(names, service);
    owner = rest;
    return parsed.service != nullptr;
  });
  parsed.kind = StatsKey::Kind::service_gone;
  if (!is_known) return parsed;
  const auto of_application = after(owner, "cinstance:");
  parsed.kind = StatsKey::Kind::total;
  if (!of_application) return parsed;
  const std::size_t slash = of_application->rfind('/');
  const auto window = slash == std::string_view::npos
                          ? std::nullopt
                          : parse_stats_window(of_application->substr(slash + 1));
  parsed.kind = StatsKey::Kind::malformed;
  if (!window) return parsed;
  parsed.window = *window;
  owner = of_application->substr(0, slash);

  parsed.kind = StatsKey::Kind::application_gone;
  const auto fits = [&parsed](std::string_view application, const std::string_view* metric) {
    const std::string* id = find(parsed.service->applications, application);
    if (id == nullptr) return false;
    parsed.kind = StatsKey::Kind::metric_gone;
    if (metric == nullptr) return false;
    parsed.kind = StatsKey::Kind::counter;
    parsed.application_id = id;
    parsed.metric_id = *metric;
    return true;
  };
  const bool is_metric = split_where(owner, "/metric:", [&](auto application, auto metric) {
    const std::string* id = find(parsed.service->metrics, metric);
    const std::string_view text = id != nullptr ? *id : std::string_view{};
    return fits(application, id != nullptr ? &text : nullptr);
  });
  if (is_metric) return parsed;
  split_where(owner, "/response_code:", [&](auto application, auto code) {
    const std::string_view id = response_code_metric(code);
    return fits(application, id.empty() ? nullptr : &id);
  });
  return parsed;
}

ConfigurationKey parse_configuration_key(std::string_view key, const Names& names) {
  using Kind = ConfigurationKey::Kind;
  ConfigurationKey parsed;
  if (const auto token = after(key, "service_token/token:")) {
    parsed.kind = Kind::token;
    split_where(*token, "/service_id:", [&](auto value, auto service) {
      parsed.service = find(names, service);
      parsed.value = value;
      return parsed.service != nullptr;
    });
    return parsed;
  }
  const auto below_service = [&](std::string_view rest, std::string_view separator) {
    return split_where(rest, separator, [&](auto service, auto value) {
      parsed.service = find(names, service);
      parsed.value = value;
      return parsed.service != nullptr;
    });
  };
  if (const auto limit = after(key, "usage_limit/service_id:")) {
    parsed.kind = Kind::usage_limit;
    below_service(*limit, "/plan_id:");
    return parsed;
  }
  const auto application = after(key, "application/service_id:");
  if (!application || !application->ends_with("/id")) return parsed;
  const std::string_view rest = application->substr(0, application->size() - 3);
  // "service_id:S/id:A/..." is an application's own key, whatever its id ends with.
  if (rest.find("/key:") == std::string_view::npos) return parsed;
  parsed.kind = Kind::user_key;
  if (!below_service(rest, "/key:") &&
      split_where(rest, "/id:", [&](auto service, auto) { return names.contains(service); })) {
    parsed.kind = Kind::other;
  }
  return parsed;
}

std::optional<LimitKey> parse_limit_key(std::string_view value, const ServiceNames& names) {
  const std::size_t slash = value.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto period = parse_period(value.substr(slash + 1));
  if (!period) return std::nullopt;
  LimitKey parsed;
  parsed.period = *period;
  const auto original = [](const IdNames& ids, std::string_view encoded) {
    const std::string* id = find(ids, encoded);
    return id != nullptr ? *id : std::string{encoded};
  };
  bool found = false;
  split_where(value.substr(0, slash), "/metric_id:", [&](auto plan, auto metric) {
    found = true;
    parsed.plan_id = original(names.plans, plan);
    parsed.metric_id = original(names.metrics, metric);
    return names.metrics.contains(metric);
  });
  if (!found) return std::nullopt;
  return parsed;
}

}  // namespace mainstay::apim
