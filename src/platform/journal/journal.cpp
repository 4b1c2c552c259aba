#include "platform/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <optional>
#include <pthread.h>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"
#include "platform/journal/recovery.hpp"
#include "platform/journal/segment_writer.hpp"
#include "platform/journal/snapshot.hpp"

namespace mainstay::journal {
namespace {

constexpr std::size_t segment_bytes_max = segment_file_bytes_max;
constexpr std::size_t record_bytes_limit = 512U << 20U;
constexpr std::size_t idle_buffer_bytes_max = 4U
                                              << 20U;  // a batch buffer grown beyond is given back

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr std::array rows{
      ErrorRow{"journal_io", "the journal's files cannot be read or written", 500, Retry::no},
      ErrorRow{"journal_corrupt", "the journal is damaged", 500, Retry::no},
      ErrorRow{"journal_locked", "the journal is open already", 500, Retry::no},
      ErrorRow{"record_too_large", "larger than the journal takes", 413, Retry::no},
      ErrorRow{"journal_format_unknown", "the journal was written by a newer version", 500,
               Retry::no},
  };
  return rows.at(static_cast<std::size_t>(code) - 1);
}

/// Locks, in the order of taking: snapshot, write, append, sync. Writing happens under `write`, so
/// records reach the file in the order of their sequences, and summing does too, so that append()
/// only copies.
struct Journal::Impl {
  Impl(Options opts, FileSystem& file_system, std::unique_ptr<FolderLock> folder_lock,
       RecoveredLog log)
      : options(std::move(opts)),
        files(file_system),
        lock(std::move(folder_lock)),
        recovered(std::move(log.facts)),
        last(log.last),
        written(log.last),
        bytes_since_snapshot(log.bytes_since_snapshot),
        writer(files, options.folder, options.segment_bytes, std::move(log.current),
               std::move(log.segments)),
        synced(log.last),
        newest_snapshot(recovered.snapshot) {}

  struct Waiter {
    Sequence sequence;
    UniqueFunction<void()> when_durable;
  };

  // Writing: any thread.
  Sequence append(Bytes payload);
  bool write_pending();
  Result<> write_batch();
  bool wait_later(Sequence sequence, UniqueFunction<void()> when_durable);
  Result<> sync_up_to(Sequence sequence);
  void want_tick();

  // The sync thread.
  void run_sync();
  bool wait_for_work();
  Result<> sync_round();
  Result<> make_spare();
  void settle(Sequence durable);

  // Failure.
  Error keep_failure(const Error& error);
  void report(const Error& error);
  Error first_failure();

  // Snapshots.
  Result<> write_snapshot(Bytes state, Sequence as_of);
  Result<> remove_replaced(Sequence old_snapshot, Sequence as_of);

  const Options options;
  FileSystem& files;
  const std::unique_ptr<FolderLock> lock;
  const Recovered recovered;

  Mutex append_mutex;
  std::string pending MS_GUARDED_BY(append_mutex);  // frames without sums
  std::atomic<Sequence> last;                       // changed under append_mutex
  std::atomic<Sequence> written;                    // changed under write_mutex
  std::atomic<std::uint64_t> bytes_since_snapshot;

  Mutex write_mutex;
  std::string batch MS_GUARDED_BY(write_mutex);
  SegmentWriter writer MS_GUARDED_BY(write_mutex);

