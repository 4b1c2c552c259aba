#include "platform/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <optional>
#include <pthread.h>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "base/small_mutex.hpp"
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
/// When no next segment can be made: the room in the current one that is left to calls under way.
constexpr std::size_t reserve_bytes_max = 4U << 20U;

/// Why records should not be made, as bits.
enum Trouble : unsigned {
  write_fails = 1,
  no_room = 2,       // the disk is full, and what is allocated is nearly used up
  falls_behind = 4,  // too much waits for the disk
  names_fail = 8,    // the folder cannot be synced
};

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr std::array rows{
      ErrorRow{"journal_io", "the journal's files cannot be read or written", 500, Retry::no},
      ErrorRow{"journal_corrupt", "the journal is damaged", 500, Retry::no},
      ErrorRow{"journal_locked", "the journal is open already", 500, Retry::no},
      ErrorRow{"record_too_large", "larger than the journal takes", 413, Retry::no},
      ErrorRow{"journal_format_unknown", "the journal was written by a newer version", 500,
               Retry::no},
      ErrorRow{"journal_full", "no space is left for the journal", 503, Retry::yes},
      ErrorRow{"journal_denied", "the journal's files may not be written", 503, Retry::yes},
      ErrorRow{"journal_busy", "the disk does not keep up with the journal", 503, Retry::yes},
  };
  return rows.at(static_cast<std::size_t>(code) - 1);
}

/// Locks, in the order of taking: snapshot, write, append, sync. Writing happens under `write`, so
/// records reach the file in the order of their sequences, and summing does too, so that append()
/// only copies.
///
/// A write that fails leaves its frames in `batch` and `unwritten`; from then on the sync thread
/// alone writes, every retry_every, until it works again. Nothing is written behind a hole.
struct Journal::Impl {
  Impl(Options opts, FileSystem& file_system, std::unique_ptr<FolderLock> folder_lock,
       RecoveredLog log)
      : options(std::move(opts)),
        files(file_system),
        lock(std::move(folder_lock)),
        recovered(std::move(log.facts)),
        last(log.last),
        written(log.last),
        bytes_carried(log.bytes_since_snapshot),
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
  void put(Sequence sequence, Bytes payload) MS_REQUIRES(append_mutex);
  [[nodiscard]] std::uint64_t bytes_since_snapshot() const {
    return bytes_carried + appended_bytes;
  }
  bool write_pending();
  Result<> write_batch();
  bool take_pending() MS_REQUIRES(write_mutex);
  void watch_room() MS_REQUIRES(write_mutex);
  void on_full_buffer(std::size_t waiting);
  void on_backlog(std::uint64_t bytes);
  bool wait_later(Sequence sequence, UniqueFunction<void()> when_durable);
  Result<> sync_up_to(Sequence sequence);
  void want_tick();

  // The sync thread.
  void run_sync();
  bool wait_for_work();
  Result<> sync_round();
  Result<> sync_written(const SegmentWriter::Unsynced& unsynced);
  void make_spare();
  void settle(Sequence durable, std::uint64_t bytes);
  void let_go(Sequence reached);
  void end_round();

  // Trouble, which passes.
  void raise(Trouble bit) { troubles.fetch_or(bit, std::memory_order_relaxed); }
  void lower(Trouble bit) {
    if (has(bit)) troubles.fetch_and(~unsigned{bit}, std::memory_order_relaxed);
  }
  [[nodiscard]] bool has(Trouble bit) const { return (troubles.load() & bit) != 0; }
  Error keep_trouble(Trouble bit, const Error& error);
  Result<> health();
  [[nodiscard]] SteadyTime now() const {
    return options.clock != nullptr ? options.clock->steady() : MachineClock{}.steady();
  }

  // Failure, which does not.
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

