#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::journal {

/// What `mainstay journal repair` found, and did or would do.
struct RepairReport {
  struct Range {
    Sequence first = 0, last = 0;  // both included
  };
  bool sound = false;       // nothing to repair; a torn tail is cut by the next start
  bool applied = false;     // the folder was changed
  Sequence snapshot = 0;    // the newest sound one; 0: none
  Sequence last = 0;        // the sequence that the log goes on behind
  std::vector<Range> lost;  // records that are in no sound frame and no sound snapshot
  /// Not 0: bytes behind this record cannot be read, and nothing tells whether records were there.
  Sequence unknown_behind = 0;
  std::vector<std::string> rewritten;  // files made anew from what is readable
  std::vector<std::string> set_aside;  // files whose originals go to `aside`
  std::filesystem::path aside;         // empty until applied
};

enum class RepairMode : std::uint8_t { look, change };

/// Makes a damaged log usable again with every record that is still readable: what is readable
/// behind a damaged place stays, in order, and a gap (frame.hpp) takes the place of what is not.
/// Records that a sound snapshot holds are not lost. Damaged originals are copied into a new folder
/// `damaged-N` first; a run that dies half-way can be repeated. Errors: Errc::locked while a server
/// has the log open, format_unknown, and what the file system says.
Result<RepairReport> repair(const std::filesystem::path& folder, FileSystem& files,
                            RepairMode mode);

}  // namespace mainstay::journal
