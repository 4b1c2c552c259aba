#include "platform/journal/repair.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"
#include "platform/journal/journal_fixture.hpp"

namespace mainstay::journal::testing::repair_test {
namespace {

using Files = std::map<std::string, std::string>;

/// 24 synced records in several segments, a snapshot at `snapshot` (0: none); the server killed.
Files make_log(Sequence snapshot, Text text = record_text) {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(256));
  Journal& journal = **opened.journal;
  for (int i = 0; i < 8; ++i) {
    append_records(journal, 3, text);
    REQUIRE(journal.sync().has_value());
    if (snapshot != 0 && journal.last_sequence() == snapshot + 2) {
      REQUIRE(journal.write_snapshot(as_bytes(std::to_string(snapshot)), snapshot).has_value());
    }
  }
  files.kill_process();
  opened.journal->reset();
  files.restart();
  Files out;
  for (const auto& name : names(files)) out[name] = files.contents(folder / name);
  return out;
}

void put_all(MemoryFileSystem& files, const Files& contents) {
  for (const auto& [name, bytes] : contents) files.put(folder / name, bytes);
}

struct Found {
  Sequence snapshot = 0;
  std::set<Sequence> records;
  bool true_to_life = true;
};

Found replayed(MemoryFileSystem& files, Text text) {
  Found out;
  Replay replay;
  replay.on_snapshot = [&](Bytes state, Sequence as_of) -> Result<> {
    out.snapshot = as_of;
    out.true_to_life = as_text(state) == std::to_string(as_of);
    return {};
  };
  replay.on_record = [&](Sequence sequence, Bytes payload) -> Result<> {
    const bool in_order = out.records.empty() || *out.records.rbegin() < sequence;
    if (!in_order || as_text(payload) != text(sequence)) out.true_to_life = false;
    out.records.insert(sequence);
    return {};
  };
  const auto journal = Journal::open(options_with(256), files, std::move(replay));
  REQUIRE_MESSAGE(journal.has_value(), (journal ? std::string{} : journal.error().message()));
  append_records(**journal, 1);
  CHECK((*journal)->sync().has_value());
  return out;
}

/// Repairs, reopens, and compares: each record is there, or in the snapshot, or told as lost.
RepairReport repaired(MemoryFileSystem& files, Text text = record_text) {
  const auto looked = repair(folder, files, RepairMode::look);
  REQUIRE(looked.has_value());
  CHECK_FALSE(looked->applied);
  const auto report = repair(folder, files, RepairMode::change);
  REQUIRE_MESSAGE(report.has_value(), (report ? std::string{} : report.error().message()));
  CHECK(report->rewritten == looked->rewritten);
  CHECK(report->set_aside == looked->set_aside);
  CHECK(report->last == looked->last);
  CHECK(check(folder, files)->sound);
  const Found found = replayed(files, text);
  CHECK(found.true_to_life);
  CHECK(found.snapshot == report->snapshot);
  std::set<Sequence> lost;
  for (const auto& range : report->lost) {
    for (Sequence at = range.first; at <= range.last; ++at) lost.insert(at);
  }
  for (Sequence at = report->snapshot + 1; !report->sound && at <= report->last; ++at) {
    CAPTURE(at);
    CHECK(found.records.contains(at) != lost.contains(at));
  }
  return *report;
}

std::size_t count(const RepairReport& report) {
  std::size_t all = 0;
  for (const auto& range : report.lost) all += range.last - range.first + 1;
  return all;
}

}  // namespace

TEST_CASE("repair: damage at any byte of any file costs at most the frame it hit") {
  struct Case {
    Sequence snapshot;
    Text text;
    std::size_t lost_max;
  };
  // The snapshots end between two records that share a frame.
  for (const Case& one : {Case{0, record_text, 1}, Case{10, record_text, 1},
                          Case{0, triple_text, 3}, Case{10, triple_text, 3}}) {
    const Files sound = make_log(one.snapshot, one.text);
    for (const auto& [name, bytes] : sound) {
      if (!name.ends_with(".log")) continue;
      for (std::size_t at = 0; at < bytes.size(); at += 3) {
        CAPTURE(name);
        CAPTURE(at);
        MemoryFileSystem files;
        put_all(files, sound);
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        files.put(folder / name, damaged);
        const bool was_sound = check(folder, files)->sound;
        const RepairReport report = repaired(files, one.text);
        CHECK(report.sound == was_sound);
        if (was_sound) continue;
        CHECK(report.last == 24);
        CHECK(count(report) <= one.lost_max);
        CHECK(report.unknown_behind == 0);
        REQUIRE(report.set_aside == std::vector{name});
        CHECK(files.contents(report.aside / name) == damaged);
      }
    }
  }
}