  SmallMutex append_mutex;
  std::string pending MS_GUARDED_BY(append_mutex);     // frames without sums
  std::size_t newest MS_GUARDED_BY(append_mutex) = 0;  // where the last of them begins
  std::atomic<Sequence> last;                          // changed under append_mutex
  std::atomic<Sequence> written;                       // changed under write_mutex
  // Behind the newest snapshot are these and what was appended, modulo 2^64: a snapshot takes from
  // them what it made needless. Records that share a frame count as if they did not, since each of
  // them is replayed.
  std::atomic<std::uint64_t> bytes_carried;
  std::atomic<std::uint64_t> appended_bytes{0};  // since open(); changed under append_mutex
  std::atomic<std::uint64_t> durable_bytes{0};   // the sync thread's

  Mutex write_mutex;
  std::string batch MS_GUARDED_BY(write_mutex);
  std::span<char> unwritten MS_GUARDED_BY(write_mutex);  // of batch
  Sequence batch_end MS_GUARDED_BY(write_mutex) = 0;
  std::uint64_t batch_end_bytes MS_GUARDED_BY(write_mutex) = 0;
  std::uint64_t written_bytes MS_GUARDED_BY(write_mutex) = 0;
  bool spare_fails MS_GUARDED_BY(write_mutex) = false;
  SegmentWriter writer MS_GUARDED_BY(write_mutex);

  Mutex sync_mutex;
  std::condition_variable wake;     // of the sync thread
  std::condition_variable settled;  // of sync()
  std::vector<Waiter> waiters MS_GUARDED_BY(sync_mutex);
  std::optional<Error> failure MS_GUARDED_BY(sync_mutex);
  bool stopping MS_GUARDED_BY(sync_mutex) = false;
  bool sync_now MS_GUARDED_BY(sync_mutex) = false;
  bool retries MS_GUARDED_BY(sync_mutex) = false;  // the next round comes without being asked
  bool in_round MS_GUARDED_BY(sync_mutex) = false;
  std::uint64_t rounds MS_GUARDED_BY(sync_mutex) = 0;      // ended
  std::optional<Error> trouble MS_GUARDED_BY(sync_mutex);  // the newest, while there is any
  std::atomic<Sequence> synced;                            // changed under sync_mutex
  std::atomic<bool> tick_wanted{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> reported{false};
  std::atomic<unsigned> troubles{0};
  std::atomic<bool> hurried{false};  // a round was asked for since too much waits
  std::atomic<std::uint64_t> write_failures{0};
  std::atomic<SteadyTime::rep> sync_began{0};  // plus 1; 0: none is running
  std::atomic<Micros::rep> last_sync{0};
  // The sync thread's.
  bool asked = false;       // this round was
  SteadyTime next_spare{};  // to be tried for
  bool told_of_trouble = false;

  Mutex snapshot_mutex;
  Sequence newest_snapshot MS_GUARDED_BY(snapshot_mutex);

  std::thread sync_thread;
};

Result<std::unique_ptr<Journal>> Journal::open(Options options, FileSystem& files, Replay replay) {
  MS_CHECK(options.segment_bytes <= segment_bytes_max);
  MS_CHECK(options.record_bytes_max <= record_bytes_limit);
  MS_TRY_VOID(files.create_folder(options.folder));
  MS_TRY(auto lock, files.lock(options.folder / lock_name));
  const RecoveryOptions wanted{options.folder, options.segment_bytes, options.keep_covered};
  MS_TRY(auto log, recover(files, wanted, replay));
  auto impl = std::make_unique<Impl>(std::move(options), files, std::move(lock), std::move(log));
  if (impl->last > 0) {
    MutexLock write_lock{impl->write_mutex};
    MS_TRY_VOID(impl->writer.write_mark(impl->last));
  }
  impl->sync_thread = std::thread{[raw = impl.get()] { raw->run_sync(); }};
  return std::unique_ptr<Journal>{new Journal{std::move(impl)}};
}

Journal::Journal(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)), troubles_(&impl_->troubles) {}

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
  if (impl_->options.durability == Durability::process) {
    if (impl_->written >= mine || impl_->write_pending()) return !impl_->failed;
  }
  return impl_->wait_later(mine, std::move(when_durable));
}

Result<> Journal::health() const { return impl_->health(); }

