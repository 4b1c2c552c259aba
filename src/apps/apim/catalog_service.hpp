#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "apps/apim/domain/catalog_edit.hpp"
#include "apps/apim/ports/catalog_store.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::apim {

/// Owns the catalog: readers get the newest committed snapshot, writers change it through edits
/// that the store makes durable first. Nobody ever sees what a failed commit would have brought.
///
/// Life: construct, start(), then use from any thread; the store is stopped before this is
/// destroyed.
class CatalogService {
 public:
  using Snapshot = std::shared_ptr<const Catalog>;

  explicit CatalogService(CatalogStore& store);

  /// Loads what is stored. Blocks.
  Result<> start();

  [[nodiscard]] Snapshot current() const;
  /// Grows with every published snapshot; a reader who has seen this one need not ask again.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// The snapshot with its version.
  [[nodiscard]] std::pair<Snapshot, std::uint64_t> published() const;

  using Change = UniqueFunction<Result<CatalogEdit>(const Catalog&)>;
  using Done = UniqueFunction<void(Result<>)>;

  /// Runs `change` on the store's writer against the newest catalog, other edits that still wait
  /// for their commit included. `done` runs there too: after the commit is on disk and the snapshot
  /// is published, or with the refusal or the failure. When the store has too much to do, `done`
  /// runs at once on the caller's thread with a retryable error.
  void edit(Change change, Done done);

 private:
  struct Published {
    Snapshot snapshot;
    std::uint64_t version = 0;
  };
  void publish(Snapshot snapshot);
  Result<> change_working_copy(const Change& change, CatalogTables& tables, Snapshot& made);
  Result<> settle(Result<> committed, const Snapshot& made);

  CatalogStore& store_;
  Locked<Published> published_;
  std::atomic<std::uint64_t> version_{0};

  // The store's writer alone, once started.
  Snapshot working_;
  bool working_is_lost_ = false;  // holds a change whose commit failed
};

/// One thread's way to the catalog: takes the lock only when something new was published.
class CatalogReader {
 public:
  explicit CatalogReader(const CatalogService& service) : service_(service) {}

  /// Valid until the next call.
  const Catalog& current() {
    if (snapshot_ == nullptr || service_.version() != version_) refresh();
    return *snapshot_;
  }
  /// Of the catalog that current() gave.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  void refresh();

  const CatalogService& service_;
  CatalogService::Snapshot snapshot_;
  std::uint64_t version_ = 0;
};

}  // namespace mainstay::apim
