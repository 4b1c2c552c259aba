#include "apps/exchange/inbound/fix/door_store.hpp"

#include <string>

#include <doctest/doctest.h>

#include "platform/journal/memory_file_system.hpp"

namespace mainstay::exchange::fix::door_store_test {
namespace {

DoorStore::Options options(std::uint64_t snapshot_every_bytes = 1U << 30U) {
  DoorStore::Options made;
  made.journal.folder = "/fix";
  made.journal.segment_bytes = 1U << 20U;
  made.snapshot_every_bytes = snapshot_every_bytes;
  return made;
}

void commit_message(DoorStore& store, std::uint64_t number) {
  SessionState& session = *store.state().find(1);
  Step step;
  step.message(1, session.memory.keep("8", std::string(100, 'x'), {}));
  session.handed_on = number;
  step.numbers(1, session.handed_on, session.memory.next_out);
  (void)store.commit(step, {});
}

void open_session(DoorStore& store) {
  Step step;
  step.session(store.state().add(1, "u", "c", AccountId{1}));
  (void)store.commit(step, {});
}

TEST_CASE("fix store: what was committed survives the process") {
  journal::MemoryFileSystem files;
  {
    auto store = DoorStore::open(options(), files);
    REQUIRE(store.has_value());
    open_session(**store);
    commit_message(**store, 2);
    CHECK((*store)->accepts());
    CHECK((*store)->health().has_value());
    files.kill_process();
  }
  files.restart();
  auto store = DoorStore::open(options(), files);
  REQUIRE(store.has_value());
  const SessionState& session = *(*store)->state().find("u", "c");
  CHECK(session.memory.next_in == 2);
  CHECK(session.memory.next_out == 2);
  CHECK(session.memory.kept().size() == 1);
}

TEST_CASE("fix store: snapshots keep the log short") {
  journal::MemoryFileSystem files;
  constexpr std::uint64_t count = 2'000;
  {
    auto store = DoorStore::open(options(16U << 10U), files);
    REQUIRE(store.has_value());
    open_session(**store);
    for (std::uint64_t i = 1; i <= count; ++i) commit_message(**store, i + 1);
  }
  bool has_snapshot = false;
  const auto names = files.list("/fix");
  REQUIRE(names.has_value());
  for (const std::string& name : *names) has_snapshot |= name.ends_with(".snapshot");
  CHECK(has_snapshot);
  auto store = DoorStore::open(options(), files);
  REQUIRE(store.has_value());
  const SessionState& session = *(*store)->state().find(1);
  CHECK(session.memory.next_in == count + 1);
  CHECK(session.memory.kept().size() == count);
}

}  // namespace
}  // namespace mainstay::exchange::fix::door_store_test