Journal::Stats Journal::stats() const {
  const std::uint64_t durable = impl_->durable_bytes;
  Stats stats;
  stats.backlog_bytes = impl_->appended_bytes - durable;
  stats.write_failures = impl_->write_failures;
  stats.last_sync = Micros{impl_->last_sync.load()};
  return stats;
}

Result<> Journal::sync() { return impl_->sync_up_to(impl_->last); }

Sequence Journal::last_sequence() const { return impl_->last; }

const Recovered& Journal::recovered() const { return impl_->recovered; }

Result<> Journal::write_snapshot(Bytes state, Sequence as_of) {
  return impl_->write_snapshot(state, as_of);
}

std::uint64_t Journal::bytes_since_snapshot() const { return impl_->bytes_since_snapshot(); }

// Writing

Sequence Journal::Impl::append(Bytes payload) {
  MS_CHECK(payload.size() <= options.record_bytes_max);
  const std::uint64_t bytes = frame_header_bytes + payload.size();
  Sequence sequence = 0;
  std::size_t waiting = 0;
  std::uint64_t total = 0;
  {
    SmallMutexLock append_lock{append_mutex};
    sequence = last.load(std::memory_order_relaxed) + 1;
    // After a failure nothing will be written any more: records must not pile up.
    if (!failed.load(std::memory_order_relaxed)) put(sequence, payload);
    last.store(sequence, std::memory_order_release);
    total = appended_bytes.load(std::memory_order_relaxed) + bytes;
    appended_bytes.store(total, std::memory_order_relaxed);
    waiting = pending.size();
  }
  if (waiting > options.buffer_bytes_max) on_full_buffer(waiting);
  const std::uint64_t durable = durable_bytes.load(std::memory_order_relaxed);
  if (total > durable + options.backlog_bytes_max / 2) on_backlog(total - durable);
  return sequence;
}

/// A record equal to the one before it, which is not written yet, is only counted there.
void Journal::Impl::put(Sequence sequence, Bytes payload) {
  if (newest < pending.size() && repeat_frame(pending, newest, payload)) return;
  newest = pending.size();
  append_frame(pending, sequence, payload);
}

/// Calls that ask accepts() first never get to the second bound.
void Journal::Impl::on_full_buffer(std::size_t waiting) {
  if (!has(write_fails)) {
    (void)write_pending();
  } else if (waiting / 2 > options.buffer_bytes_max) {
    const Error error{Errc::full, std::to_string(waiting) + " bytes wait to be written"};
    report(keep_failure(error));
  }
}

/// The caller may hold its own lock: says so and goes on.
void Journal::Impl::on_backlog(std::uint64_t bytes) {
  if (bytes > options.backlog_bytes_max) raise(falls_behind);
  if (hurried.exchange(true)) return;
  {
    MutexLock sync_lock{sync_mutex};
    sync_now = true;
  }
  wake.notify_one();
}

/// False: it could not be written now; the sync thread goes on trying.
bool Journal::Impl::write_pending() {
  const bool done = !has(write_fails) && write_batch().has_value();
  want_tick();
  return done;
}

/// Whoever comes first writes for all who wait behind it: they find nothing left.
Result<> Journal::Impl::write_batch() {
  MutexLock write_lock{write_mutex};
  if (failed) return first_failure();
  while (!unwritten.empty() || take_pending()) {
    const auto result = writer.write(unwritten);
    if (result.has_error()) return keep_trouble(write_fails, result.error());
    written = batch_end;
    written_bytes = batch_end_bytes;
    watch_room();
    if (!has(write_fails)) break;  // else more has come behind what failed
  }
  lower(write_fails);
  return {};
}

/// False: there is nothing.
bool Journal::Impl::take_pending() {
  batch.clear();
  if (batch.capacity() > idle_buffer_bytes_max) batch = std::string{};
  {
    SmallMutexLock append_lock{append_mutex};
    std::swap(pending, batch);
    batch_end = last;
    batch_end_bytes = appended_bytes;
  }
  unwritten = batch;
  return !batch.empty();
}

