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

}  // namespace mainstay::journal::testing::read_log_test
