#include "platform/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"
#include "platform/journal/journal_fixture.hpp"

namespace mainstay::journal::testing::journal_test {
namespace {

/// The process dies with the journal open.
void kill(MemoryFileSystem& files, Opened& opened) {
  files.kill_process();
  opened.journal->reset();
  files.restart();
}

void cut_power(MemoryFileSystem& files, Opened& opened) {
  files.cut_power();
  opened.journal->reset();
  files.restart();
}

}  // namespace

TEST_CASE("journal: committed records survive the process, uncommitted ones do not") {
  MemoryFileSystem files;
  auto first = reopen(files, options_with(4096));
  REQUIRE(first.journal.has_value());
  Journal& journal = **first.journal;
  CHECK(journal.last_sequence() == 0);
  CHECK(journal.append(as_bytes(record_text(1))) == 1);
  CHECK(journal.append(as_bytes(record_text(2))) == 2);
  CHECK(journal.commit({}));
  CHECK(journal.commit({}));
  CHECK(journal.append(as_bytes(record_text(3))) == 3);
  kill(files, first);

  const auto second = reopen(files, options_with(4096));
  REQUIRE(second.journal.has_value());
  CHECK(second.replayed.true_to_life());
  CHECK(second.replayed.last() == 2);
  CHECK((*second.journal)->last_sequence() == 2);
  CHECK((*second.journal)->recovered().records == 2);
  CHECK((*second.journal)->recovered().torn_tail.empty());
}

TEST_CASE("journal: closing writes and syncs what is left, empty records too") {
  MemoryFileSystem files;
  {
    auto opened = reopen(files, options_with(4096));
    REQUIRE(opened.journal.has_value());
    (void)(*opened.journal)->append({});
    (void)(*opened.journal)->append(as_bytes("x"));
  }
  files.cut_power();
  files.restart();
  CHECK(reopen(files, options_with(4096)).replayed.records == std::vector<std::string>{"", "x"});
}

TEST_CASE("journal: full segments are followed by new ones, named by their first record") {
  MemoryFileSystem files;
  {
    auto opened = reopen(files, options_with(256));
    REQUIRE(opened.journal.has_value());
    for (int i = 0; i < 20; ++i) {
      append_records(**opened.journal, 3);
      CHECK((*opened.journal)->commit({}));
    }
  }
  const auto all = names(files);
  CHECK(std::ranges::count_if(all, [](const auto& n) { return n.ends_with(".log"); }) > 10);
  CHECK(std::ranges::find(all, "00000000000000000001.log") != all.end());
  const auto again = reopen(files, options_with(256));
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.last() == 60);
}

TEST_CASE("journal: a record larger than a segment gets one of its own size") {
  MemoryFileSystem files;
  const std::string large(5000, 'L');
  {
    auto opened = reopen(files, options_with(256));
    REQUIRE(opened.journal.has_value());
    for (const std::string_view text : {std::string_view{large}, std::string_view{"small"},
                                        std::string_view{large}, std::string_view{"last"}}) {
      (void)(*opened.journal)->append(as_bytes(text));
    }
    CHECK((*opened.journal)->commit({}));
  }
  const auto again = reopen(files, options_with(256));
  CHECK(again.replayed.records == std::vector<std::string>{large, "small", large, "last"});
}

TEST_CASE("journal: the next segment is made ahead, once half of the current one is used") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(1024));
  REQUIRE(opened.journal.has_value());
  const auto has_spare = [&] {
    const auto all = names(files);
    return std::ranges::find(all, "spare.tmp") != all.end();
  };
  append_records(**opened.journal, 1);
  CHECK((*opened.journal)->sync().has_value());
  CHECK_FALSE(has_spare());
  append_records(**opened.journal, 15);
  CHECK((*opened.journal)->sync().has_value());
  append_records(**opened.journal, 1);
  CHECK((*opened.journal)->sync().has_value());  // the round before this one has ended
  CHECK(has_spare());
  append_records(**opened.journal, 15);
  CHECK((*opened.journal)->commit({}));
  CHECK_FALSE(has_spare());
  kill(files, opened);
  CHECK(reopen(files, options_with(1024)).replayed.last() == 32);
}

TEST_CASE("journal: appends beyond the buffer's bound are written without a commit") {
  MemoryFileSystem files;
  Options options = options_with(4096);
  options.buffer_bytes_max = 100;
  auto opened = reopen(files, std::move(options));
  REQUIRE(opened.journal.has_value());
  append_records(**opened.journal, 50);
  kill(files, opened);
  const auto again = reopen(files, options_with(4096));
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.last() >= 45);
}

