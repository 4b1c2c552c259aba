#pragma once

#include <cstddef>
#include <memory>

#include "apps/exchange/inbound/fix/door_state.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::exchange::fix {

/// The door's state with the journal that keeps it (docs/adr/0032): what was committed comes back
/// at the next open(). One thread, but for the snapshots, which it makes on a lane of its own.
class DoorStore {
 public:
  struct Options {
    journal::Options journal;
    SessionMemory::Limits memory;
    std::uint64_t snapshot_every_bytes = 64U << 20U;  // of journal
  };

  static Result<std::unique_ptr<DoorStore>> open(Options options, journal::FileSystem& files);
  ~DoorStore();

  [[nodiscard]] DoorState& state();

  /// Whether changes can be kept now: while not, nothing new should be taken on.
  [[nodiscard]] bool accepts() const;
  /// Appends the step, which says what changed in state(). True: it is as durable as the options
  /// want. False: it will be when `when_durable` is called, on another thread.
  bool commit(const Step& step, UniqueFunction<void()> when_durable);
  [[nodiscard]] Result<> health() const;

 private:
  struct Impl;
  explicit DoorStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::exchange::fix
