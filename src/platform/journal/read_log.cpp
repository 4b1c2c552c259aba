#include <algorithm>
#include <utility>

#include "platform/journal/folder.hpp"
#include "platform/journal/journal.hpp"
#include "platform/journal/segment_scan.hpp"
#include "platform/journal/snapshot.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

/// The newest sound snapshot that is not behind `last`; 0 for none.
Result<Sequence> replay_snapshot(const fs::path& folder, FileSystem& files,
                                 const std::vector<Sequence>& snapshots, Sequence last,
                                 const Replay& replay) {
  for (auto as_of = snapshots.rbegin(); as_of != snapshots.rend(); ++as_of) {
    if (*as_of > last) continue;
    const auto snapshot = load_snapshot(files, folder, *as_of);
    if (!snapshot && snapshot.error().is(Errc::corrupt)) continue;
    if (!snapshot) return snapshot.error();
    MS_TRY_VOID(replay.on_snapshot(snapshot->state(), *as_of));
    return *as_of;
  }
  return Sequence{0};
}

}  // namespace

Result<Sequence> read_log(const fs::path& folder, FileSystem& files, Sequence last,
                          const Replay& replay) {
  MS_TRY(const Listing listing, list_folder(files, folder));
  MS_TRY(const Sequence base, replay_snapshot(folder, files, listing.snapshots, last, replay));
  Sequence reached = base;
  const auto visit = [&](Sequence sequence, Bytes payload) -> Result<> {
    if (sequence != reached + 1 || sequence > last) return {};
    reached = sequence;
    return replay.on_record(sequence, payload);
  };
  const std::size_t start = segments_covered(listing.segments, base);
  for (std::size_t i = start; i < listing.segments.size(); ++i) {
    const Sequence first = listing.segments[i];
    if (first > reached + 1) return corrupt_at(folder / segment_name(reached + 1), 0, "is missing");
    MS_TRY(const auto scan, scan_segment(files, folder, first, visit));
    if (!scan.damage.empty() || reached >= last) break;
  }
  return reached;
}

}  // namespace mainstay::journal
