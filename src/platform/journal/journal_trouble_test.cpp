#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/journal/journal.hpp"
#include "platform/journal/journal_fixture.hpp"

// Disks that are full, read-only, slow or broken while the journal is in use (docs/adr/0008).

namespace mainstay::journal::testing::journal_trouble_test {
namespace {

using Trouble = MemoryFileSystem::Trouble;

/// Who was told to send, and what the journal said of its state.
struct Heard {
  std::mutex mutex;
  std::vector<int> answers;
  std::vector<std::string> troubles;  // "" : works again
  std::vector<std::string> failures;

  UniqueFunction<void()> answer(int number) {
    return [this, number] {
      const std::scoped_lock lock{mutex};
      answers.push_back(number);
    };
  }
  void listen(Options& options) {
    options.on_trouble = [this](const Result<>& state) {
      troubles.push_back(state ? std::string{} : state.error().message());
    };
    options.on_failure = [this](const Error& error) { failures.push_back(error.message()); };
  }
};

void check_holds(MemoryFileSystem& files, Opened& opened, Sequence last) {
  files.kill_process();
  opened.journal->reset();
  files.restart();
  const auto again = reopen(files, options_with(1024));
  REQUIRE(again.journal.has_value());
  CHECK(again.replayed.true_to_life());
  CHECK(again.replayed.last() == last);
}

}  // namespace

TEST_CASE("journal, trouble: records wait out a read-only disk; nothing is acknowledged before") {
  for (const Durability durability : {Durability::process, Durability::disk}) {
    MemoryFileSystem files;
    Heard heard;
    Options options = options_with(1024, durability);
    heard.listen(options);
    auto opened = reopen(files, std::move(options));
    REQUIRE(opened.journal.has_value());
    Journal& journal = **opened.journal;
    append_records(journal, 2);
    REQUIRE(journal.sync().has_value());
    CHECK(journal.accepts());

    files.set_trouble(Trouble::read_only);
    append_records(journal, 1);
    CHECK_FALSE(journal.commit(heard.answer(1)));
    CHECK(journal.sync().has_error());
    CHECK_FALSE(journal.accepts());
    const auto why = journal.health();
    REQUIRE(why.has_error());
    CHECK(why.error().message() ==
          "the journal's files may not be written: write /journal/00000000000000000001.log: "
          "Read-only file system");
    CHECK(why.error().retryable());
    append_records(journal, 30);  // calls that were under way; more than the segment holds
    CHECK_FALSE(journal.commit(heard.answer(2)));
    CHECK_FALSE(journal.commit({}));
    CHECK(journal.write_snapshot(as_bytes("2"), 3).has_error());
    CHECK(heard.answers.empty());

    files.set_trouble(Trouble::none);
    CHECK(journal.sync().has_value());
    CHECK(journal.accepts());
    CHECK(journal.health().has_value());
    CHECK(heard.answers == std::vector{1, 2});
    CHECK(journal.stats().write_failures > 0);
    CHECK(journal.stats().backlog_bytes == 0);
    check_holds(files, opened, 33);
    REQUIRE(heard.troubles.size() == 2);
    CHECK(heard.troubles[0] == why.error().message());
    CHECK(heard.troubles[1].empty());
    CHECK(heard.failures.empty());
  }
}

TEST_CASE("journal, trouble: killed while records wait, exactly the acknowledged ones are there") {
  MemoryFileSystem files;
  auto opened = reopen(files, options_with(1024));
  REQUIRE(opened.journal.has_value());
  append_records(**opened.journal, 5);
  CHECK((*opened.journal)->commit({}));
  files.set_trouble(Trouble::read_only);
  append_records(**opened.journal, 5);
  CHECK_FALSE((*opened.journal)->commit({}));
  files.kill_process();
  opened.journal->reset();
  files.set_trouble(Trouble::none);
  files.restart();
  CHECK(reopen(files, options_with(1024)).replayed.last() == 5);
}

TEST_CASE("journal, trouble: a full disk shows early; calls under way get the room that is left") {
  MemoryFileSystem files;
  Heard heard;
  Options options = options_with(4096);
  heard.listen(options);
  auto opened = reopen(files, std::move(options));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  files.set_trouble(Trouble::full);
  int count = 0;
  while (journal.accepts()) {
    append_records(journal, 1);
    ++count;
    CHECK(journal.commit({}));
    CHECK(journal.sync().has_value());
    REQUIRE(count < 1000);
  }
  CHECK(journal.health().error().is(Errc::full));
  // 512 bytes are for those who came before the refusal.
  append_records(journal, 3);
  CHECK(journal.commit({}));
  CHECK(journal.sync().has_value());
  CHECK_FALSE(journal.accepts());

  files.set_trouble(Trouble::none);
  CHECK(journal.sync().has_value());
  append_records(journal, 1);
  CHECK(journal.sync().has_value());
  CHECK(journal.accepts());
  CHECK(journal.health().has_value());
  append_records(journal, 200);
  CHECK(journal.commit({}));
  check_holds(files, opened, static_cast<Sequence>(count) + 204);
  REQUIRE(heard.troubles.size() == 2);
  CHECK(heard.troubles[0].find("spare.tmp: No space left on device") != std::string::npos);
}

TEST_CASE("journal, trouble: it is retried without being asked") {
  MemoryFileSystem files;
  std::promise<void> worse;
  std::promise<void> better;
  Options options = options_with(1024);
  options.sync_every = Millis{1};
  options.retry_every = Millis{1};
  options.on_trouble = [&](const Result<>& state) { (state ? better : worse).set_value(); };
  auto opened = reopen(files, std::move(options));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  files.set_trouble(Trouble::read_only);
  append_records(journal, 1);
  std::promise<void> answered;
  CHECK_FALSE(journal.commit([&] { answered.set_value(); }));
  worse.get_future().wait();
  files.set_trouble(Trouble::none);
  answered.get_future().wait();
  better.get_future().wait();
  CHECK(journal.accepts());
  check_holds(files, opened, 1);
}

TEST_CASE("journal, trouble: whichever write, rename or allocation fails once, nothing is lost") {
  for (const Durability durability : {Durability::process, Durability::disk}) {
    std::uint64_t faults = 0;
    for (std::uint64_t n = 1; n <= 80; ++n) {
      CAPTURE(n);
      MemoryFileSystem files;
      Heard heard;
      Options options = options_with(256, durability);
      heard.listen(options);
      auto opened = reopen(files, std::move(options));
      REQUIRE(opened.journal.has_value());
      Journal& journal = **opened.journal;
      files.fail_nth(n);
      std::vector<int> expected;
      for (int i = 0; i < 8; ++i) {
        append_records(journal, 3);
        if (journal.commit(heard.answer(i))) heard.answer(i)();
        (void)journal.sync();
        expected.push_back(i);
      }
      faults += files.take_fault() ? 1 : 0;
      append_records(journal, 1);
      const bool works = journal.sync().has_value();
      if (works) {
        CHECK(heard.answers == expected);
        CHECK(journal.accepts());
        check_holds(files, opened, 25);
      }
      opened.journal->reset();
      CHECK(works == heard.failures.empty());
      if (works) continue;
      CHECK(heard.failures.front().find(": sync /journal/") != std::string::npos);
    }
    CHECK(faults > 40);
  }
}

TEST_CASE("journal, trouble: a sync that fails ends it, told once; nothing is acknowledged") {
  for (const Durability durability : {Durability::process, Durability::disk}) {
    MemoryFileSystem files;
    Heard heard;
    Options options = options_with(4096, durability);
    heard.listen(options);
    auto opened = reopen(files, std::move(options));
    REQUIRE(opened.journal.has_value());
    Journal& journal = **opened.journal;
    append_records(journal, 1);
    files.fail_nth(2, MemoryFileSystem::Fault::once, "Input/output error");  // write, sync
    CHECK(journal.sync().has_error());
    CHECK(files.take_fault());
    append_records(journal, 1);
    CHECK_FALSE(journal.commit(heard.answer(1)));
    CHECK(journal.sync().has_error());
    CHECK(journal.health().has_error());
    CHECK(journal.write_snapshot(as_bytes("2"), 2).has_error());
    opened.journal->reset();
    CHECK(heard.answers.empty());
    REQUIRE(heard.failures.size() == 1);
    CHECK(heard.failures.front() ==
          "the journal's files cannot be read or written: sync "
          "/journal/00000000000000000001.log: Input/output error");
  }
}

TEST_CASE("journal, trouble: more waits than memory may hold, and it ends") {
  MemoryFileSystem files;
  Heard heard;
  Options options = options_with(1024);
  options.buffer_bytes_max = 1000;
  heard.listen(options);
  auto opened = reopen(files, std::move(options));
  REQUIRE(opened.journal.has_value());
  files.set_trouble(Trouble::read_only);
  append_records(**opened.journal, 200);
  REQUIRE(heard.failures.size() == 1);
  CHECK(heard.failures.front().find("bytes wait to be written") != std::string::npos);
  CHECK_FALSE((*opened.journal)->commit(heard.answer(1)));
}

TEST_CASE("journal, trouble: behind a slow disk it refuses beyond the bound, until caught up") {
  for (const Durability durability : {Durability::process, Durability::disk}) {
    MemoryFileSystem files;
    ManualClock clock{SystemTime{}};
    Options options = options_with(1U << 20U, durability);
    options.clock = &clock;
    options.backlog_bytes_max = 1000;
    auto opened = reopen(files, std::move(options));
    REQUIRE(opened.journal.has_value());
    Journal& journal = **opened.journal;
    files.hold_syncs();
    append_records(journal, 15);  // more than half of the bound: asks for a sync at once
    files.await_sync();
    CHECK(journal.health().has_value());
    clock.advance(Millis{1'999});
    CHECK(journal.health().has_value());
    clock.advance(Millis{1});
    REQUIRE(journal.health().has_error());
    CHECK(journal.health().error().is(Errc::busy));
    while (journal.accepts()) append_records(journal, 1);
    CHECK(journal.stats().backlog_bytes > 1000);
    CHECK(journal.stats().backlog_bytes < 1100);
    CHECK(journal.commit([] {}) == (durability == Durability::process));
    files.end_holding();
    CHECK(journal.sync().has_value());
    CHECK(journal.accepts());
    CHECK(journal.health().has_value());
  }
}

TEST_CASE("journal, disk: no answer before its own sync has returned") {
  MemoryFileSystem files;
  Heard heard;
  auto opened = reopen(files, options_with(4096, Durability::disk));
  REQUIRE(opened.journal.has_value());
  Journal& journal = **opened.journal;
  const auto answered = [&] {
    const std::scoped_lock lock{heard.mutex};
    return heard.answers.size();
  };
  files.hold_syncs();
  append_records(journal, 1);
  CHECK_FALSE(journal.commit(heard.answer(1)));
  auto first = std::async(std::launch::async, [&] { return journal.sync(); });
  files.await_sync();
  // What comes while a sync runs is not part of it.
  append_records(journal, 1);
  CHECK_FALSE(journal.commit(heard.answer(2)));
  CHECK(answered() == 0);
  files.let_sync();
  CHECK(first.get().has_value());
  CHECK(answered() == 1);
  files.end_holding();
  CHECK(journal.sync().has_value());
  CHECK(answered() == 2);
}

}  // namespace mainstay::journal::testing::journal_trouble_test
