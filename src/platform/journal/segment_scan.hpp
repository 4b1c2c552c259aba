#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"

// Reads segments and judges them: the one place that tells a torn tail from damage, for recovery
// and for `mainstay journal check`.
namespace mainstay::journal {

using RecordVisitor = std::function<Result<>(Sequence sequence, Bytes payload)>;

struct SegmentScan {
  Sequence first = 0;         // by its name
  std::uint32_t version = 0;  // 0: the header is damaged
  Sequence next = 0;          // of the record that would come behind its last sound one
  std::uint64_t records = 0;  // sound ones
  std::uint64_t end = 0;  // offset behind the last sound frame, where damage begins if there is any
  std::uint64_t file_bytes = 0;
  Sequence mark = 0;          // the highest in the file
  Sequence mark_behind = 0;   // the highest behind the damage
  bool frame_behind = false;  // a sound record or mark behind the damage
  std::string damage;         // empty: nothing but zeros behind `end`
  /// The damage cannot be a torn tail, since nothing that we write, half or whole, looks so.
  bool never_torn = false;
};

/// Visits each sound record in order until damage. Fails when the file cannot be read, is of a
/// newer format, or the visitor fails.
Result<SegmentScan> scan_segment(FileSystem& files, const std::filesystem::path& folder,
                                 Sequence first, const RecordVisitor& visit);

/// The first place where a log does not go on as it should.
struct Damage {
  std::size_t segment = 0;  // index
  std::uint64_t offset = 0;
  std::string what;
  bool torn_tail = false;  // to be cut here, later segments too; otherwise the log must not be used
};

/// What is known of a log beside its segments.
struct Known {
  Sequence safe = 0;       // records up to here were on disk
  bool same_boot = false;  // written_in_this_boot()
};

/// `scans` are neighbours in order. Nothing: the log is whole.
///
/// A power cut keeps what was not synced in any order, so that sound frames behind bad bytes prove
/// nothing: the damage is a torn tail unless it hits a record that was on disk, as `safe` or a mark
/// behind it tells. The death of a process takes nothing that was written, and we write in order:
/// in the same boot only the last write can be half there, and anything behind the damage proves
/// that it was whole once.
std::optional<Damage> judge(const std::vector<SegmentScan>& scans, const Known& known);

}  // namespace mainstay::journal
