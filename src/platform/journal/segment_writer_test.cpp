#include "platform/journal/segment_writer.hpp"

#include <string>

#include <doctest/doctest.h>

#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"
#include "platform/journal/memory_file_system.hpp"
#include "platform/journal/segment_scan.hpp"

namespace mainstay::journal::segment_writer_test {
namespace {

const std::filesystem::path folder = "/journal";

std::string frame_of(Sequence sequence) {
  std::string frame;
  append_frame(frame, sequence, as_bytes(std::string(200, 'r')));
  return frame;
}

}  // namespace

TEST_CASE("segment writer: a mark does not take the place of half a frame") {
  MemoryFileSystem files;
  REQUIRE(files.create_folder(folder).has_value());
  std::string first = frame_of(1);
  std::string second = frame_of(2);
  // Room for both and one mark: not for a mark between them.
  const std::uint64_t capacity = file_header_bytes + first.size() + second.size() + mark_bytes;
  auto segment = make_segment(files, folder / segment_name(1), capacity);
  REQUIRE(segment.has_value());
  REQUIRE(begin_segment(*segment, 1).has_value());
  SegmentWriter writer{files, folder, capacity, std::move(*segment), {1}};
  std::span<char> frames{first};
  REQUIRE(writer.write(frames).has_value());

  files.fail_nth(1);
  frames = second;
  CHECK(writer.write(frames).has_error());
  CHECK(frames.size() == second.size());
  CHECK(writer.write_mark(1).has_value());
  CHECK(writer.write(frames).has_value());
  CHECK(writer.write_mark(2).has_value());

  const auto scan = scan_segment(files, folder, 1, {});
  REQUIRE(scan.has_value());
  CHECK(scan->damage.empty());
  CHECK(scan->records == 2);
  CHECK(scan->mark == 2);
}

}  // namespace mainstay::journal::segment_writer_test
