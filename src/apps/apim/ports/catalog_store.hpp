#pragma once

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/fundamental.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::apim {

struct RowChange;  // domain/catalog_rows.hpp

/// The catalog's rows inside a transaction.
class CatalogTables {
 public:
  virtual ~CatalogTables() = default;
  /// Putting a row that is there replaces it at its place in the order of making; a service that
  /// changes its provider goes last. Erasing a row erases what goes with it (catalog_rows.hpp); one
  /// that is not there is no error.
  virtual Result<> apply(const RowChange& change) = 0;
  /// Erases a service's rows to make room for others of it in the same transaction. Unlike erasing
  /// the service, this leaves its counters what they are.
  virtual Result<> clear(const ServiceId& id) = 0;
};

/// Where the catalog is kept. Any thread.
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  /// The catalog of all committed rows.
  virtual Result<Catalog> load() = 0;

  using Work = UniqueFunction<Result<>(CatalogTables&)>;
  using Done = UniqueFunction<void(Result<>)>;

  /// Runs `work` on the store's writer, one work after the other in the order of the calls, in a
  /// transaction that works may share. A failed work undoes its own changes only; one that
  /// succeeded is undone only together with all works of its transaction. `done` runs on the writer
  /// once the commit is on disk, or with the failure, before any work of a later transaction. A
  /// store that has too much to do calls `done` at once, on the caller's thread, with a retryable
  /// error.
  virtual void write(Work work, Done done) = 0;
};

}  // namespace mainstay::apim