TEST_CASE("journal, disk: answers wait for the sync, in order; before it a power cut takes all") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(4096, Durability::disk));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  std::mutex mutex;
  std::vector<int> answers;
  const auto answer = [&](int number) {
    return [&, number] {
      const std::scoped_lock lock{mutex};
      answers.push_back(number);
    };
  };
  CHECK(journal.commit(answer(0)));  // nothing to wait for
  append_records(journal, 2);
  CHECK_FALSE(journal.commit(answer(1)));
  append_records(journal, 1);
  CHECK_FALSE(journal.commit(answer(2)));
  CHECK(journal.sync().has_value());
  CHECK(journal.commit(answer(3)));
  append_records(journal, 4);
  CHECK_FALSE(journal.commit(answer(4)));
  cut_power(files, opened);
  CHECK(answers == std::vector<int>{1, 2});

  const auto again = reopen(files, options_with(4096, Durability::disk));
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.last() == 3);
}

TEST_CASE("journal, disk: the tick syncs without being asked") {
  MemoryFileSystem files;
  Options options = options_with(4096, Durability::disk);
  options.sync_every = Millis{1};
  auto opened = reopen(files, std::move(options));
  REQUIRE(opened.journal.has_value());
  for (int i = 0; i < 5; ++i) {
    append_records(**opened.journal, 2);
    std::promise<void> durable;
    CHECK_FALSE((*opened.journal)->commit([&] { durable.set_value(); }));
    durable.get_future().wait();
  }
  cut_power(files, opened);
  CHECK(reopen(files, options_with(4096)).replayed.last() == 10);
}

TEST_CASE("journal: a snapshot replaces the segments and snapshots before it") {
  MemoryFileSystem files;
  {
    auto opened = reopen(files, options_with(256));
    REQUIRE(opened.journal.has_value());
    Journal& journal = **opened.journal;
    append_records(journal, 30);
    CHECK(journal.write_snapshot(as_bytes("20"), 20).has_value());
    CHECK(journal.write_snapshot(as_bytes("nothing: an older one"), 10).has_value());
    append_records(journal, 10);
    CHECK(journal.write_snapshot(as_bytes("40"), 40).has_value());
    CHECK(journal.bytes_since_snapshot() == 0);
    append_records(journal, 5);
  }
  auto all = names(files);
  std::ranges::sort(all);
  CHECK(all.front() > "00000000000000000035");
  CHECK(std::ranges::count_if(all, [](const auto& n) { return n.ends_with(".snapshot"); }) == 1);
  const auto again = reopen(files, options_with(256));
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.snapshot == 40);
  CHECK(again.replayed.last() == 45);
  CHECK((*again.journal)->recovered().snapshot == 40);
  CHECK((*again.journal)->recovered().records == 5);
}

TEST_CASE("journal: a snapshot that was taken survives a power cut") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(256));
  REQUIRE(opened.journal.has_value());
  append_records(**opened.journal, 10);
  CHECK((*opened.journal)->write_snapshot(as_bytes("10"), 10).has_value());
  cut_power(files, opened);
  CHECK(reopen(files, options_with(256)).replayed.snapshot == 10);
}

TEST_CASE("journal: equal records that wait together take the room of one, and are replayed each") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(4096));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  std::vector<std::string> expected;
  const auto append = [&](const std::string& text) {
    expected.push_back(text);
    CHECK(journal.append(as_bytes(text)) == expected.size());
  };
  for (int i = 0; i < 1000; ++i) append("same");
  CHECK(journal.commit({}));
  for (const char* text : {"same", "other", "same", "same"}) append(text);
  CHECK(journal.commit({}));
  kill(files, opened);

  const std::string log = files.contents(folder / segment_name(1));
  CHECK(log.find_last_not_of('\0') < 200);
  const auto again = reopen(files, options_with(4096));
  CHECK(again.replayed.in_order);
  CHECK(again.replayed.records == expected);
  CHECK((*again.journal)->recovered().records == expected.size());
}

TEST_CASE("journal: bytes since the snapshot count the records behind it") {
  MemoryFileSystem files;
  const std::string payload(84, 'p');
  {
    auto opened = reopen(files, options_with(4096));
    REQUIRE(opened.journal.has_value());
    Journal& journal = **opened.journal;
    for (int i = 0; i < 10; ++i) (void)journal.append(as_bytes(payload));
    CHECK(journal.bytes_since_snapshot() == 1000);
    CHECK(journal.write_snapshot(as_bytes("6"), 6).has_value());
    CHECK(journal.bytes_since_snapshot() == 400);
  }
  CHECK((*reopen(files, options_with(4096)).journal)->bytes_since_snapshot() == 400);
}

TEST_CASE("journal: a snapshot that fails leaves no rest, and the log goes on") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(4096));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  append_records(journal, 5);
  REQUIRE(journal.sync().has_value());
  files.fail_nth(2);  // create, write
  const auto failed = journal.write_snapshot(as_bytes("5"), 5);
  REQUIRE(failed.has_error());
  CHECK(failed.error().detail().find(".snapshot.tmp: No space left on device") !=
        std::string::npos);
  append_records(journal, 1);
  CHECK(journal.commit({}));
  CHECK(journal.write_snapshot(as_bytes("6"), 6).has_value());
  kill(files, opened);
  const auto again = reopen(files, options_with(4096));
  CHECK(again.replayed.snapshot == 6);
  CHECK(again.replayed.true_to_life());
}

