#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::journal {

class FileSystem;  // file_system.hpp: the port over the kernel's files, faulty in tests

/// Counts records from 1, without gaps, for the life of the folder.
using Sequence = std::uint64_t;

/// When an answer may leave: after its records were handed to the kernel (survives the death of the
/// process), or after fdatasync (survives a power cut).
enum class Durability : std::uint8_t { process, disk };

struct Options {
  std::filesystem::path folder;
  /// Preallocated; at most 1 GiB. A larger record gets a segment of its own.
  std::size_t segment_bytes = 64U << 20U;
  std::size_t record_bytes_max = 16U << 20U;  // at most 512 MiB
  /// Unwritten records; beyond it append() writes them itself.
  std::size_t buffer_bytes_max = 64U << 20U;
  Millis sync_every{5};
  Durability durability = Durability::process;
  /// Segments stay when a snapshot covers them: history for read_whole_log(). The log needs them no
  /// more, so they may be moved away.
  bool keep_covered = false;

  // Trouble with the disk (docs/adr/0008).
  /// Records that are not on disk yet; beyond it accepts() is false.
  std::uint64_t backlog_bytes_max = 256U << 20U;
  Millis retry_every{200};       // how soon a write that failed is tried again
  Millis stall_after{2'000};     // a sync that takes longer makes health() fail
  const Clock* clock = nullptr;  // null: the machine's
  /// Writing fails (an error), or works again (none): once for each change, on the sync thread;
  /// must not call the journal.
  UniqueFunction<void(const Result<>&)> on_trouble;
  /// The journal cannot go on: a sync failed, so that nobody knows what the disk has, or far more
  /// waits than memory may hold. Called once, on the thread that noticed. Nothing that waits was
  /// acknowledged, and nothing will be: the owner ends the process with the error's message.
  UniqueFunction<void(const Error&)> on_failure;
};

enum class Errc : std::uint8_t {
  io = 1,  // the file system refused; detail names file, operation and reason; as with full, denied
  corrupt,  // damage before the end; detail names file and offset, and `mainstay journal check`
  locked,   // another process has the folder open
  record_too_large,
  format_unknown,  // written by a newer version
  full,            // no space, or a quota or file size limit is reached
  denied,          // not our file or folder, or read-only
  busy,            // the disk does not keep up
};
const ErrorRow& error_row(Errc code);

/// What recovery calls, in order: at most one snapshot, then every record behind it.
struct Replay {
  UniqueFunction<Result<>(Bytes snapshot, Sequence as_of)> on_snapshot;
  UniqueFunction<Result<>(Sequence sequence, Bytes payload)> on_record;
};

struct Recovered {
  Sequence snapshot = 0;      // 0: none
  std::uint64_t records = 0;  // replayed behind it
  std::string torn_tail;      // what was cut, and where; empty: nothing
};

/// An append-only log of records in a folder of its own.
///
/// Files: `NNNNNNNNNNNNNNNNNNNN.log` (20 digits: the sequence of the first record), preallocated; a
/// header, then frames of {u32 length, u32 crc32c, u64 sequence, payload}, little-endian, the sum
/// over all else; zeros end a segment. Equal records that follow one another before they are
/// written share a frame; each has its sequence, and is replayed, as if it had its own. Between the
/// records lie marks, which say up to where the log had been synced (frame.hpp).
/// `NNNNNNNNNNNNNNNNNNNN.snapshot`: header, length, crc32c, the state as of that sequence; made
/// under another name, synced, renamed, the folder synced. `LOCK`: flock. `BOOT`: the boot of the
/// machine (FileSystem::boot_id) that wrote last.
///
/// Recovery cuts a torn tail and refuses other damage. After a restart of the machine, or when that
/// is not known, bad bytes are a torn tail unless they hit a record that had been synced. In the
/// boot that wrote them they are one only at the very end, nothing sound behind: a process that
/// died loses nothing that it wrote (segment_scan.hpp has the rules). Any thread may call anything
/// after open(), but on the sync thread (when_durable) nothing that blocks.
class Journal {
 public:
  static Result<std::unique_ptr<Journal>> open(Options options, FileSystem& files, Replay replay);
  ~Journal();  // writes and syncs what is left

