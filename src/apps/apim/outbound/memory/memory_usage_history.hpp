#pragma once

#include <map>
#include <string>
#include <tuple>

#include "apps/apim/ports/usage_history.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// The history written down in the plainest way: what SqlUsageHistory is held against in tests.
/// Survives nothing. Any thread.
class MemoryUsageHistory final : public UsageHistory {
 public:
  Result<> write(std::span<const UsageRow> rows) override;
  Result<std::vector<UsagePoint>> series(const Subject& subject, std::string_view metric_id,
                                         Period period, UnixSeconds from, UnixSeconds until,
                                         std::size_t count_max) const override;
  Result<std::vector<ApplicationUsage>> top(std::string_view service_id, std::string_view metric_id,
                                            Period period, UnixSeconds from, UnixSeconds until,
                                            std::size_t offset,
                                            std::size_t count_max) const override;
  Result<> each(std::string_view service_id,
                const std::function<void(const UsageRow&)>& visit) const override;
  Result<bool> erase_some(std::string_view service_id, std::size_t rows_max) override;
  Result<bool> expire_some(UnixSeconds now, std::size_t rows_max) override;

 private:
  /// service, metric, period, begin, application
  using Key = std::tuple<std::string, std::string, Period, UnixSeconds, std::string>;
  using Values = std::map<Key, std::int64_t>;

  Locked<Values> values_;
};

}  // namespace mainstay::apim
