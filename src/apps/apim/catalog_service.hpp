#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

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
class CatalogReader;

class CatalogService {
 public:
  using Snapshot = std::shared_ptr<const Catalog>;

  explicit CatalogService(CatalogStore& store);

  /// Loads what is stored. Blocks.
  Result<> start();

  [[nodiscard]] Snapshot current() const;
  /// Grows with every published snapshot; a reader who has seen this one need not ask again.
  [[nodiscard]] std::uint64_t version() const { return version_.load(); }
  /// The snapshot with its version.
  [[nodiscard]] std::pair<Snapshot, std::uint64_t> published() const;
  /// Returns when no reader looks at an older catalog than the newest any more: what is cleared
  /// away behind it does not come back. Microseconds, since a reader never waits.
  void wait_for_readers() const;

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
  friend class CatalogReader;
  void publish(Snapshot snapshot);
  Result<> change_working_copy(const Change& change, CatalogTables& tables, Snapshot& made);
  Result<> settle(Result<> committed, const Snapshot& made);

  CatalogStore& store_;
  Locked<Published> published_;
  std::atomic<std::uint64_t> version_{0};
  mutable Locked<std::vector<const CatalogReader*>> readers_;

  // The store's writer alone, once started.
  Snapshot working_;
  bool working_is_lost_ = false;  // holds a change whose commit failed
};

/// One thread's way to the catalog: takes the lock only when something new was published.
class CatalogReader {
 public:
  explicit CatalogReader(CatalogService& service);
  ~CatalogReader();
  CatalogReader(const CatalogReader&) = delete;
  CatalogReader& operator=(const CatalogReader&) = delete;

  /// A look at the newest catalog, while a request is decided. One at a time; it must not wait for
  /// the store, whose writer may wait for it. The catalog itself stays until the next look.
  class Reading {
   public:
    explicit Reading(CatalogReader& reader) : reader_(reader) { reader_.begin(); }
    ~Reading() { reader_.in_use_.store(0, std::memory_order_release); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    [[nodiscard]] const Catalog& catalog() const { return *reader_.snapshot_; }
    [[nodiscard]] std::uint64_t version() const { return reader_.version_; }

   private:
    CatalogReader& reader_;
  };

 private:
  friend class CatalogService;
  void begin();

  CatalogService& service_;
  CatalogService::Snapshot snapshot_;
  std::uint64_t version_ = 0;
  alignas(64) std::atomic<std::uint64_t> in_use_{0};  // a version + 1; 0: nobody looks
};

}  // namespace mainstay::apim