/// With no next segment to be had, the end of this one is for calls under way.
void Journal::Impl::watch_room() {
  if (!spare_fails) return;
  const std::size_t reserve = std::min(options.segment_bytes / 8, reserve_bytes_max);
  if (writer.room() < reserve) return raise(no_room);
  lower(no_room);
}

/// True: it is as durable as it should be already.
bool Journal::Impl::wait_later(Sequence sequence, UniqueFunction<void()> when_durable) {
  {
    MutexLock sync_lock{sync_mutex};
    if (failed) return false;
    const Sequence reached = options.durability == Durability::process ? written : synced;
    if (reached >= sequence) return true;
    if (when_durable) waiters.push_back({sequence, std::move(when_durable)});
  }
  want_tick();
  return false;
}

Result<> Journal::Impl::sync_up_to(Sequence sequence) {
  MutexLock sync_lock{sync_mutex};
  const std::uint64_t enough = rounds + 2;  // one may have begun before we asked
  while (!failure && synced < sequence && !(trouble && rounds >= enough)) {
    sync_now = true;
    wake.notify_one();
    sync_lock.wait(settled);
  }
  if (synced < sequence) return failure ? *failure : *trouble;
  // Everything that this round does is done when we return.
  const std::uint64_t ended = rounds + (in_round ? 1 : 0);
  while (!failure && rounds < ended) sync_lock.wait(settled);
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
    hurried = false;
    if (failed) continue;
    if (const auto result = sync_round(); result.has_error()) report(keep_failure(result.error()));
    end_round();
  }
}

/// False: this round is the last.
bool Journal::Impl::wait_for_work() {
  MutexLock sync_lock{sync_mutex};
  while (!stopping && !sync_now && !tick_wanted) {
    if (!retries) {
      sync_lock.wait(wake);
    } else if (!sync_lock.wait_for(wake, options.retry_every)) {
      break;
    }
  }
  const bool writes = !has(write_fails) && !has(names_fail);
  const Millis pause = writes ? options.sync_every : options.retry_every;
  // A wake-up that is not meant makes the round late by one pause; there are no others.
  while (tick_wanted && !stopping && !sync_now && sync_lock.wait_for(wake, pause)) {
  }
  asked = std::exchange(sync_now, false);
  in_round = true;
  return !stopping;
}

/// Fails only where the journal cannot go on.
Result<> Journal::Impl::sync_round() {
  // What had been written before may be synced all the same.
  (void)write_batch();
  if (options.durability == Durability::process) let_go(written);
  SegmentWriter::Unsynced unsynced;
  Sequence up_to = 0;
  std::uint64_t bytes = 0;
  {
    MutexLock write_lock{write_mutex};
    unsynced = writer.unsynced();
    up_to = written;
    bytes = written_bytes;
  }
  if (up_to > synced) {
    MS_TRY_VOID(sync_written(unsynced));
    if (has(names_fail)) return {};
    MutexLock write_lock{write_mutex};
    writer.forget_synced(unsynced);
    // Only a hint for recovery; when it fails, the next batch does too.
    if (!failed) (void)writer.write_mark(up_to);
  }
  settle(up_to, bytes);
  make_spare();
  return {};
}

Result<> Journal::Impl::sync_written(const SegmentWriter::Unsynced& unsynced) {
  const SteadyTime began = now();
  sync_began = began.time_since_epoch().count() + 1;
  for (File* file : unsynced.files) MS_TRY_VOID(file->sync());
  if (unsynced.names) {
    if (auto named = files.sync_folder(options.folder); named.has_error()) {
      (void)keep_trouble(names_fail, named.error());
    } else {
      lower(names_fail);
    }
  }
  last_sync = std::chrono::duration_cast<Micros>(now() - began).count();
  sync_began = 0;
  return {};
}

void Journal::Impl::settle(Sequence durable, std::uint64_t bytes) {
  {
    MutexLock sync_lock{sync_mutex};
    synced = durable;
  }
  durable_bytes = bytes;
  if (appended_bytes - bytes <= options.backlog_bytes_max / 2) lower(falls_behind);
  settled.notify_all();
  if (options.durability == Durability::disk) let_go(durable);
}

