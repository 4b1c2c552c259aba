#include "platform/journal/repair.hpp"

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

/// What becomes of one segment.
struct Plan {
  Sequence first = 0;  // by its name
  Sequence begin = 0;  // what the log needed next when it came to this one
  bool changed = false;
  std::string frames;    // all that are readable and needed; kept for changed ones and the last
  bool must_be = false;  // though it is empty: the log needs an end to go on from

  [[nodiscard]] bool is_made() const { return changed && (must_be || !frames.empty()); }
};

class Repair {
 public:
  Repair(FileSystem& files, const fs::path& folder, RepairMode mode)
      : files_(files), folder_(folder), mode_(mode) {}

  Result<RepairReport> run();

 private:
  Result<> choose_snapshot();
  Result<> plan_covered(std::size_t count);
  Result<> plan_segment(Sequence first);
  void read_frames(Bytes file, Plan& plan, Sequence& raw_next);
  void take(const Frame& frame, Bytes bytes, Plan& plan, Sequence& raw_next);
  void lose_up_to(Sequence last, Plan& plan);
  void plan_end();

  Result<> apply();
  Result<> copy_aside();
  Result<> write_segment(const Plan& plan);

  FileSystem& files_;
  const fs::path& folder_;
  const RepairMode mode_;
  RepairReport report_;
  Listing listing_;
  Sequence next_ = 1;  // the record that the log needs next
  Sequence mark_ = 0;  // records up to here were on disk once
  std::vector<Plan> plans_;
  std::vector<std::string> removed_;  // originals that nothing replaces
};

Result<RepairReport> Repair::run() {
  MS_TRY(const auto lock, files_.lock(folder_ / lock_name));
  MS_TRY(const CheckReport found, check(folder_, files_));
  MS_TRY(listing_, list_folder(files_, folder_));
  MS_TRY_VOID(choose_snapshot());
  report_.sound = found.sound;
  if (found.sound) return std::move(report_);
  next_ = report_.snapshot + 1;
  const std::size_t start = segments_covered(listing_.segments, report_.snapshot);
  MS_TRY_VOID(plan_covered(start));
  for (std::size_t i = start; i < listing_.segments.size(); ++i) {
    MS_TRY_VOID(plan_segment(listing_.segments[i]));
  }
  plan_end();
  report_.last = next_ - 1;
  for (const Plan& plan : plans_) {
    if (plan.is_made()) report_.rewritten.push_back(segment_name(plan.begin));
    if (plan.changed && plan.first != 0) report_.set_aside.push_back(segment_name(plan.first));
  }
  if (mode_ == RepairMode::look) return std::move(report_);
  MS_TRY_VOID(apply());
  MS_TRY(const CheckReport now, check(folder_, files_));
  if (!now.sound) {
    return Error{Errc::corrupt, folder_.string() + " is still damaged; the originals are in " +
                                    report_.aside.string()};
  }
  report_.applied = true;
  return std::move(report_);
}

Result<> Repair::choose_snapshot() {
  for (const Sequence as_of : listing_.snapshots) {
    const auto snapshot = load_snapshot(files_, folder_, as_of);
    if (snapshot) {
      report_.snapshot = as_of;
    } else if (snapshot.error().is(Errc::corrupt)) {
      report_.set_aside.push_back(snapshot_name(as_of));
      removed_.push_back(snapshot_name(as_of));
    } else {
      return snapshot.error();
    }
  }
  return {};
}

/// The next start needs none of them, and removes what is not to be kept; damaged ones only offend
/// `check`.
Result<> Repair::plan_covered(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    MS_TRY(const auto scan, scan_segment(files_, folder_, listing_.segments[i], nullptr));
    if (scan.damage.empty()) continue;
    report_.set_aside.push_back(segment_name(scan.first));
    removed_.push_back(segment_name(scan.first));
  }
  return {};
}

Result<> Repair::plan_segment(Sequence first) {
  const fs::path path = folder_ / segment_name(first);
  MS_TRY(const auto file, read_file(files_, path, segment_file_bytes_max));
  const auto header = decode_file_header(FileKind::segment, file);
  if (header && !is_readable(header->version)) {
    return Error{Errc::format_unknown, path.string()};
  }
  if (!plans_.empty() && !plans_.back().changed) plans_.back().frames.clear();
  // What is missing before a sound file is noted in the damaged one in front of it.
  const bool noted_before = !plans_.empty() && plans_.back().changed;
  if (first > next_ && noted_before) lose_up_to(first - 1, plans_.back());
  Plan plan;
  plan.first = first;
  plan.begin = next_;
  plan.changed = !header || header->sequence != first;
  // The first one may begin with what is in the snapshot.
  if (first != next_ && (first > next_ || !plans_.empty())) plan.changed = true;
  if (first > next_) lose_up_to(first - 1, plan);
  Sequence raw_next = first;
  if (file.size() > file_header_bytes) {
    read_frames(Bytes{file}.subspan(file_header_bytes), plan, raw_next);
  } else {
    plan.changed = true;
  }
  if (raw_next < next_) plan.changed = true;
  plans_.push_back(std::move(plan));
  return {};
}

