#pragma once

#include <mutex>
#include <tuple>
#include <vector>

#include "apps/apim/domain/catalog_rows.hpp"
#include "apps/apim/ports/catalog_store.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// The catalog's rows in vectors, each in the order of making. Searches them from end to end: for
/// small catalogs. A value; one thread.
class MemoryCatalogTables final : public CatalogTables {
 public:
  Result<> apply(const RowChange& change) override;
  Result<> clear(const ServiceId& id) override;
  [[nodiscard]] Result<Catalog> load() const;

 private:
  // In the order in which a CatalogBuilder wants them.
  std::tuple<std::vector<ServiceRow>, std::vector<DefaultServiceRow>, std::vector<ServiceTokenRow>,
             std::vector<MetricRow>, std::vector<UsageLimitRow>, std::vector<SpikeLimitRow>,
             std::vector<AlertLimitRow>, std::vector<ServiceWebhookRow>,
             std::vector<ApplicationRow>, std::vector<ApplicationKeyRow>,
             std::vector<ReferrerFilterRow>, std::vector<ApplicationWebhookRow>,
             std::vector<UserKeyRow>>
      tables_;
};

/// A catalog store that forgets at the end: for tests and trials. The caller's thread is its
/// writer: a work or a `done` must not write.
class MemoryCatalogStore final : public CatalogStore {
 public:
  Result<Catalog> load() override;
  void write(Work work, Done done) override;

 private:
  std::mutex writer_;  // held from a work's begin to the end of its `done`
  Locked<MemoryCatalogTables> committed_;
};

}  // namespace mainstay::apim