TEST_CASE("journal: open in one place only") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(4096));
  REQUIRE(opened.journal.has_value());
  auto second = reopen(files, options_with(4096));
  REQUIRE(second.journal.has_error());
  CHECK(second.journal.error().is(Errc::locked));
  CHECK(second.journal.error().message() == "the journal is open already: /journal/LOCK");
  opened.journal->reset();
  CHECK(reopen(files, options_with(4096)).journal.has_value());
}

TEST_CASE("journal: what the replay refuses, open returns") {
  MemoryFileSystem files;
  {
    auto opened = reopen(files, options_with(4096));
    append_records(**opened.journal, 3);
  }
  Replayed replayed;
  Replay replay = replay_into(replayed);
  replay.on_record = [](Sequence sequence, Bytes) -> Result<> {
    if (sequence == 2) return Error{Errc::corrupt, "not understood"};
    return {};
  };
  const auto journal = Journal::open(options_with(4096), files, std::move(replay));
  REQUIRE(journal.has_error());
  CHECK(journal.error().detail() == "not understood");
}

TEST_CASE("journal: threads append and commit at once; every acknowledged record is there once") {
  for (const Durability durability : {Durability::process, Durability::disk}) {
    MemoryFileSystem files;
    Options options = options_with(64U << 10U, durability);
    options.sync_every = Millis{1};
    auto opened = reopen(files, std::move(options));
    REQUIRE(opened.journal.has_value());
    Journal& journal = **opened.journal;
    constexpr int threads = 4;
    constexpr int each = 500;
    std::atomic<int> acknowledged = 0;
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          // Three in a row are equal.
          (void)journal.append(as_bytes(std::to_string(t) + ":" + std::to_string(i / 3)));
          if (journal.commit([&] { ++acknowledged; })) ++acknowledged;
        }
      });
    }
    for (auto& worker : workers) worker.join();
    CHECK(journal.sync().has_value());
    CHECK(journal.last_sequence() == threads * each);
    cut_power(files, opened);
    CHECK(acknowledged == threads * each);

    const auto again = reopen(files, options_with(64U << 10U));
    CHECK(again.replayed.in_order);
    REQUIRE(again.replayed.records.size() == threads * each);
    std::array<int, threads> next{};
    for (const std::string& record : again.replayed.records) {
      const auto thread = static_cast<std::size_t>(record[0] - '0');
      CHECK(record.substr(2) == std::to_string(next.at(thread)++ / 3));
    }
  }
}

TEST_CASE("journal: snapshots are taken while others append") {
  MemoryFileSystem files;
  Options options = options_with(2048);
  options.sync_every = Millis{1};
  auto opened = reopen(files, std::move(options));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  std::thread appender{[&] {
    for (int i = 0; i < 2000; ++i) {
      append_records(journal, 1);
      if (i % 8 == 0) (void)journal.commit({});
    }
  }};
  for (int i = 0; i < 20; ++i) {
    const Sequence as_of = journal.last_sequence();
    CHECK(journal.write_snapshot(as_bytes(std::to_string(as_of)), as_of).has_value());
  }
  appender.join();
  CHECK(journal.commit({}));
  kill(files, opened);
  const auto again = reopen(files, options_with(2048));
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.last() == 2000);
}

TEST_CASE("journal: on the machine's files, across rotation, snapshot and reopening") {
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("journal-" + secret_hex(8));
  PosixFileSystem files;
  const auto options = [&] {
    Options out = options_with(4096);
    out.folder = root / "log";
    out.sync_every = Millis{1};
    return out;
  };
  for (Sequence generation = 0; generation < 4; ++generation) {
    auto opened = reopen(files, options());
    REQUIRE(opened.journal.has_value());
    CHECK(opened.replayed.true_to_life());
    CHECK(opened.replayed.last() == generation * 200);
    CHECK(reopen(files, options()).journal.error().is(Errc::locked));
    append_records(**opened.journal, 100);
    CHECK((*opened.journal)->commit({}));
    if (generation % 2 == 0) {
      const Sequence as_of = (*opened.journal)->last_sequence();
      CHECK((*opened.journal)->write_snapshot(as_bytes(std::to_string(as_of)), as_of).has_value());
    }
    append_records(**opened.journal, 100);
    CHECK((*opened.journal)->sync().has_value());
  }
  const auto report = check(root / "log", files);
  REQUIRE(report.has_value());
  CHECK(report->sound);
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
}

}  // namespace mainstay::journal::testing::journal_test
