#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/locked.hpp"
#include "platform/lane/lane.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

/// What group commit needs of an engine's writing connection. Called on the writer lane only.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Result<> begin() = 0;
  /// Runs `work` in a savepoint of its own and undoes that when it fails.
  virtual Result<> run(const Store::Work& work) = 0;
  /// False once the engine has ended the transaction by itself (disk full, connection lost): what
  /// ran in it is undone.
  [[nodiscard]] virtual bool in_transaction() const = 0;
  /// Ends the transaction, whatever it gives.
  virtual Result<> commit() = 0;
  /// Something was changed since begin(): a commit of nothing tells nothing of the disk.
  [[nodiscard]] virtual bool changed() const = 0;
  /// Writes as little as shows that writing is possible.
  virtual Result<> try_to_write(Session& session) = 0;
};

/// The writer lane of a Store: its write(), write_now(), health() and stop(), with their contracts.
/// Life: construct (the lane runs), stop(); `writer` outlives it.
class GroupCommit {
 public:
  struct Options {
    std::string name;  // the database, in errors
    std::size_t queue_max = 0;
    std::size_t batch_max = 0;
  };
  GroupCommit(Options options, Writer& writer);
  ~GroupCommit() { stop(); }

  void write(Store::Work work, Store::Done done);
  Result<> write_now(Store::Work work);
  Result<> health();
  void stop();

 private:
  struct Item {
    Store::Work work;
    Store::Done done;
  };
  struct Queue {
    std::deque<Item> items;
    bool draining = false;  // drain() is on the lane, or posted to it
    bool stopped = false;
    std::thread::id writer = {};
  };
  struct Condition {
    std::optional<Error> failure;
    bool trying = false;  // a work that finds out is queued
  };

  void drain();
  void note(const Result<>& outcome);
  std::vector<Item> next_batch();
  std::size_t run_transaction(std::span<Item> items);

  const Options options_;
  Writer& writer_;  // the lane's alone
  Locked<Condition> condition_;
  Locked<Queue> queue_;
  Lane lane_{"store", 2};  // holds drain() at most; the works wait in queue_
};

}  // namespace mainstay::store
