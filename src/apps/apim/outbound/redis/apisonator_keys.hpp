#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "apps/apim/domain/period.hpp"

namespace mainstay::apim {

// Keys of apisonator's Redis. Ids stand in them as they are, but for blanks, which are stored as
// '+': the sets beside them keep the originals. An id may hold any of the separators, so a key is
// split where that gives ids that exist.

/// As it stands in a key.
std::string encoded_id(std::string_view id);

/// By what stands in keys: the ids themselves.
using IdNames = std::map<std::string, std::string, std::less<>>;
void add_name(IdNames& names, const std::string& id);

struct ServiceNames {
  std::string id;
  IdNames applications;
  IdNames metrics;
  IdNames plans;
};
using Names = std::map<std::string, ServiceNames, std::less<>>;

/// "day:20261121", "hour:2026112101", "eternity". Zeros at the end of the time of day are left out
/// there, so that hour 10 is "202611211" and minute 01:30 "20261121013".
struct StatsWindow {
  Period period = Period::minute;
  UnixSeconds begin = 0;
};
std::optional<StatsWindow> parse_stats_window(std::string_view text);

/// "stats/{service:S}/cinstance:A/metric:M/WINDOW", or with response_code:C for metric:M.
struct StatsKey {
  enum class Kind : std::uint8_t {
    counter,
    total,  // of a service: follows from its applications
    service_gone,
    application_gone,
    metric_gone,
    malformed,
  };
  Kind kind = Kind::malformed;
  const ServiceNames* service = nullptr;
  const std::string* application_id = nullptr;
  std::string metric_id;
  StatsWindow window;
};
/// The pointers lead into `names`.
StatsKey parse_stats_key(std::string_view key, const Names& names);

/// "service_token/token:T/service_id:S", "application/service_id:S/key:U/id" and
/// "usage_limit/service_id:S/plan_id:P/metric_id:M/PERIOD".
struct ConfigurationKey {
  enum class Kind : std::uint8_t { other, token, user_key, usage_limit };
  Kind kind = Kind::other;
  const ServiceNames* service = nullptr;  // null: one that is gone
  std::string_view value;                 // the token, the user key; "P/metric_id:M/PERIOD"
};
/// Views into `key`, the pointer into `names`.
ConfigurationKey parse_configuration_key(std::string_view key, const Names& names);

/// What parse_configuration_key() gives of a usage limit.
struct LimitKey {
  std::string plan_id;
  std::string metric_id;
  Period period = Period::minute;
};
std::optional<LimitKey> parse_limit_key(std::string_view value, const ServiceNames& names);

}  // namespace mainstay::apim
