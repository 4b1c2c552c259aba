#pragma once

#include "apps/apim/ports/catalog_store.hpp"
#include "platform/store/store.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim {

/// The catalog in the tables apim_*, made by the migration apim_catalog, in SQL that every engine
/// of platform/store takes. The writer is the store's writer lane. Any thread.
class SqlCatalogStore final : public CatalogStore {
 public:
  SqlCatalogStore(store::Store& store, zones::TimeZones& zones) : store_(store), zones_(zones) {}

  /// Errors besides the store's and the builder's: rows_inconsistent, when a service counts in a
  /// time zone that this machine does not know.
  Result<Catalog> load() override;
  void write(Work work, Done done) override;

 private:
  store::Store& store_;
  zones::TimeZones& zones_;
};

}  // namespace mainstay::apim