TEST_CASE("repair: a damaged snapshot goes aside; what only it held is told as lost") {
  const Files sound = make_log(10);
  MemoryFileSystem files;
  put_all(files, sound);
  const std::string name = snapshot_name(10);
  files.put(folder / name, sound.at(name) + "x");
  const RepairReport report = repaired(files);
  CHECK(report.snapshot == 0);
  REQUIRE(report.lost.size() == 1);
  CHECK(report.lost[0].first == 1);
  CHECK(report.lost[0].last < 11);
  CHECK(report.last == 24);
  CHECK(files.contents(report.aside / name) == sound.at(name) + "x");
  CHECK(files.contents(folder / name).empty());
}

TEST_CASE("repair: a missing segment, all missing, and one cut short") {
  const Files sound = make_log(0);
  std::vector<std::string> segments;
  for (const auto& [name, bytes] : sound) {
    if (name.ends_with(".log")) segments.push_back(name);
  }
  REQUIRE(segments.size() > 3);
  for (const auto& missing : segments) {
    CAPTURE(missing);
    MemoryFileSystem files;
    Files left = sound;
    left.erase(missing);
    put_all(files, left);
    if (check(folder, files)->sound) continue;  // the last: nothing tells of it
    CHECK(count(repaired(files)) > 0);
  }
  MemoryFileSystem files;
  put_all(files, sound);
  files.put(folder / segments[1], sound.at(segments[1]).substr(0, 60));
  const RepairReport report = repaired(files);
  CHECK(count(report) > 0);
  CHECK(report.last == 24);

  const Files with_snapshot = make_log(22);
  MemoryFileSystem bare;
  bare.put(folder / snapshot_name(22), with_snapshot.at(snapshot_name(22)));
  CHECK(repaired(bare).last == 22);
}

TEST_CASE("repair: many damaged places at once, each is told, all else stays") {
  const Files sound = make_log(0);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random luck{seed};
    MemoryFileSystem files;
    put_all(files, sound);
    for (const auto& [name, bytes] : sound) {
      if (!name.ends_with(".log")) continue;
      std::string damaged = bytes;
      for (std::uint64_t hits = luck.below(4); hits > 0; --hits) {
        damaged[luck.below(damaged.size())] ^= static_cast<char>(1 + luck.below(255));
      }
      files.put(folder / name, damaged);
    }
    const RepairReport report = repaired(files);
    CHECK(count(report) <= 21);
    // Once repaired it is sound, and repairing again changes nothing.
    CHECK(repair(folder, files, RepairMode::change)->sound);
  }
}

TEST_CASE("repair: a run that dies at any step, or fails, can be repeated") {
  const Files sound = make_log(10);
  for (std::uint64_t n = 1; n < 200; ++n) {
    CAPTURE(n);
    MemoryFileSystem files;
    put_all(files, sound);
    std::string name_hit;
    for (const auto& [each, bytes] : sound) {
      if (each.ends_with(".log")) name_hit = each;
      if (name_hit > segment_name(12)) break;
    }
    std::string damaged = sound.at(name_hit);
    damaged[40] = static_cast<char>(damaged[40] ^ 1);
    files.put(folder / name_hit, damaged);
    files.fail_nth(n, MemoryFileSystem::Fault::from_then_on);
    const auto first = repair(folder, files, RepairMode::change);
    const bool faulted = files.take_fault();
    CHECK(first.has_value() != faulted);
    if (!faulted) break;
    if (check(folder, files)->sound) continue;  // all was done but the last look
    CHECK(count(repaired(files)) <= 1);
  }
}

TEST_CASE("repair: refuses while the log is open, and what a newer version wrote") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(256));
  const auto refused = repair(folder, files, RepairMode::look);
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::locked));
}

TEST_CASE("repair: looking changes nothing") {
  const Files sound = make_log(0);
  MemoryFileSystem files;
  put_all(files, sound);
  const std::string name = segment_name(1);
  std::string damaged = sound.at(name);
  damaged[50] = static_cast<char>(damaged[50] ^ 1);
  files.put(folder / name, damaged);
  REQUIRE(repair(folder, files, RepairMode::look).has_value());
  CHECK(files.contents(folder / name) == damaged);
  for (const auto& each : names(files)) CHECK((each == lock_name || sound.contains(each)));
}

}  // namespace mainstay::journal::testing::repair_test
