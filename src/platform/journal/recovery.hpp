#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"
#include "platform/journal/segment_writer.hpp"

namespace mainstay::journal {

/// A log ready to go on: repaired, and everything in it synced.
struct RecoveredLog {
  Recovered facts;
  Sequence last = 0;
  std::uint64_t bytes_since_snapshot = 0;
  OpenSegment current;
  std::vector<Sequence> segments;  // the first sequences, ascending
};

struct RecoveryOptions {
  std::filesystem::path folder;
  std::size_t segment_bytes = 0;
  bool keep_covered = false;
};
/// Replays what the folder holds, cuts a torn tail, removes what a snapshot replaces (but, with
/// `keep_covered`, segments), and begins a log where there is none. The caller has the folder's
/// lock.
Result<RecoveredLog> recover(FileSystem& files, const RecoveryOptions& options,
                             const Replay& replay);

}  // namespace mainstay::journal
