#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::journal {

constexpr std::string_view spare_name = "spare.tmp";

/// A segment being written: its file and where the next frame goes.
struct OpenSegment {
  std::unique_ptr<File> file;
  std::uint64_t offset = 0;
  std::uint64_t capacity = 0;  // allocated
  std::uint32_t version = 0;   // of its header
};

/// An allocated segment with no header yet.
Result<OpenSegment> make_segment(FileSystem& files, const std::filesystem::path& path,
                                 std::uint64_t bytes);
/// Begins an empty segment with its header.
Result<> begin_segment(OpenSegment& segment, Sequence first);

/// The end of the log: fills segments one after another. Each keeps room for one mark behind its
/// records. One of an older version gets no more records, only marks. One thread at a time; the
/// files it hands out for syncing live until forget_synced().
class SegmentWriter {
 public:
  /// `segments`: the first sequences of all segments, the last being `current`.
  SegmentWriter(FileSystem& files, std::filesystem::path folder, std::size_t segment_bytes,
                OpenSegment current, std::vector<Sequence> segments);

  /// Whole frames from append_frame(); seals them. One write per segment touched. After a failure
  /// `frames` is what is left: the same call with the same frames first tries again.
  Result<> write(std::span<char>& frames);
  /// One that fails is written again before the next frames. While half a frame may lie at the end
  /// none is written: the frame might then not fit behind it, and its half would stay.
  Result<> write_mark(Sequence synced);

  /// The next segment can be made ahead of need, under spare_name, by another thread meanwhile.
  [[nodiscard]] bool wants_spare() const;
  void take_spare(OpenSegment spare) { spare_ = std::move(spare); }
  /// Bytes that can be written without asking the disk for more.
  [[nodiscard]] std::uint64_t room() const { return current_.capacity - current_.offset; }

  struct Unsynced {
    std::vector<File*> files;  // all but the last are full
    bool names = false;        // the folder too
    std::uint64_t names_changed = 0;
  };
  /// What to sync so that all written so far is safe.
  [[nodiscard]] Unsynced unsynced() const;
  void forget_synced(const Unsynced& done);

  /// Takes the segments whose records all are up to `as_of` off the list.
  std::vector<Sequence> drop_covered(Sequence as_of);

 private:
  Result<> rotate(Sequence first, std::size_t frame);

  FileSystem& files_;
  std::filesystem::path folder_;
  std::size_t segment_bytes_;
  OpenSegment current_;
  OpenSegment spare_;                        // no file: none
  std::vector<std::unique_ptr<File>> full_;  // not yet synced
  std::vector<Sequence> segments_;
  std::optional<Sequence> torn_mark_;  // half of it may lie at the end: nothing may come behind
  bool torn_frame_ = false;  // the same of a frame: only that frame, whole, may take its place
  std::uint64_t names_changed_ = 0;
  std::uint64_t names_synced_ = 0;
};

}  // namespace mainstay::journal
