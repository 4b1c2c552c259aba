#include <doctest/doctest.h>

#include "platform/journal/folder.hpp"
#include "platform/journal/journal.hpp"
#include "platform/journal/journal_fixture.hpp"

namespace mainstay::journal::testing::check_test {
namespace {

/// Three segments at least, a snapshot at 10 of 20 records; left by a process that was killed.
void make_log(MemoryFileSystem& files, bool synced) {
  auto opened = reopen(files, options_with(256));
  Journal& journal = **opened.journal;
  append_records(journal, 10);
  REQUIRE(journal.write_snapshot(as_bytes("10"), 10).has_value());
  append_records(journal, 10);
  REQUIRE(journal.commit({}));
  if (synced) REQUIRE(journal.sync().has_value());
  files.kill_process();
  opened.journal->reset();
  files.restart();
}

void turn_byte(MemoryFileSystem& files, const std::filesystem::path& path, std::size_t at) {
  std::string bytes = files.contents(path);
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  files.put(path, bytes);
}

}  // namespace

TEST_CASE("check: a sound folder, every file with its records") {
  MemoryFileSystem files;
  make_log(files, true);
  const auto report = check(folder, files);
  REQUIRE(report.has_value());
  CHECK(report->sound);
  CHECK(report->torn_tail.empty());
  REQUIRE(report->files.size() >= 3);
  CHECK(report->files.front().name == "00000000000000000010.snapshot");
  CHECK(report->files.front().snapshot);
  CHECK(report->files.front().bytes == 2);
  CHECK(report->files.front().last == 10);
  for (std::size_t i = 1; i < report->files.size(); ++i) {
    const auto& file = report->files[i];
    CHECK_FALSE(file.snapshot);
    CHECK(file.problem.empty());
    CHECK(file.records == file.last - file.first + 1);
    CHECK(file.name == segment_name(file.first));
    if (i > 1) CHECK(file.first == report->files[i - 1].last + 1);
  }
  CHECK(report->files.back().last == 20);
}

TEST_CASE(
    "check: agrees with recovery on damage at every byte of every file, and changes nothing") {
  const auto sweep = [](bool synced, const std::string& boot_id) {
    MemoryFileSystem sound;
    make_log(sound, synced);
    for (const auto& name : names(sound)) {
      const std::size_t size = sound.contents(folder / name).size();
      for (std::size_t at = 0; at < size; at += 3) {
        MemoryFileSystem files;
        files.set_boot_id(boot_id);
        for (const auto& each : names(sound)) {
          files.put(folder / each, sound.contents(folder / each));
        }
        turn_byte(files, folder / name, at);
        const std::string damaged = files.contents(folder / name);
        const auto report = check(folder, files);
        REQUIRE(report.has_value());
        CHECK(files.contents(folder / name) == damaged);
        const auto opened = reopen(files, options_with(256));
        CAPTURE(name);
        CAPTURE(at);
        CHECK(report->sound == opened.journal.has_value());
        if (opened.journal) {
          CHECK(report->torn_tail == (*opened.journal)->recovered().torn_tail);
        }
      }
    }
  };
  for (const bool synced : {true, false}) {
    sweep(synced, "boot 1");
    sweep(synced, "another");
  }
}

TEST_CASE(
    "check: a problem is told with file and offset; the other files are reported all the same") {
  MemoryFileSystem files;
  make_log(files, true);
  const auto sound = check(folder, files);
  REQUIRE(sound.has_value());
  const std::string name = sound->files[1].name;
  turn_byte(files, folder / name, 40);
  turn_byte(files, folder / snapshot_name(10), 3);
  const auto report = check(folder, files);
  REQUIRE(report.has_value());
  CHECK_FALSE(report->sound);
  REQUIRE(report->files.size() == sound->files.size());
  CHECK(report->files[0].problem.find("the file header is damaged") != std::string::npos);
  CHECK(report->files[1].problem.find(name + " at offset 24: record") != std::string::npos);
  CHECK(report->files[2].problem.empty());
}

TEST_CASE("check: damage to unsynced records is told as such in the boot that wrote them") {
  MemoryFileSystem files;
  make_log(files, false);
  turn_byte(files, folder / check(folder, files)->files.back().name, 40);
  const auto same = check(folder, files);
  CHECK_FALSE(same->sound);
  CHECK(same->files.back().problem.find("is damaged") != std::string::npos);
  CHECK(same->torn_tail.empty());
  files.set_boot_id("another");
  const auto other = check(folder, files);
  CHECK(other->sound);
  CHECK_FALSE(other->torn_tail.empty());
}

TEST_CASE("check: files that cannot be read, a log that is gone, no folder") {
  MemoryFileSystem files;
  make_log(files, true);
  files.fail_nth(2, MemoryFileSystem::Fault::from_then_on, "Input/output error");
  const auto unreadable = check(folder, files);
  REQUIRE(unreadable.has_value());
  CHECK_FALSE(unreadable->sound);
  CHECK(files.take_fault());

  MemoryFileSystem only_snapshot;
  only_snapshot.put(folder / snapshot_name(10), files.contents(folder / snapshot_name(10)));
  const auto missing = check(folder, only_snapshot);
  REQUIRE(missing.has_value());
  CHECK_FALSE(missing->sound);
  CHECK(missing->files.back().problem == "the file is missing");

  MemoryFileSystem nothing;
  CHECK(check(folder, nothing).has_error());
  REQUIRE(nothing.create_folder(folder).has_value());
  CHECK(check(folder, nothing)->sound);
}

}  // namespace mainstay::journal::testing::check_test
