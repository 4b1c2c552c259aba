#include "platform/journal/recovery.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>

#include <doctest/doctest.h>

#include "base/crc32c.hpp"
#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"
#include "platform/journal/journal_fixture.hpp"
#include "platform/journal/snapshot.hpp"

namespace mainstay::journal::testing::recovery_test {
namespace {

constexpr std::size_t segment_bytes = 1024;
const std::filesystem::path first_segment = folder / segment_name(1);

/// What a process that was killed leaves after running `script` on a new journal.
std::string killed_after(const std::function<void(Journal&)>& script) {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(segment_bytes));
  script(**opened.journal);
  files.kill_process();
  opened.journal->reset();
  return files.contents(first_segment);
}

/// `safe` synced records, then `more` that were only written.
std::string log_of(int safe, int more) {
  return killed_after([&](Journal& journal) {
    append_records(journal, safe);
    REQUIRE(journal.sync().has_value());
    append_records(journal, more);
    REQUIRE(journal.commit({}));
  });
}

/// An empty segment of another format.
std::string header_of(char version) {
  std::string header = encode_file_header(FileKind::segment, 1);
  header[8] = version;
  const Bytes bytes = as_bytes(header);
  const std::uint32_t sum = crc32c(bytes.subspan(16), crc32c(bytes.first(12)));
  std::memcpy(header.data() + 12, &sum, sizeof sum);
  return header;
}

/// Where the last writer was.
enum class Wrote { unknown, in_another_boot, in_this_boot };

Opened open_with(MemoryFileSystem& files, std::string_view segment, Wrote wrote = Wrote::unknown) {
  files.put(first_segment, segment);
  if (wrote == Wrote::in_another_boot) files.put(folder / boot_name, "another");
  if (wrote == Wrote::in_this_boot) files.put(folder / boot_name, files.boot_id());
  return reopen(files, options_with(segment_bytes));
}

/// Ends of the frames in a segment: [i] is the offset behind record i + 1.
std::vector<std::size_t> record_ends(const std::string& segment) {
  std::vector<std::size_t> ends;
  std::size_t at = file_header_bytes;
  while (const auto frame = decode_frame(as_bytes(segment).subspan(at))) {
    at += frame->bytes;
    if (!frame->mark) ends.push_back(at);
  }
  return ends;
}

/// The segments and snapshots.
std::vector<std::string> sorted_names(MemoryFileSystem& files) {
  auto all = names(files);
  std::erase_if(
      all, [](const auto& name) { return name.ends_with(temporary_suffix) || name == boot_name; });
  std::ranges::sort(all);
  return all;
}

/// Appends to what was recovered, and finds all of it after one more crash.
void check_goes_on(MemoryFileSystem& files, Opened& opened) {
  const Sequence last = opened.replayed.last();
  append_records(**opened.journal, 2);
  CHECK((*opened.journal)->commit({}));
  files.kill_process();
  opened.journal->reset();
  files.restart();
  const auto again = reopen(files, options_with(segment_bytes));
  REQUIRE(again.journal.has_value());
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.last() == last + 2);
  CHECK((*again.journal)->recovered().torn_tail.empty());
}

}  // namespace

TEST_CASE(
    "recovery: torn at every byte of the unsynced records, the whole ones stay, in any boot") {
  const std::string whole = log_of(3, 3);
  const auto ends = record_ends(whole);
  REQUIRE(ends.size() == 6);
  for (std::size_t cut = ends[2] + mark_bytes; cut < ends[5]; ++cut) {
    CAPTURE(cut);
    const auto expected = std::ranges::count_if(ends, [&](std::size_t end) { return end <= cut; });
    const std::string zeroed = whole.substr(0, cut) + std::string(whole.size() - cut, '\0');
    std::string garbled = whole;
    for (std::size_t i = cut; i < ends[5]; ++i) garbled[i] = static_cast<char>(~garbled[i]);
    for (const std::string& torn : {zeroed, garbled, whole.substr(0, cut)}) {
      MemoryFileSystem files;
      auto opened = open_with(files, torn, cut % 2 == 0 ? Wrote::in_this_boot : Wrote::unknown);
      REQUIRE(opened.journal.has_value());
      CHECK(opened.replayed.true_to_life());
      CHECK(opened.replayed.last() == static_cast<Sequence>(expected));
      check_goes_on(files, opened);
    }
  }
}

