#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/outbound/redis/apisonator_keys.hpp"
#include "apps/apim/ports/import_sink.hpp"
#include "base/result.hpp"
#include "platform/redis/connection.hpp"

namespace mainstay::apim {

enum class ApisonatorErrc : std::uint8_t { too_many_keys = 1, nothing_there };
const ErrorRow& error_row(ApisonatorErrc code);

/// Reads the Redis of a running apisonator, by commands that only read. First all services, then
/// one pass over its counters, then the services are finished: memory holds the configuration, not
/// the counters. What nothing leads to (keys of deleted services and applications) is passed over
/// and counted. One thread; calls block.
class ApisonatorSource {
 public:
  ApisonatorSource(redis::Connection& redis, ImportSink& sink) : redis_(redis), sink_(sink) {}

  /// Errors: Redis's, the sink's, and ApisonatorErrc.
  Result<> run(bool with_counters);

  /// What was passed over, by reason.
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& skipped() const {
    return skipped_;
  }

 private:
  using Text = std::optional<std::string>;
  /// Keys that no set leads to, by what stands in them; sets, since a scan may give a key twice.
  struct Scattered {
    std::set<std::string> tokens;
    std::set<std::string> user_keys;
    std::set<std::string> limits;
  };

  Result<> find_services();
  Result<> scan_configuration();
  Result<> scan_counters();
  Result<> take_counters(const std::vector<std::string>& keys);
  Result<ServiceBundle> read_service(const std::string& encoded);
  Result<> read_metrics(ServiceBundle& bundle, ServiceNames& names);
  Result<> read_applications(ServiceBundle& bundle, ServiceNames& names);
  Result<> read_some_applications(ServiceBundle& bundle, ServiceNames& names,
                                  const std::vector<std::string>& ids);
  Result<> read_limits(ServiceBundle& bundle, const ServiceNames& names, const Scattered& found);
  Result<> read_user_keys(ServiceBundle& bundle, const ServiceNames& names, const Scattered& found);
  Result<> read_alert_limits(ServiceBundle& bundle);

  Result<std::vector<Text>> values(const std::vector<std::string>& keys);
  Result<std::vector<std::string>> members(const std::string& key);
  /// `take(keys)` for the keys that match, some at a time.
  template <class Take>
  Result<> scan(const std::string& pattern, Take take);
  void skip(std::string_view reason);

  redis::Connection& redis_;
  ImportSink& sink_;
  Names names_;                                 // of all services; then of those that are wanted
  std::map<std::string, Scattered> scattered_;  // by what stands in keys for the service
  std::uint64_t keys_held_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> skipped_;
};

}  // namespace mainstay::apim