/// Tells those whose records are durable.
void Journal::Impl::let_go(Sequence reached) {
  std::vector<Waiter> ready;
  {
    MutexLock sync_lock{sync_mutex};
    if (waiters.empty()) return;
    const auto waiting = std::stable_partition(
        waiters.begin(), waiters.end(), [&](const Waiter& w) { return w.sequence <= reached; });
    ready.assign(std::move_iterator{waiters.begin()}, std::move_iterator{waiting});
    waiters.erase(waiters.begin(), waiting);
  }
  for (const Waiter& waiter : ready) waiter.when_durable();
}

/// Once half of the current segment is used: a full disk shows while there is room for what is
/// under way.
void Journal::Impl::make_spare() {
  {
    MutexLock write_lock{write_mutex};
    if (!writer.wants_spare()) {
      spare_fails = false;
      return lower(no_room);
    }
    if (spare_fails && !asked && now() < next_spare) return;
  }
  next_spare = now() + options.retry_every;
  auto spare = make_segment(files, options.folder / spare_name, options.segment_bytes);
  MutexLock write_lock{write_mutex};
  spare_fails = spare.has_error();
  if (spare_fails) {
    (void)keep_trouble(Trouble{}, spare.error());
    return watch_room();
  }
  writer.take_spare(std::move(*spare));
  lower(no_room);
}

/// Tells what changed, then lets go whoever waits for the round.
void Journal::Impl::end_round() {
  bool troubled = troubles != 0;
  {
    MutexLock write_lock{write_mutex};
    troubled = troubled || spare_fails;
  }
  Result<> told;
  {
    MutexLock sync_lock{sync_mutex};
    retries = troubled && !failure;
    if (!troubled) trouble.reset();
    if (troubled && !trouble) trouble = Error{Errc::busy, options.folder.string()};
    if (trouble) told = *trouble;
  }
  if (std::exchange(told_of_trouble, troubled) != troubled && options.on_trouble) {
    options.on_trouble(told);
  }
  MutexLock sync_lock{sync_mutex};
  ++rounds;
  in_round = false;
  settled.notify_all();
}

// Trouble

/// Nobody may write behind a hole: `bit` is set when the lock of writing is let go. Returns
/// `error`.
Error Journal::Impl::keep_trouble(Trouble bit, const Error& error) {
  MutexLock sync_lock{sync_mutex};
  trouble = error;
  ++write_failures;
  raise(bit);
  return error;
}

Result<> Journal::Impl::health() {
  {
    MutexLock sync_lock{sync_mutex};
    if (failure) return *failure;
    if (troubles != 0 && trouble) return *trouble;
  }
  if (troubles != 0) return Error{Errc::busy, options.folder.string()};
  const SteadyTime::rep began = sync_began;
  if (began == 0) return {};
  const auto took = now() - SteadyTime{SteadyTime::duration{began - 1}};
  if (took < options.stall_after) return {};
  const auto millis = std::chrono::duration_cast<Millis>(took).count();
  return Error{Errc::busy, options.folder.string() + ": a sync has taken " +
                               std::to_string(millis) + " ms so far"};
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
  const std::uint64_t bytes = bytes_since_snapshot();
  const double share =
      before == 0 ? 0 : static_cast<double>(last - as_of) / static_cast<double>(before);
  bytes_carried -= bytes - static_cast<std::uint64_t>(static_cast<double>(bytes) * share);
  return remove_replaced(old_snapshot, as_of);
}

Result<> Journal::Impl::remove_replaced(Sequence old_snapshot, Sequence as_of) {
  std::vector<Sequence> segments;
  {
    MutexLock write_lock{write_mutex};
    segments = writer.drop_covered(as_of);
  }
  if (options.keep_covered) segments.clear();
  for (const Sequence first : segments) {
    MS_TRY_VOID(files.remove(options.folder / segment_name(first)));
  }
  if (old_snapshot == 0 || old_snapshot == as_of) return {};
  return files.remove(options.folder / snapshot_name(old_snapshot));
}

}  // namespace mainstay::journal
