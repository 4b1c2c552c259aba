#pragma once

#include "apps/apim/ports/usage_history.hpp"
#include "platform/store/store.hpp"

namespace mainstay::apim {

/// The history in the tables apim_usage*, made by the migration apim_usage, in SQL that every
/// engine of platform/store takes. Writes wait for their commit.
class SqlUsageHistory final : public UsageHistory {
 public:
  explicit SqlUsageHistory(store::Store& store) : store_(store) {}

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
  store::Store& store_;
};

}  // namespace mainstay::apim