TEST_CASE(
    "recovery: a bit turned in unsynced records, sound ones behind: cut, but not in this boot") {
  const std::string whole = log_of(1, 3);
  const auto ends = record_ends(whole);
  for (std::size_t i = ends[0] + mark_bytes; i < ends[3]; ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    CAPTURE(i);
    for (const Wrote wrote : {Wrote::unknown, Wrote::in_another_boot, Wrote::in_this_boot}) {
      MemoryFileSystem files;
      auto opened = open_with(files, damaged, wrote);
      if (wrote == Wrote::in_this_boot && i < ends[2]) {
        REQUIRE(opened.journal.has_error());
        CHECK(opened.journal.error().is(Errc::corrupt));
        CHECK(files.contents(first_segment) == damaged);
        continue;
      }
      REQUIRE(opened.journal.has_value());
      CHECK(opened.replayed.true_to_life());
      CHECK_FALSE((*opened.journal)->recovered().torn_tail.empty());
      check_goes_on(files, opened);
    }
  }
}

TEST_CASE("recovery: in this boot a mark behind the damage refuses it, though it says less") {
  std::string log = encode_file_header(FileKind::segment, 1);
  append_frame(log, 1, as_bytes("one"));
  seal_frame(std::span{log}.subspan(file_header_bytes));
  append_frame(log, 2, as_bytes("never sealed"));
  for (const Wrote wrote : {Wrote::unknown, Wrote::in_this_boot}) {
    MemoryFileSystem files;
    const auto opened = open_with(files, log + encode_mark(1), wrote);
    CHECK(opened.journal.has_value() == (wrote == Wrote::unknown));
  }
}

TEST_CASE("recovery: damage before the last segment, nothing synced: cut, but not in this boot") {
  MemoryFileSystem written;
  auto opened = reopen(written, options_with(256));
  REQUIRE(opened.journal.has_value());
  append_records(**opened.journal, 20);
  REQUIRE((*opened.journal)->commit({}));
  const auto all = sorted_names(written);
  REQUIRE(all.size() > 3);
  const std::string damaged_end = written.contents(folder / all[1]).substr(0, 200);
  for (const Wrote wrote : {Wrote::in_another_boot, Wrote::in_this_boot}) {
    for (const std::string& bytes : {damaged_end, std::string(256, '\0'), std::string{}}) {
      MemoryFileSystem files;
      for (const auto& name : all) files.put(folder / name, written.contents(folder / name));
      files.put(folder / all[1], bytes);
      if (wrote == Wrote::in_this_boot) files.put(folder / boot_name, files.boot_id());
      const auto again = reopen(files, options_with(256));
      CHECK(again.journal.has_value() == (wrote == Wrote::in_another_boot));
      if (again.journal) CHECK(again.replayed.true_to_life());
    }
  }
}

TEST_CASE("recovery: the boot of the last writer is kept, on disk before its first record") {
  MemoryFileSystem files;
  const auto path = folder / boot_name;
  const auto live = [&] {
    auto opened = reopen(files, options_with(segment_bytes));
    REQUIRE(opened.journal.has_value());
    append_records(**opened.journal, 1);
    CHECK((*opened.journal)->commit({}));
    files.kill_process();
  };
  live();
  CHECK(files.contents(path) == "boot 1");
  files.cut_power();
  CHECK(files.contents(path) == "boot 1");
  for (const std::string boot_id : {"boot 2", "of another machine", "", "boot 2"}) {
    files.restart();
    files.set_boot_id(boot_id);
    live();
    CHECK(files.contents(path) == boot_id);
  }
}

TEST_CASE("recovery: when the first start after a power cut dies, the next one still cuts") {
  std::string torn = log_of(1, 3);
  torn[record_ends(torn)[1] + frame_header_bytes] = 'X';  // record 3; record 4 is sound
  bool faulted = true;
  for (std::uint64_t n = 1; faulted; ++n) {
    MemoryFileSystem files;
    files.put(folder / boot_name, "another");
    files.put(first_segment, torn);
    files.fail_nth(n, MemoryFileSystem::Fault::from_then_on);
    {
      const auto opened = reopen(files, options_with(segment_bytes));
      files.kill_process();
    }
    faulted = files.take_fault();
    files.restart();
    const auto again = reopen(files, options_with(segment_bytes));
    CAPTURE(n);
    REQUIRE(again.journal.has_value());
    CHECK(again.replayed.last() == 2);
  }
}

