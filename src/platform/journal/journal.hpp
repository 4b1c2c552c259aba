#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
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
  /// The disk failed or is full: called once, on the thread that noticed. Nothing unwritten was
  /// acknowledged, and nothing will be: the owner ends the process with the error's message.
  UniqueFunction<void(const Error&)> on_failure;
};

enum class Errc : std::uint8_t {
  io = 1,   // the file system refused; detail names file, operation and reason
  corrupt,  // damage before the end; detail names file and offset, and `mainstay journal check`
  locked,   // another process has the folder open
  record_too_large,
  format_unknown,  // written by a newer version
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
/// over length, sequence and payload; zeros end a segment. Between the records lie marks, which say
/// up to where the log had been synced (frame.hpp). `NNNNNNNNNNNNNNNNNNNN.snapshot`: header,
/// length, crc32c, the state as of that sequence; made under another name, synced, renamed, the
/// folder synced. `LOCK`: flock. `BOOT`: the boot of the machine (FileSystem::boot_id) that wrote
/// last.
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

  /// Makes everything appended so far as durable as the options say. True: it is. False (disk
  /// only): it will be when `when_durable` is called, on the sync thread, in the order of the
  /// records. After a failure neither ever happens.
  bool commit(UniqueFunction<void()> when_durable);

  /// Blocks until everything appended so far is on disk.
  Result<> sync();

  [[nodiscard]] Sequence last_sequence() const;

  /// What open() found: for the log line of the start.
  [[nodiscard]] const Recovered& recovered() const;

  /// Stores `state` as the snapshot of everything up to and including `as_of`, then drops the
  /// segments and snapshots that it replaces. Serving goes on. Call from a lane: it writes and
  /// syncs. A failure leaves the log as it was, and serving may go on.
  Result<> write_snapshot(Bytes state, Sequence as_of);

  /// Bytes of log behind the newest snapshot, estimated when that one was older than the log: when
  /// to take the next.
  [[nodiscard]] std::uint64_t bytes_since_snapshot() const;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

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
