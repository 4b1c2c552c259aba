#pragma once

#include "apps/apim/ports/catalog_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::apim {

/// The catalog in the tables apim_*, made by the migration apim_catalog, in SQL that every engine
/// of platform/store takes. The writer is the store's writer lane. Any thread.
class SqlCatalogStore final : public CatalogStore {
 public:
  explicit SqlCatalogStore(store::Store& store) : store_(store) {}

  Result<Catalog> load() override;
  void write(Work work, Done done) override;

 private:
  store::Store& store_;
};

}  // namespace mainstay::apim
