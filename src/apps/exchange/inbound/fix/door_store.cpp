#include "apps/exchange/inbound/fix/door_store.hpp"

#include <atomic>
#include <string>
#include <utility>

#include "platform/lane/lane.hpp"

namespace mainstay::exchange::fix {

struct DoorStore::Impl {
  explicit Impl(Options from)
      : options(std::move(from)), state(options.memory), snapshots("fix.snap", 1) {}

  Result<> open(journal::FileSystem& files);
  void snapshot_when_due();

  Options options;
  DoorState state;
  std::unique_ptr<journal::Journal> journal;
  std::atomic<bool> snapshotting{false};
  std::atomic<std::uint64_t> next_snapshot_bytes{0};
  Lane snapshots;
};

Result<> DoorStore::Impl::open(journal::FileSystem& files) {
  next_snapshot_bytes = options.snapshot_every_bytes;
  journal::Replay replay;
  replay.on_snapshot = [this](Bytes saved, journal::Sequence) { return state.apply(saved); };
  replay.on_record = [this](journal::Sequence, Bytes record) { return state.apply(record); };
  MS_TRY(journal, journal::Journal::open(std::move(options.journal), files, std::move(replay)));
  snapshots.start();
  return {};
}

void DoorStore::Impl::snapshot_when_due() {
  if (journal->bytes_since_snapshot() < next_snapshot_bytes || snapshotting.exchange(true)) return;
  std::string saved;
  state.save(saved);
  const auto as_of = journal->last_sequence();
  next_snapshot_bytes = options.snapshot_every_bytes;
  const bool posted = snapshots.try_post([this, as_of, saved = std::move(saved)] {
    if (journal->write_snapshot(as_bytes(saved), as_of).has_error()) {
      // The log is as it was: tried again when it has grown by as much once more.
      next_snapshot_bytes = journal->bytes_since_snapshot() + options.snapshot_every_bytes;
    }
    snapshotting = false;
  });
  if (!posted) snapshotting = false;
}

Result<std::unique_ptr<DoorStore>> DoorStore::open(Options options, journal::FileSystem& files) {
  auto impl = std::make_unique<Impl>(std::move(options));
  MS_TRY_VOID(impl->open(files));
  // tidy: the constructor is private, so that a store is open
  return std::unique_ptr<DoorStore>{new DoorStore{std::move(impl)}};
}

DoorStore::DoorStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

DoorStore::~DoorStore() { impl_->snapshots.stop(); }

DoorState& DoorStore::state() { return impl_->state; }

bool DoorStore::accepts() const { return impl_->journal->accepts(); }

bool DoorStore::commit(const Step& step, UniqueFunction<void()> when_durable) {
  if (!step.empty()) impl_->journal->append(as_bytes(step.bytes()));
  const bool durable = impl_->journal->commit(std::move(when_durable));
  impl_->snapshot_when_due();
  return durable;
}

Result<> DoorStore::health() const { return impl_->journal->health(); }

}  // namespace mainstay::exchange::fix
