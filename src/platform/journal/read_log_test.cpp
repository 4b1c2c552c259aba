#include <doctest/doctest.h>

#include "platform/journal/journal_fixture.hpp"

namespace mainstay::journal::testing::read_log_test {
namespace {

Replayed read_up_to(MemoryFileSystem& files, Sequence last) {
  Replayed got;
  const auto reached = read_log(folder, files, last, replay_into(got));
  REQUIRE(reached.has_value());
  CHECK(*reached == got.last());
  return got;
}

}  // namespace

TEST_CASE("read_log: what an open log holds, up to any record, changing nothing") {
  MemoryFileSystem files;
  Replayed nothing;
  auto opened = Journal::open(options_with(512), files, replay_into(nothing));
  REQUIRE(opened.has_value());
  Journal& journal = **opened;
  for (Sequence n = 1; n <= 40; ++n) journal.append(as_bytes(record_text(n)));
  CHECK(journal.commit({}));
  for (const Sequence last : {Sequence{1}, Sequence{17}, Sequence{40}, Sequence{99}}) {
    const Replayed got = read_up_to(files, last);
    CHECK(got.true_to_life());
    CHECK(got.last() == std::min<Sequence>(last, 40));
  }
  CHECK(journal.append(as_bytes(record_text(41))) == 41);
}

TEST_CASE("read_log: begins with the newest snapshot that is not too new") {
  MemoryFileSystem files;
  Replayed nothing;
  auto opened = Journal::open(options_with(512), files, replay_into(nothing));
  REQUIRE(opened.has_value());
  Journal& journal = **opened;
  for (Sequence n = 1; n <= 30; ++n) journal.append(as_bytes(record_text(n)));
  REQUIRE(journal.write_snapshot(as_bytes("20"), 20).has_value());
  const Replayed got = read_up_to(files, 25);
  CHECK(got.snapshot == 20);
  CHECK(got.true_to_life());
  CHECK(got.last() == 25);
  Replayed too_old;
  CHECK(read_log(folder, files, 5, replay_into(too_old)).has_error());
}

TEST_CASE("read_log: the whole log, past snapshots, as long as its beginning is kept") {
  for (const bool keeps : {true, false}) {
    MemoryFileSystem files;
    for (Sequence round = 0; round < 3; ++round) {  // a start keeps it too
      Options options = options_with(256);
      options.keep_covered = keeps;
      auto opened = reopen(files, std::move(options));
      REQUIRE(opened.journal.has_value());
      CHECK(opened.replayed.true_to_life());
      CHECK(opened.replayed.last() == 30 * round);
      append_records(**opened.journal, 30);
      const Sequence as_of = 30 * round + 25;
      REQUIRE((*opened.journal)->write_snapshot(as_bytes(std::to_string(as_of)), as_of));
    }
    for (Sequence last : {Sequence{1}, Sequence{55}, Sequence{90}}) {
      Replayed got;
      const auto reached = read_whole_log(folder, files, last, replay_into(got));
      REQUIRE(reached.has_value());
      CHECK(reached->has_value() == keeps);
      CHECK(got.last() == (keeps ? last : 0));
      CHECK(got.snapshot == 0);
      CHECK(got.true_to_life());
    }
    // Not kept any more from the next start on.
    REQUIRE(reopen(files, options_with(256)).journal.has_value());
    Replayed got;
    CHECK(read_whole_log(folder, files, 90, replay_into(got))->has_value() == false);
  }
}

}  // namespace mainstay::journal::testing::read_log_test
