#pragma once

#include <memory>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/catalog_rows.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// Makes a catalog of rows in time linear in their number, as a store does at the start. Services
/// come before what lies under them and applications before their keys and filters; services,
/// metrics and application keys come in the order of making. Used once, by one thread.
class CatalogBuilder {
 public:
  CatalogBuilder();
  ~CatalogBuilder();

  void add(CatalogRow row);
  /// Error rows_inconsistent: a row is under something that is not there, or a metric is its own
  /// ancestor.
  Result<Catalog> build();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::apim