  Mutex sync_mutex;
  std::condition_variable wake;     // of the sync thread
  std::condition_variable settled;  // of sync()
  std::vector<Waiter> waiters MS_GUARDED_BY(sync_mutex);
  std::optional<Error> failure MS_GUARDED_BY(sync_mutex);
  bool stopping MS_GUARDED_BY(sync_mutex) = false;
  bool sync_now MS_GUARDED_BY(sync_mutex) = false;
  std::atomic<Sequence> synced;  // changed under sync_mutex
  std::atomic<bool> tick_wanted{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> reported{false};

  Mutex snapshot_mutex;
  Sequence newest_snapshot MS_GUARDED_BY(snapshot_mutex);

  std::thread sync_thread;
};

Result<std::unique_ptr<Journal>> Journal::open(Options options, FileSystem& files, Replay replay) {
  MS_CHECK(options.segment_bytes <= segment_bytes_max);
  MS_CHECK(options.record_bytes_max <= record_bytes_limit);
  MS_TRY_VOID(files.create_folder(options.folder));
  MS_TRY(auto lock, files.lock(options.folder / lock_name));
  MS_TRY(auto log, recover(files, options.folder, options.segment_bytes, replay));
  auto impl = std::make_unique<Impl>(std::move(options), files, std::move(lock), std::move(log));
  if (impl->last > 0) {
    MutexLock write_lock{impl->write_mutex};
    MS_TRY_VOID(impl->writer.write_mark(impl->last));
  }
  impl->sync_thread = std::thread{[raw = impl.get()] { raw->run_sync(); }};
  return std::unique_ptr<Journal>{new Journal{std::move(impl)}};
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Journal::~Journal() {
  {
    MutexLock lock{impl_->sync_mutex};
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->sync_thread.join();
}

Sequence Journal::append(Bytes payload) { return impl_->append(payload); }

bool Journal::commit(UniqueFunction<void()> when_durable) {
  const Sequence mine = impl_->last;
  if (impl_->options.durability == Durability::disk) {
    return impl_->wait_later(mine, std::move(when_durable));
  }
  if (impl_->written < mine && !impl_->write_pending()) return false;
  return !impl_->failed;
}

Result<> Journal::sync() { return impl_->sync_up_to(impl_->last); }

Sequence Journal::last_sequence() const { return impl_->last; }

const Recovered& Journal::recovered() const { return impl_->recovered; }

Result<> Journal::write_snapshot(Bytes state, Sequence as_of) {
  return impl_->write_snapshot(state, as_of);
}

std::uint64_t Journal::bytes_since_snapshot() const { return impl_->bytes_since_snapshot; }

// Writing

Sequence Journal::Impl::append(Bytes payload) {
  MS_CHECK(payload.size() <= options.record_bytes_max);
  Sequence sequence = 0;
  bool full = false;
  {
    MutexLock append_lock{append_mutex};
    sequence = last.load(std::memory_order_relaxed) + 1;
    // After a failure nothing will be written any more: records must not pile up.
    if (!failed.load(std::memory_order_relaxed)) append_frame(pending, sequence, payload);
    last.store(sequence, std::memory_order_release);
    full = pending.size() > options.buffer_bytes_max;
  }
  bytes_since_snapshot.fetch_add(frame_header_bytes + payload.size(), std::memory_order_relaxed);
  if (full) (void)write_pending();
  return sequence;
}

bool Journal::Impl::write_pending() {
  if (const auto result = write_batch(); result.has_error()) {
    report(result.error());
    return false;
  }
  want_tick();
  return true;
}

/// Whoever comes first writes for all who wait behind it: they find nothing left.
Result<> Journal::Impl::write_batch() {
  MutexLock write_lock{write_mutex};
  if (failed) return first_failure();
  Sequence up_to = 0;
  {
    MutexLock append_lock{append_mutex};
    std::swap(pending, batch);
    up_to = last;
  }
  if (batch.empty()) return {};
  const auto result = writer.write(batch);
  // Under the lock: nobody may write behind a hole.
  if (result.has_error()) return keep_failure(result.error());
  written = up_to;
  batch.clear();
  if (batch.capacity() > idle_buffer_bytes_max) batch = std::string{};
  return {};
}

/// True: it is on disk already.
bool Journal::Impl::wait_later(Sequence sequence, UniqueFunction<void()> when_durable) {
  {
    MutexLock sync_lock{sync_mutex};
    if (failed) return false;
    if (synced >= sequence) return true;
    waiters.push_back({sequence, std::move(when_durable)});
  }
  want_tick();
  return false;
}

Result<> Journal::Impl::sync_up_to(Sequence sequence) {
  MutexLock sync_lock{sync_mutex};
  if (!failure && synced < sequence) {
    sync_now = true;
    wake.notify_one();
  }
  while (!failure && synced < sequence) sync_lock.wait(settled);
  if (synced < sequence) return *failure;
  return {};
}

/// The sync thread sleeps without a time-out while there is nothing to sync.
void Journal::Impl::want_tick() {
  if (tick_wanted.exchange(true)) return;
  // Through the lock, so that it is either not yet looking or already waiting.
  { MutexLock sync_lock{sync_mutex}; }
  wake.notify_one();
}

// The sync thread

void Journal::Impl::run_sync() {
  ::pthread_setname_np(::pthread_self(), "journal.sync");
  bool go_on = true;
  while (go_on) {
    go_on = wait_for_work();
    tick_wanted = false;
    if (failed) continue;
    if (const auto result = sync_round(); result.has_error()) report(keep_failure(result.error()));
  }
}

/// False: this round is the last.
bool Journal::Impl::wait_for_work() {
  MutexLock sync_lock{sync_mutex};
  while (!stopping && !sync_now && !tick_wanted) sync_lock.wait(wake);
  // A wake-up that is not meant only makes the round early.
  if (!stopping && !sync_now) sync_lock.wait_for(wake, options.sync_every);
  sync_now = false;
  return !stopping;
}

Result<> Journal::Impl::sync_round() {
  MS_TRY_VOID(write_batch());
  SegmentWriter::Unsynced unsynced;
  Sequence up_to = 0;
  {
    MutexLock write_lock{write_mutex};
    unsynced = writer.unsynced();
    up_to = written;
  }
  if (up_to > synced) {
    for (File* file : unsynced.files) MS_TRY_VOID(file->sync());
    if (unsynced.names) MS_TRY_VOID(files.sync_folder(options.folder));
    MutexLock write_lock{write_mutex};
    writer.forget_synced(unsynced);
    if (!failed) MS_TRY_VOID(writer.write_mark(up_to));
  }
  settle(up_to);
  return make_spare();
}

void Journal::Impl::settle(Sequence durable) {
  std::vector<Waiter> ready;
  {
    MutexLock sync_lock{sync_mutex};
    synced = durable;
    const auto waiting = std::stable_partition(
        waiters.begin(), waiters.end(), [&](const Waiter& w) { return w.sequence <= durable; });
    ready.assign(std::move_iterator{waiters.begin()}, std::move_iterator{waiting});
    waiters.erase(waiters.begin(), waiting);
  }
  settled.notify_all();
  for (const Waiter& waiter : ready) waiter.when_durable();
}

/// Once half of the current segment is used: a full disk shows while there is room for what is
/// under way.
Result<> Journal::Impl::make_spare() {
  {
    MutexLock write_lock{write_mutex};
    if (!writer.wants_spare()) return {};
  }
  MS_TRY(auto spare, make_segment(files, options.folder / spare_name, options.segment_bytes));
  MutexLock write_lock{write_mutex};
  writer.take_spare(std::move(spare));
  return {};
}

// Failure

/// Ends all writing; the first error stays. Returns that one.
Error Journal::Impl::keep_failure(const Error& error) {
  MutexLock sync_lock{sync_mutex};
  if (!failure) failure = error;
  failed = true;
  settled.notify_all();
  return *failure;
}

/// Tells the owner, once; no lock is held.
void Journal::Impl::report(const Error& error) {
  if (!reported.exchange(true) && options.on_failure) options.on_failure(error);
}

Error Journal::Impl::first_failure() {
  MutexLock sync_lock{sync_mutex};
  return *failure;
}

// Snapshots

Result<> Journal::Impl::write_snapshot(Bytes state, Sequence as_of) {
  MutexLock snapshot_lock{snapshot_mutex};
  MS_CHECK(as_of <= last);
  if (as_of < newest_snapshot) return {};  // the newer one replaces it
  // First the records, so that the log always goes on behind the newest snapshot.
  MS_TRY_VOID(sync_up_to(as_of));
  MS_TRY_VOID(store_snapshot(files, options.folder, state, as_of));

  const Sequence old_snapshot = std::exchange(newest_snapshot, as_of);
  // As if all records behind the old snapshot were of one size.
  const Sequence before = last - old_snapshot;
  const std::uint64_t bytes = bytes_since_snapshot;
  const double share =
      before == 0 ? 0 : static_cast<double>(last - as_of) / static_cast<double>(before);
  bytes_since_snapshot -= bytes - static_cast<std::uint64_t>(static_cast<double>(bytes) * share);
  return remove_replaced(old_snapshot, as_of);
}

Result<> Journal::Impl::remove_replaced(Sequence old_snapshot, Sequence as_of) {
  std::vector<Sequence> segments;
  {
    MutexLock write_lock{write_mutex};
    segments = writer.drop_covered(as_of);
  }
  for (const Sequence first : segments) {
    MS_TRY_VOID(files.remove(options.folder / segment_name(first)));
  }
  if (old_snapshot == 0 || old_snapshot == as_of) return {};
  return files.remove(options.folder / snapshot_name(old_snapshot));
}

}  // namespace mainstay::journal
