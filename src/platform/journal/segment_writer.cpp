#include "platform/journal/segment_writer.hpp"

#include <algorithm>
#include <utility>

#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"

namespace mainstay::journal {

namespace fs = std::filesystem;

Result<OpenSegment> make_segment(FileSystem& files, const fs::path& path, std::uint64_t bytes) {
  OpenSegment segment;
  MS_TRY(segment.file, files.create(path));
  if (auto allocated = segment.file->allocate(bytes); allocated.has_error()) {
    (void)files.remove(path);  // what it got of a full disk is of use to others
    return allocated.error();
  }
  segment.capacity = bytes;
  return segment;
}

Result<> begin_segment(OpenSegment& segment, Sequence first) {
  const std::string header = encode_file_header(FileKind::segment, first);
  MS_TRY_VOID(segment.file->write_at(0, as_bytes(header)));
  segment.offset = header.size();
  segment.version = format_version;
  return {};
}

SegmentWriter::SegmentWriter(FileSystem& files, fs::path folder, std::size_t segment_bytes,
                             OpenSegment current, std::vector<Sequence> segments)
    : files_(files),
      folder_(std::move(folder)),
      segment_bytes_(segment_bytes),
      current_(std::move(current)),
      segments_(std::move(segments)) {}

Result<> SegmentWriter::write(std::span<char>& frames) {
  if (torn_mark_) MS_TRY_VOID(write_mark(*torn_mark_));
  while (!frames.empty()) {
    std::size_t run = 0;
    while (run < frames.size()) {
      const std::size_t frame = frame_bytes(frames.subspan(run));
      if (current_.version != format_version) break;
      if (current_.offset + run + frame + mark_bytes > current_.capacity) break;
      seal_frame(frames.subspan(run, frame));
      run += frame;
    }
    if (run == 0) {
      MS_TRY_VOID(rotate(frame_sequence(frames), frame_bytes(frames)));
      continue;
    }
    torn_frame_ = true;
    MS_TRY_VOID(current_.file->write_at(current_.offset, std::as_bytes(frames.first(run))));
    torn_frame_ = false;
    current_.offset += run;
    frames = frames.subspan(run);
  }
  return {};
}

Result<> SegmentWriter::write_mark(Sequence synced) {
  if (torn_frame_ || current_.offset + mark_bytes > current_.capacity) return {};
  torn_mark_ = synced;
  MS_TRY_VOID(current_.file->write_at(current_.offset, as_bytes(encode_mark(synced))));
  torn_mark_.reset();
  current_.offset += mark_bytes;
  return {};
}

/// The new segment has room for `frame` at least. Failed half-way it can be tried again: a file of
/// the new name is begun anew.
Result<> SegmentWriter::rotate(Sequence first, std::size_t frame) {
  const std::uint64_t needed = file_header_bytes + frame + mark_bytes;
  const fs::path path = folder_ / segment_name(first);
  OpenSegment next;
  if (spare_.file && needed <= spare_.capacity) {
    MS_TRY_VOID(files_.rename(folder_ / spare_name, path));
    next.capacity = std::exchange(spare_, OpenSegment{}).capacity;
    // Opened anew, so that its errors tell its name.
    MS_TRY(next.file, files_.open(path, Access::read_write));
  } else {
    MS_TRY(next, make_segment(files_, path, std::max<std::uint64_t>(segment_bytes_, needed)));
  }
  MS_TRY_VOID(begin_segment(next, first));
  full_.push_back(std::exchange(current_, std::move(next)).file);
  ++names_changed_;
  // A segment too small for the first record that came is replaced: the same name.
  if (segments_.back() != first) segments_.push_back(first);
  return {};
}

bool SegmentWriter::wants_spare() const {
  return !spare_.file && current_.offset > current_.capacity / 2;
}

SegmentWriter::Unsynced SegmentWriter::unsynced() const {
  Unsynced out;
  for (const auto& file : full_) out.files.push_back(file.get());
  out.files.push_back(current_.file.get());
  out.names = names_changed_ != names_synced_;
  out.names_changed = names_changed_;
  return out;
}

void SegmentWriter::forget_synced(const Unsynced& done) {
  // The last file may have become full meanwhile, with more in it: it stays for the next time.
  const auto count = static_cast<std::ptrdiff_t>(done.files.size() - 1);
  full_.erase(full_.begin(), full_.begin() + count);
  names_synced_ = done.names_changed;
}

std::vector<Sequence> SegmentWriter::drop_covered(Sequence as_of) {
  const auto count = static_cast<std::ptrdiff_t>(segments_covered(segments_, as_of));
  std::vector<Sequence> dropped{segments_.begin(), segments_.begin() + count};
  segments_.erase(segments_.begin(), segments_.begin() + count);
  return dropped;
}

}  // namespace mainstay::journal
