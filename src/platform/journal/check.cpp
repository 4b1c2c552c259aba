#include <algorithm>
#include <span>
#include <utility>

#include "platform/journal/folder.hpp"
#include "platform/journal/journal.hpp"
#include "platform/journal/segment_scan.hpp"
#include "platform/journal/snapshot.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

CheckReport::File problem_file(std::string name, std::string problem) {
  CheckReport::File file;
  file.name = std::move(name);
  file.problem = std::move(problem);
  return file;
}

CheckReport::File check_snapshot(FileSystem& files, const fs::path& folder, Sequence as_of) {
  const auto snapshot = load_snapshot(files, folder, as_of);
  CheckReport::File file = problem_file(snapshot_name(as_of), {});
  file.snapshot = true;
  file.last = as_of;
  if (snapshot) {
    file.bytes = snapshot->state().size();
  } else {
    file.problem = snapshot.error().detail();
  }
  return file;
}

CheckReport::File segment_file(const fs::path& folder, const SegmentScan& scan) {
  CheckReport::File file = problem_file(segment_name(scan.first), {});
  file.bytes = scan.end;
  file.records = scan.records;
  if (scan.records > 0) {
    file.first = scan.first;
    file.last = scan.next - 1;
  }
  if (!scan.damage.empty()) file.problem = place_text(folder / file.name, scan.end, scan.damage);
  return file;
}

/// What recovery would say to the segments from `first` on, the first of them that it needs.
void judge_log(const fs::path& folder, const std::vector<SegmentScan>& scans, Sequence needed,
               const Known& known, std::span<CheckReport::File> segments, CheckReport& report) {
  if (scans.front().first > needed) {
    if (!segments.front().problem.empty()) return;
    segments.front().problem = "the records from " + std::to_string(needed) + " on are missing";
    return;
  }
  const auto damage = judge(scans, known);
  if (!damage) return;
  const std::string what =
      place_text(folder / segments[damage->segment].name, damage->offset, damage->what);
  if (!damage->torn_tail) {
    segments[damage->segment].problem = what;
    return;
  }
  report.torn_tail = what;
  for (auto& segment : segments.subspan(damage->segment)) segment.problem.clear();
}

}  // namespace

Result<CheckReport> check(const fs::path& folder, FileSystem& files) {
  MS_TRY(const Listing listing, list_folder(files, folder));
  CheckReport report;
  Known known;
  if (const auto same_boot = written_in_this_boot(files, folder, listing)) {
    known.same_boot = *same_boot;
  } else {
    report.files.push_back(problem_file(std::string{boot_name}, same_boot.error().message()));
  }
  if (!listing.snapshots.empty()) known.safe = listing.snapshots.back();
  Sequence base = 0;
  for (const Sequence as_of : listing.snapshots) {
    report.files.push_back(check_snapshot(files, folder, as_of));
    if (report.files.back().problem.empty()) base = as_of;
  }
  std::vector<SegmentScan> scans;
  for (const Sequence first : listing.segments) {
    auto scan = scan_segment(files, folder, first, nullptr);
    report.files.push_back(scan ? segment_file(folder, *scan)
                                : problem_file(segment_name(first), scan.error().message()));
    if (scan) scans.push_back(std::move(*scan));
  }
  if (listing.segments.empty() && !listing.snapshots.empty()) {
    report.files.push_back(problem_file(segment_name(base + 1), "the file is missing"));
  }
  if (!scans.empty() && scans.size() == listing.segments.size()) {
    const auto start = static_cast<std::ptrdiff_t>(segments_covered(listing.segments, base));
    scans.erase(scans.begin(), scans.begin() + start);
    const auto needed_files = std::span{report.files}.last(scans.size());
    judge_log(folder, scans, base + 1, known, needed_files, report);
  }
  report.sound = std::ranges::all_of(report.files, [](const auto& f) { return f.problem.empty(); });
  return report;
}

}  // namespace mainstay::journal
