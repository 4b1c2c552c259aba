#include "platform/journal/segment_scan.hpp"

#include <algorithm>
#include <cstring>

#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

/// Compares the bytes with themselves one further on: the library's memcmp does many at a time, and
/// most of a preallocated segment is zeros that every start looks at.
bool all_zero(Bytes bytes) {
  if (bytes.empty()) return true;
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

std::string record(Sequence sequence) { return "record " + std::to_string(sequence); }

/// From `scan.end` on; leaves it where the sound frames end.
Result<> scan_frames(Bytes file, const RecordVisitor& visit, SegmentScan& scan) {
  while (const auto frame = decode_frame(file.subspan(scan.end))) {
    if (frame->mark) {
      scan.mark = std::max(scan.mark, frame->sequence);
    } else if (frame->gap && frame->sequence >= scan.next) {
      scan.next = frame->sequence + 1;
    } else if (frame->sequence != scan.next) {
      scan.damage = record(frame->sequence) + " in the place of " + record(scan.next);
      scan.never_torn = true;
      return {};
    } else {
      do {
        if (visit) MS_TRY_VOID(visit(scan.next, frame->payload));
        ++scan.records;
      } while (scan.next++ != frame->last);
    }
    scan.end += frame->bytes;
  }
  if (!all_zero(file.subspan(scan.end))) {
    scan.damage = record(scan.next) + " is damaged";
  }
  return {};
}

/// A hole between two segments, as damage at the end of the former.
std::string hole(const SegmentScan& scan, const SegmentScan& following) {
  return record(scan.next) + " is missing, the next file begins with " + record(following.first);
}

}  // namespace

Result<SegmentScan> scan_segment(FileSystem& files, const fs::path& folder, Sequence first,
                                 const RecordVisitor& visit) {
  const fs::path path = folder / segment_name(first);
  MS_TRY(const auto bytes, read_file(files, path, segment_file_bytes_max));
  SegmentScan scan;
  scan.first = scan.next = first;
  scan.file_bytes = bytes.size();
  const auto header = decode_file_header(FileKind::segment, bytes);
  if (!header) {
    scan.damage = "the file header is damaged";
  } else if (!is_readable(header->version)) {
    return Error{Errc::format_unknown, path.string()};
  } else if (header->sequence != first) {
    scan.damage = "the name and the header differ";
    scan.never_torn = true;
  } else {
    scan.version = header->version;
    scan.end = file_header_bytes;
    MS_TRY_VOID(scan_frames(bytes, visit, scan));
  }
  if (!scan.damage.empty()) {
    const Bytes behind = Bytes{bytes}.subspan(scan.end);
    scan.mark_behind = highest_mark(behind);
    scan.mark = std::max(scan.mark, scan.mark_behind);
    scan.frame_behind = scan.mark_behind > 0 || find_frame(behind, scan.next).has_value();
  }
  return scan;
}

std::optional<Damage> judge(const std::vector<SegmentScan>& scans, const Known& known) {
  Sequence safe = known.safe;
  for (std::size_t i = 0; i < scans.size(); ++i) {
    const SegmentScan& scan = scans[i];
    const SegmentScan* following = i + 1 < scans.size() ? &scans[i + 1] : nullptr;
    Damage damage{i, scan.end, scan.damage, !scan.never_torn};
    if (damage.what.empty() && following != nullptr && following->first != scan.next) {
      damage.what = hole(scan, *following);
      damage.torn_tail = following->first > scan.next;
    }
    if (damage.what.empty() && following == nullptr && scan.next <= std::max(safe, scan.mark)) {
      damage.what = record(scan.next) + " is missing";
      damage.torn_tail = false;
    }
    if (damage.what.empty()) continue;

    safe = std::max(safe, scan.mark_behind);
    for (std::size_t k = i + 1; k < scans.size(); ++k) safe = std::max(safe, scans[k].mark);
    if (scan.next <= safe) damage.torn_tail = false;
    if (known.same_boot && (following != nullptr || scan.frame_behind)) damage.torn_tail = false;
    return damage;
  }
  return std::nullopt;
}

}  // namespace mainstay::journal