TEST_CASE(
    "recovery: a boot file that cannot be read stops the start, one that is damaged does not") {
  MemoryFileSystem files;
  REQUIRE(reopen(files, options_with(segment_bytes)).journal.has_value());
  files.fail_nth(4, MemoryFileSystem::Fault::once, "Input/output error");  // folder, lock, list
  const auto opened = reopen(files, options_with(segment_bytes));
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().detail() == "open /journal/BOOT: Input/output error");
  files.put(folder / boot_name, "dam");
  CHECK(reopen(files, options_with(segment_bytes)).journal.has_value());
  CHECK(files.contents(folder / boot_name) == files.boot_id());
}

TEST_CASE("recovery: what was cut is told, and nothing of it comes back") {
  std::string torn = log_of(1, 3);
  const auto ends = record_ends(torn);
  torn[ends[1] + frame_header_bytes] = 'X';  // record 3; record 4 is sound
  MemoryFileSystem files;
  auto opened = open_with(files, torn);
  REQUIRE(opened.journal.has_value());
  CHECK((*opened.journal)->recovered().torn_tail ==
        first_segment.string() + " at offset " + std::to_string(ends[1]) + ": record 3 is damaged");
  const std::string behind = files.contents(first_segment).substr(ends[1] + mark_bytes);
  CHECK(behind.find_first_not_of('\0') == std::string::npos);
  CHECK(behind.size() == segment_bytes - ends[1] - mark_bytes);
  check_goes_on(files, opened);
}

TEST_CASE("recovery: any bit of a synced record or of the header turned is refused") {
  const std::string whole = log_of(3, 1);
  const auto ends = record_ends(whole);
  for (std::size_t i = 0; i < ends[2]; ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    MemoryFileSystem files;
    const auto opened = open_with(files, damaged);
    CAPTURE(i);
    REQUIRE(opened.journal.has_error());
    CHECK(opened.journal.error().is(Errc::corrupt));
    CHECK(files.contents(first_segment) == damaged);
  }
}

TEST_CASE("recovery: any byte behind the synced records turned, they are all there") {
  const std::string whole = log_of(3, 2);
  const auto ends = record_ends(whole);
  for (std::size_t i = ends[2]; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(~damaged[i]);
    MemoryFileSystem files;
    const auto opened = open_with(files, damaged);
    CAPTURE(i);
    REQUIRE(opened.journal.has_value());
    CHECK(opened.replayed.true_to_life());
    CHECK(opened.replayed.last() >= 3);
  }
}

TEST_CASE("recovery: the message names file, offset and what to run") {
  std::string damaged = log_of(3, 0);
  const auto ends = record_ends(damaged);
  damaged[ends[0] + 1] = 'X';
  MemoryFileSystem files;
  const auto opened = open_with(files, damaged);
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().message() ==
        "the journal is damaged: /journal/00000000000000000001.log at offset " +
            std::to_string(ends[0]) +
            ": record 2 is damaged; see `mainstay journal check /journal`");
}

TEST_CASE("recovery: a zeroed gap is refused where records had been synced, else cut") {
  for (const bool synced : {true, false}) {
    std::string gap = synced ? log_of(3, 0) : log_of(1, 2);
    const auto ends = record_ends(gap);
    std::fill(gap.begin() + static_cast<std::ptrdiff_t>(ends[1] - 20),
              gap.begin() + static_cast<std::ptrdiff_t>(ends[1]), '\0');
    MemoryFileSystem files;
    const auto opened = open_with(files, gap);
    if (synced) {
      CHECK(opened.journal.error().is(Errc::corrupt));
    } else {
      REQUIRE(opened.journal.has_value());
      CHECK(opened.replayed.last() == 1);
    }
  }
}

TEST_CASE("recovery: a sound record in the wrong place is no torn tail") {
  std::string log = encode_file_header(FileKind::segment, 1);
  for (const Sequence sequence : {1U, 2U, 4U}) {
    std::string frame;
    append_frame(frame, sequence, as_bytes("x"));
    seal_frame(frame);
    log += frame;
  }
  MemoryFileSystem files;
  const auto opened = open_with(files, log);
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().detail().find("record 4 in the place of record 3") !=
        std::string::npos);
}

