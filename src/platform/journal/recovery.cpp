#include "platform/journal/recovery.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"
#include "platform/journal/segment_scan.hpp"
#include "platform/journal/snapshot.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

class Recovery {
 public:
  Recovery(FileSystem& files, const RecoveryOptions& options, const Replay& replay)
      : files_(files),
        folder_(options.folder),
        segment_bytes_(options.segment_bytes),
        keep_covered_(options.keep_covered),
        replay_(replay) {}

  Result<RecoveredLog> run() {
    MS_TRY(listing_, list_folder(files_, folder_));
    MS_TRY(known_.same_boot, written_in_this_boot(files_, folder_, listing_));
    MS_TRY_VOID(remove(listing_.unfinished));
    if (listing_.segments.empty() && listing_.snapshots.empty()) {
      MS_TRY_VOID(begin_log());
    } else {
      MS_TRY_VOID(replay_snapshot());
      MS_TRY_VOID(replay_records());
      MS_TRY_VOID(repair_end());
    }
    MS_TRY_VOID(remove_replaced());
    MS_TRY_VOID(sync_all());
    if (!known_.same_boot) MS_TRY_VOID(remember_boot(files_, folder_));
    return std::move(log_);
  }

 private:
  Result<> begin_log();
  Result<> replay_snapshot();
  Result<> replay_records();
  Result<> repair_end();
  Result<> remove(const std::vector<std::string>& names);
  Result<> remove_replaced();
  Result<> sync_all();
  Result<> require_log_behind_snapshot() const;

  FileSystem& files_;
  const fs::path& folder_;
  std::size_t segment_bytes_;
  bool keep_covered_;
  const Replay& replay_;

  Listing listing_;
  Known known_;
  std::optional<Error> snapshot_damage_;
  std::size_t start_ = 0;  // index of the first segment that is needed
  std::vector<SegmentScan> scans_;
  std::optional<Damage> torn_;
  RecoveredLog log_;
};

Result<> Recovery::begin_log() {
  MS_TRY(log_.current, make_segment(files_, folder_ / segment_name(1), segment_bytes_));
  MS_TRY_VOID(begin_segment(log_.current, 1));
  log_.segments = {1};
  return {};
}

/// The newest sound one. A damaged one is forgiven as long as the log behind an older one is there.
Result<> Recovery::replay_snapshot() {
  for (auto as_of = listing_.snapshots.rbegin(); as_of != listing_.snapshots.rend(); ++as_of) {
    const auto snapshot = load_snapshot(files_, folder_, *as_of);
    if (snapshot) {
      log_.facts.snapshot = *as_of;
      return replay_.on_snapshot(snapshot->state(), *as_of);
    }
    if (!snapshot.error().is(Errc::corrupt)) return snapshot.error();
    if (!snapshot_damage_) snapshot_damage_ = snapshot.error();
  }
  return {};
}

Result<> Recovery::require_log_behind_snapshot() const {
  const Sequence needed = log_.facts.snapshot + 1;
  if (!listing_.segments.empty() && listing_.segments[start_] <= needed) return {};
  if (snapshot_damage_) return *snapshot_damage_;
  return corrupt_at(folder_ / segment_name(needed), 0, "the file is missing");
}

Result<> Recovery::replay_records() {
  start_ = segments_covered(listing_.segments, log_.facts.snapshot);
  MS_TRY_VOID(require_log_behind_snapshot());
  bool sound = true;
  const auto visit = [&](Sequence sequence, Bytes payload) -> Result<> {
    if (!sound || sequence <= log_.facts.snapshot) return {};
    ++log_.facts.records;
    log_.bytes_since_snapshot += frame_header_bytes + payload.size();
    return replay_.on_record(sequence, payload);
  };
  for (std::size_t i = start_; i < listing_.segments.size(); ++i) {
    const Sequence first = listing_.segments[i];
    sound = sound && (scans_.empty() || scans_.back().next == first);
    MS_TRY(auto scan, scan_segment(files_, folder_, first, visit));
    sound = sound && scan.damage.empty();
    scans_.push_back(std::move(scan));
  }
  // A snapshot is made only of records that are on disk.
  known_.safe = listing_.snapshots.empty() ? 0 : listing_.snapshots.back();
  torn_ = judge(scans_, known_);
  if (!torn_) return {};
  const fs::path file = folder_ / segment_name(scans_[torn_->segment].first);
  if (!torn_->torn_tail) return corrupt_at(file, torn_->offset, torn_->what);
  log_.facts.torn_tail = place_text(file, torn_->offset, torn_->what);
  return {};
}

/// Opens the last sound segment for writing, everything behind its sound frames gone: old frames
/// there could one day follow new ones.
Result<> Recovery::repair_end() {
  const std::size_t last = torn_ ? torn_->segment : scans_.size() - 1;
  const SegmentScan& scan = scans_[last];
  for (std::size_t i = scans_.size() - 1; i > last; --i) {
    MS_TRY_VOID(files_.remove(folder_ / segment_name(scans_[i].first)));
  }
  OpenSegment& current = log_.current;
  MS_TRY(current.file, files_.open(folder_ / segment_name(scan.first), Access::read_write));
  if (torn_) MS_TRY_VOID(current.file->truncate(torn_->offset));
  current.capacity = std::max<std::uint64_t>(segment_bytes_, torn_ ? 0 : scan.file_bytes);
  MS_TRY_VOID(current.file->allocate(current.capacity));
  current.offset = scan.end;
  current.version = scan.version;
  if (scan.end == 0) MS_TRY_VOID(begin_segment(current, scan.first));

  log_.last = scan.next - 1;
  for (std::size_t i = 0; i <= last; ++i) log_.segments.push_back(scans_[i].first);
  return {};
}

Result<> Recovery::remove(const std::vector<std::string>& names) {
  for (const std::string& name : names) MS_TRY_VOID(files_.remove(folder_ / name));
  return {};
}

Result<> Recovery::remove_replaced() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < start_ && !keep_covered_; ++i) {
    names.push_back(segment_name(listing_.segments[i]));
  }
  for (const Sequence as_of : listing_.snapshots) {
    if (as_of < log_.facts.snapshot) names.push_back(snapshot_name(as_of));
  }
  return remove(names);
}

/// A process that died may have left written, unsynced records; they have been replayed, so they
/// must not go any more.
Result<> Recovery::sync_all() {
  for (std::size_t i = 0; i + 1 < log_.segments.size(); ++i) {
    MS_TRY(const auto file, files_.open(folder_ / segment_name(log_.segments[i]), Access::read));
    MS_TRY_VOID(file->sync());
  }
  MS_TRY_VOID(log_.current.file->sync());
  return files_.sync_folder(folder_);
}

}  // namespace

Result<RecoveredLog> recover(FileSystem& files, const RecoveryOptions& options,
                             const Replay& replay) {
  return Recovery{files, options, replay}.run();
}

}  // namespace mainstay::journal
