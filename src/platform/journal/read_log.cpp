#include <algorithm>
#include <optional>
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

/// The records behind `base`.
Result<Sequence> replay_records(const fs::path& folder, FileSystem& files,
                                const std::vector<Sequence>& segments, Sequence base, Sequence last,
                                const Replay& replay) {
  Sequence reached = base;
  const auto visit = [&](Sequence sequence, Bytes payload) -> Result<> {
    if (sequence != reached + 1 || sequence > last) return {};
    reached = sequence;
    return replay.on_record(sequence, payload);
  };
  for (std::size_t i = segments_covered(segments, base); i < segments.size(); ++i) {
    const Sequence first = segments[i];
    if (first > reached + 1) return corrupt_at(folder / segment_name(reached + 1), 0, "is missing");
    MS_TRY(const auto scan, scan_segment(files, folder, first, visit));
    if (!scan.damage.empty() || reached >= last) break;
  }
  return reached;
}

}  // namespace

Result<Sequence> read_log(const fs::path& folder, FileSystem& files, Sequence last,
                          const Replay& replay) {
  MS_TRY(const Listing listing, list_folder(files, folder));
  MS_TRY(const Sequence base, replay_snapshot(folder, files, listing.snapshots, last, replay));
  return replay_records(folder, files, listing.segments, base, last, replay);
}

Result<std::optional<Sequence>> read_whole_log(const fs::path& folder, FileSystem& files,
                                               Sequence last, const Replay& replay) {
  MS_TRY(const Listing listing, list_folder(files, folder));
  if (listing.segments.empty() || listing.segments.front() != 1) return std::nullopt;
  MS_TRY(const Sequence reached, replay_records(folder, files, listing.segments, 0, last, replay));
  return reached;
}

}  // namespace mainstay::journal