TEST_CASE("recovery: a mark for records that are not there is refused") {
  MemoryFileSystem files;
  const auto opened = open_with(files, encode_file_header(FileKind::segment, 1) + encode_mark(3));
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().detail().find("record 1 is missing") != std::string::npos);
}

TEST_CASE("recovery: equal records written at once are torn together, and replayed each") {
  const std::string whole = killed_after([](Journal& journal) {
    append_records(journal, 2, triple_text);  // equal
    REQUIRE(journal.commit({}));
    append_records(journal, 4, triple_text);  // 3, 4 and 5 are
    REQUIRE(journal.commit({}));
  });
  const auto ends = record_ends(whole);
  REQUIRE(ends.size() == 3);
  for (std::size_t cut = ends[0]; cut < ends[2]; ++cut) {
    CAPTURE(cut);
    MemoryFileSystem files;
    const auto opened = open_with(files, whole.substr(0, cut));
    REQUIRE(opened.journal.has_value());
    CHECK(opened.replayed.true_to_life(triple_text));
    CHECK(opened.replayed.last() == (cut < ends[1] ? 2 : 5));
  }
  MemoryFileSystem files;
  REQUIRE(files.create_folder(folder).has_value());
  REQUIRE(store_snapshot(files, folder, as_bytes("4"), 4).has_value());
  const auto opened = open_with(files, whole);
  REQUIRE(opened.journal.has_value());
  CHECK(opened.replayed.snapshot == 4);
  CHECK(opened.replayed.records.size() == 2);
  CHECK(opened.replayed.true_to_life(triple_text));
}

TEST_CASE("recovery: a log of the older format is read, and goes on in a segment of its own") {
  for (const Sequence count : {0, 1, 2}) {
    std::string log = header_of(1);
    for (Sequence sequence = 1; sequence <= count; ++sequence) {
      std::string frame;
      append_frame(frame, sequence, as_bytes(triple_text(sequence)));
      seal_frame(frame);
      log += frame;
    }
    MemoryFileSystem files;
    {
      auto opened = open_with(files, log);
      REQUIRE(opened.journal.has_value());
      CHECK(opened.replayed.last() == count);
      append_records(**opened.journal, 5, triple_text);
    }
    CHECK((count == 0 || files.contents(first_segment).starts_with(log)));
    const std::string next = files.contents(folder / segment_name(count + 1));
    CHECK(next.starts_with(encode_file_header(FileKind::segment, count + 1)));
    const auto again = reopen(files, options_with(segment_bytes));
    REQUIRE(again.journal.has_value());
    CHECK(again.replayed.last() == count + 5);
    CHECK(again.replayed.true_to_life(triple_text));
  }
}

TEST_CASE("recovery: a first segment that was never finished is begun anew") {
  for (const std::string& rest : {std::string{}, std::string(100, '\0'),
                                  encode_file_header(FileKind::segment, 1).substr(0, 10)}) {
    MemoryFileSystem files;
    auto opened = open_with(files, rest);
    REQUIRE(opened.journal.has_value());
    CHECK(opened.replayed.last() == 0);
    check_goes_on(files, opened);
  }
}

TEST_CASE("recovery: a segment of a newer format or of another name is refused as it is") {
  MemoryFileSystem files;
  const auto opened = open_with(files, header_of(format_version + 1));
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().message() ==
        "the journal was written by a newer version: /journal/00000000000000000001.log");

  const auto renamed = open_with(files, encode_file_header(FileKind::segment, 7));
  REQUIRE(renamed.journal.has_error());
  CHECK(renamed.journal.error().detail().find("the name and the header differ") !=
        std::string::npos);
}

namespace {

/// A journal of several segments and a snapshot at 20 of 40 records, all synced, closed.
void make_long_log(MemoryFileSystem& files, bool snapshot) {
  auto opened = reopen(files, options_with(256));
  REQUIRE(opened.journal.has_value());
  append_records(**opened.journal, 20);
  if (snapshot) REQUIRE((*opened.journal)->write_snapshot(as_bytes("20"), 20).has_value());
  append_records(**opened.journal, 20);
}

}  // namespace