void Repair::read_frames(Bytes file, Plan& plan, Sequence& raw_next) {
  report_.unknown_behind = 0;
  while (!file.empty()) {
    if (const auto frame = decode_frame(file)) {
      take(*frame, file.first(frame->bytes), plan, raw_next);
      file = file.subspan(frame->bytes);
      continue;
    }
    if (std::ranges::all_of(file, [](std::byte b) { return b == std::byte{0}; })) return;
    plan.changed = true;
    mark_ = std::max(mark_, highest_mark(file));
    const auto found = find_frame(file, next_);
    if (!found) {
      report_.unknown_behind = next_ - 1;
      return;
    }
    file = file.subspan(*found);
  }
}

void Repair::take(const Frame& frame, Bytes bytes, Plan& plan, Sequence& raw_next) {
  if (frame.mark) {
    mark_ = std::max(mark_, frame.sequence);
  } else if (frame.gap) {
    raw_next = std::max(raw_next, frame.sequence + 1);
    if (frame.sequence < next_) return;
    next_ = frame.sequence + 1;
  } else {
    if (frame.sequence == raw_next) raw_next = frame.last + 1;
    if (frame.last <= report_.snapshot) return;
    // We have it already; what the snapshot has may be there all the same.
    if (frame.sequence < next_ && next_ > report_.snapshot + 1) plan.changed = true;
    if (frame.last < next_) return;
    if (frame.sequence > next_) lose_up_to(frame.sequence - 1, plan);
    const Sequence from = std::exchange(next_, frame.last + 1);
    plan.frames.append(frame_from(from, frame));
    return;
  }
  plan.frames.append(as_text(bytes));
}

void Repair::lose_up_to(Sequence last, Plan& plan) {
  plan.changed = true;
  plan.frames.append(encode_gap(last));
  report_.lost.push_back({next_, last});
  next_ = last + 1;
}

/// Records that had been on disk and of which nothing is left are lost, and the log must have an
/// end to go on from.
void Repair::plan_end() {
  const bool has_end = std::ranges::any_of(
      plans_, [](const Plan& plan) { return !plan.changed || !plan.frames.empty(); });
  if (!has_end) {
    Plan plan;
    plan.begin = next_;
    plan.changed = plan.must_be = true;
    plans_.push_back(std::move(plan));
  }
  if (mark_ < next_) return;
  lose_up_to(mark_, plans_.back());
  if (report_.unknown_behind != 0) report_.unknown_behind = next_ - 1;
}

// Changing the folder

/// At any moment each file is either as it was or as it will be, and every original is on disk
/// beside the log before the log changes.
Result<> Repair::apply() {
  MS_TRY_VOID(copy_aside());
  std::vector<std::string> made;
  for (const Plan& plan : plans_) {
    if (!plan.is_made()) continue;
    MS_TRY_VOID(write_segment(plan));
    made.push_back(segment_name(plan.begin));
  }
  for (const std::string& name : made) {
    MS_TRY_VOID(files_.rename(folder_ / (name + std::string{temporary_suffix}), folder_ / name));
  }
  for (const Plan& plan : plans_) {
    const std::string name = segment_name(plan.first);
    if (plan.changed && plan.first != 0 && !std::ranges::count(made, name)) {
      removed_.push_back(name);
    }
  }
  for (const std::string& name : removed_) MS_TRY_VOID(files_.remove(folder_ / name));
  return files_.sync_folder(folder_);
}

Result<> Repair::copy_aside() {
  int number = 1;
  while (files_.list(folder_ / ("damaged-" + std::to_string(number))).has_value()) ++number;
  report_.aside = folder_ / ("damaged-" + std::to_string(number));
  MS_TRY_VOID(files_.create_folder(report_.aside));
  for (const std::string& name : report_.set_aside) {
    MS_TRY(const auto bytes, read_file(files_, folder_ / name, snapshot_file_bytes_max));
    MS_TRY(const auto copy, files_.create(report_.aside / name));
    MS_TRY_VOID(copy->write_at(0, bytes));
    MS_TRY_VOID(copy->sync());
  }
  return files_.sync_folder(report_.aside);
}

Result<> Repair::write_segment(const Plan& plan) {
  const std::string name = segment_name(plan.begin) + std::string{temporary_suffix};
  MS_TRY(const auto file, files_.create(folder_ / name));
  MS_TRY_VOID(file->write_at(0, as_bytes(encode_file_header(FileKind::segment, plan.begin))));
  MS_TRY_VOID(file->write_at(file_header_bytes, as_bytes(plan.frames)));
  return file->sync();
}

}  // namespace

Result<RepairReport> repair(const fs::path& folder, FileSystem& files, RepairMode mode) {
  return Repair{files, folder, mode}.run();
}

}  // namespace mainstay::journal