  /// Takes the next sequence and copies the record into the batch; microseconds at most, so callers
  /// hold the lock that orders their records. Not yet written: see commit(). At most
  /// record_bytes_max, MS_CHECKed: the caller's own limits on input are far below.
  Sequence append(Bytes payload);

  /// Whether records should be made: false while writing fails, while the disk is full and the room
  /// that is allocated runs out, and while too much waits for the disk. Who would append for a
  /// client asks first, and refuses having changed nothing. append() takes the records of calls
  /// under way all the same, and keeps them until they can be written. One relaxed load.
  [[nodiscard]] bool accepts() const { return troubles_->load(std::memory_order_relaxed) == 0; }
  /// Why it does not accept, or that a sync takes too long. Never waits for the disk.
  [[nodiscard]] Result<> health() const;

  struct Stats {
    std::uint64_t backlog_bytes = 0;   // appended, not on disk yet; equal records count in full
    std::uint64_t write_failures = 0;  // retries included
    Micros last_sync{0};               // how long the newest sync took
  };
  [[nodiscard]] Stats stats() const;

  /// Makes everything appended so far as durable as the options say. True: it is. False: it will be
  /// when `when_durable` (if any) is called, on the sync thread, in the order of the records; until
  /// then it may be lost. After a failure neither ever happens.
  bool commit(UniqueFunction<void()> when_durable);

  /// Blocks until everything appended so far is on disk; or returns why that cannot be now.
  Result<> sync();

  [[nodiscard]] Sequence last_sequence() const;

  /// What open() found: for the log line of the start.
  [[nodiscard]] const Recovered& recovered() const;

  /// Stores `state` as the snapshot of everything up to and including `as_of`, then drops the
  /// segments (but with keep_covered) and snapshots that it replaces. Serving goes on. Call from a
  /// lane: it writes and syncs. A failure leaves the log as it was, and serving may go on.
  Result<> write_snapshot(Bytes state, Sequence as_of);

  /// Bytes of log behind the newest snapshot, equal records in full, estimated when that one was
  /// older than the log: when to take the next.
  [[nodiscard]] std::uint64_t bytes_since_snapshot() const;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  const std::atomic<unsigned>* troubles_;  // impl_'s
};

/// Replays what the folder holds and changes nothing, up to and including the record `last`: the
/// newest snapshot that is not behind it, then records. The log may be open, and be written
/// meanwhile: then it ends where nothing whole follows. Gives the last record that was replayed.
/// Errc::corrupt when nothing in the folder leads there.
Result<Sequence> read_log(const std::filesystem::path& folder, FileSystem& files, Sequence last,
                          const Replay& replay);

/// The same from the first record on, past all snapshots: with Options::keep_covered. Nothing, and
/// nothing replayed, when the folder does not hold the log's beginning any more.
Result<std::optional<Sequence>> read_whole_log(const std::filesystem::path& folder,
                                               FileSystem& files, Sequence last,
                                               const Replay& replay);

/// What `mainstay journal check` prints: reads everything, changes nothing.
struct CheckReport {
  struct File {
    std::string name;
    std::uint64_t bytes = 0;       // used
    Sequence first = 0, last = 0;  // 0: none
    std::uint64_t records = 0;
    bool snapshot = false;
    std::string problem;  // empty: sound; else what and at which offset
  };
  std::vector<File> files;
  bool sound = true;      // a torn tail alone is sound: recovery cuts it
  std::string torn_tail;  // empty, or where
};
Result<CheckReport> check(const std::filesystem::path& folder, FileSystem& files);

}  // namespace mainstay::journal