TEST_CASE("recovery: a missing segment is refused, unless nothing tells of it any more") {
  MemoryFileSystem whole;
  make_long_log(whole, false);
  const auto all = sorted_names(whole);
  REQUIRE(all.size() > 5);
  for (const std::string& gone : all) {
    MemoryFileSystem files;
    for (const auto& name : all) {
      if (name != gone) files.put(folder / name, whole.contents(folder / name));
    }
    const auto opened = reopen(files, options_with(256));
    CAPTURE(gone);
    if (gone == all.back()) {
      // The mark that told of its records is gone with it.
      CHECK(opened.replayed.true_to_life());
      continue;
    }
    REQUIRE(opened.journal.has_error());
    CHECK(opened.journal.error().is(Errc::corrupt));
  }
}

TEST_CASE("recovery: segments that overlap are refused") {
  MemoryFileSystem files;
  make_long_log(files, false);
  files.put(folder / segment_name(2), encode_file_header(FileKind::segment, 2));
  const auto opened = reopen(files, options_with(256));
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().is(Errc::corrupt));
}

TEST_CASE("recovery: a crash between a snapshot and the removal of what it replaces") {
  MemoryFileSystem before;
  make_long_log(before, false);
  MemoryFileSystem files;
  for (const auto& name : names(before)) files.put(folder / name, before.contents(folder / name));
  files.put(folder / "00000000000000000050.snapshot.tmp", "half");
  {
    auto opened = reopen(files, options_with(256));
    REQUIRE((*opened.journal)->write_snapshot(as_bytes("40"), 40).has_value());
  }
  CHECK(files.contents(folder / "00000000000000000050.snapshot.tmp").empty());
  const auto after = sorted_names(files);
  for (const auto& name : names(before)) files.put(folder / name, before.contents(folder / name));
  files.put(folder / snapshot_name(7), "an older one");

  const auto again = reopen(files, options_with(256));
  REQUIRE(again.journal.has_value());
  CHECK(again.replayed.snapshot == 40);
  CHECK(again.replayed.last() == 40);
  CHECK(sorted_names(files) == after);
}

TEST_CASE("recovery: a damaged newest snapshot is forgiven while the log behind is whole") {
  for (const bool older_snapshot : {true, false}) {
    MemoryFileSystem files;
    make_long_log(files, older_snapshot);
    files.put(folder / snapshot_name(30), "damaged");
    const auto opened = reopen(files, options_with(256));
    REQUIRE(opened.journal.has_value());
    CHECK(opened.replayed.snapshot == (older_snapshot ? 20 : 0));
    CHECK(opened.replayed.last() == 40);
    CHECK(opened.replayed.true_to_life());
  }
}

TEST_CASE("recovery: a damaged snapshot without the log behind is refused, at every byte") {
  MemoryFileSystem sound;
  make_long_log(sound, true);
  const std::string snapshot = sound.contents(folder / snapshot_name(20));
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    MemoryFileSystem files;
    for (const auto& name : names(sound)) files.put(folder / name, sound.contents(folder / name));
    std::string damaged = snapshot;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    files.put(folder / snapshot_name(20), i % 2 == 0 ? damaged : snapshot.substr(0, i));
    const auto opened = reopen(files, options_with(256));
    REQUIRE(opened.journal.has_error());
    CHECK(opened.journal.error().is(Errc::corrupt));
    CHECK(opened.journal.error().detail().find("00000000000000000020.snapshot") !=
          std::string::npos);
  }
}

TEST_CASE("recovery: a log that ends before its snapshot, or is gone, is refused") {
  MemoryFileSystem files;
  make_long_log(files, true);
  std::string state = files.contents(folder / snapshot_name(20));
  MemoryFileSystem only_snapshot;
  only_snapshot.put(folder / snapshot_name(20), state);
  CHECK(reopen(only_snapshot, options_with(256)).journal.error().is(Errc::corrupt));

  only_snapshot.put(first_segment, log_of(3, 0));
  const auto opened = reopen(only_snapshot, options_with(256));
  REQUIRE(opened.journal.has_error());
  CHECK(opened.journal.error().detail().find("record 4 is missing") != std::string::npos);
}

}  // namespace mainstay::journal::testing::recovery_test
