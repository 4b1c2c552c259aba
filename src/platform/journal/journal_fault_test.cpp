#include <algorithm>
#include <atomic>

#include <doctest/doctest.h>

#include "platform/journal/journal.hpp"
#include "platform/journal/journal_fixture.hpp"

// Faults and crashes at every step: what was acknowledged is there afterwards, in order, and
// nothing that was never appended. Some records are equal to the one before.

namespace mainstay::journal::testing::journal_fault_test {
namespace {

enum class Crash { kill, power_cut, torn_power_cut };

/// What a client knows of one life of the journal.
struct Life {
  Sequence appended = 0;
  std::atomic<Sequence> acknowledged = 0;  // as the durability says
  Sequence synced = 0;

  void acknowledge(Sequence sequence) {
    Sequence known = acknowledged;
    while (known < sequence && !acknowledged.compare_exchange_weak(known, sequence)) {
    }
  }
};

void commit(Journal& journal, Life& life) {
  const Sequence mine = journal.last_sequence();
  life.appended = mine;
  if (journal.commit([&life, mine] { life.acknowledge(mine); })) life.acknowledge(mine);
}

void sync(Journal& journal, Life& life) {
  const Sequence mine = journal.last_sequence();
  if (journal.sync()) life.synced = mine;
}

/// Appends, commits, rotation, a snapshot.
void script(Journal& journal, Life& life) {
  for (int step = 0; step < 6; ++step) {
    append_records(journal, 3, triple_text);
    commit(journal, life);
    if (step % 2 == 1) sync(journal, life);
    if (step == 3) {
      const Sequence as_of = journal.last_sequence() - 2;
      (void)journal.write_snapshot(as_bytes(std::to_string(as_of)), as_of);
    }
  }
}

void crash(MemoryFileSystem& files, Crash how, Random& luck) {
  if (how == Crash::kill) files.kill_process();
  if (how == Crash::power_cut) files.cut_power();
  if (how == Crash::torn_power_cut) files.cut_power(luck);
}

/// What must be there after this life.
Sequence promised(const Life& life, Durability durability, Crash how) {
  if (how == Crash::kill || durability == Durability::disk) {
    return std::max<Sequence>(life.acknowledged, life.synced);
  }
  return life.synced;
}

void check_replay(const Opened& opened, Sequence at_least, Sequence at_most) {
  REQUIRE_MESSAGE(opened.journal.has_value(),
                  (opened.journal ? std::string{} : opened.journal.error().message()));
  CHECK(opened.replayed.true_to_life(triple_text));
  CHECK(opened.replayed.last() >= at_least);
  CHECK(opened.replayed.last() <= at_most);
}

struct Sweep {
  Durability durability;
  Crash how;
  MemoryFileSystem::Fault fault;
};

/// One run with the n-th operation failing. False when the run had fewer operations.
bool survives_fault(const Sweep& sweep, std::uint64_t n) {
  Random luck{n};
  MemoryFileSystem files;
  Life life;
  files.fail_nth(n, sweep.fault, n % 2 == 0 ? "No space left on device" : "Input/output error");
  {
    auto opened = reopen(files, options_with(256, sweep.durability));
    if (opened.journal) script(**opened.journal, life);
    crash(files, sweep.how, luck);
  }
  const bool faulted = files.take_fault();
  files.restart();
  const Sequence at_least = promised(life, sweep.durability, sweep.how);
  if (!faulted && sweep.how == Crash::kill) CHECK(life.acknowledged == 18);
  Sequence last = 0;
  {
    auto opened = reopen(files, options_with(256, sweep.durability));
    check_replay(opened, at_least, life.appended);
    append_records(**opened.journal, 4, triple_text);
    last = (*opened.journal)->last_sequence();
  }
  check_replay(reopen(files, options_with(256)), last, last);
  return faulted;
}

/// As above, but the fault hits the recovery after a crash; then comes another crash.
bool survives_fault_in_recovery(const Sweep& sweep, Crash again, std::uint64_t n) {
  Random luck{n};
  MemoryFileSystem files;
  Life life;
  {
    auto opened = reopen(files, options_with(256, sweep.durability));
    script(**opened.journal, life);
    crash(files, sweep.how, luck);
  }
  files.restart();
  files.fail_nth(n, sweep.fault);
  {
    auto opened = reopen(files, options_with(256, sweep.durability));
    crash(files, again, luck);
  }
  const bool faulted = files.take_fault();
  files.restart();
  check_replay(reopen(files, options_with(256)), promised(life, sweep.durability, sweep.how),
               life.appended);
  return faulted;
}

template <class Run>
void sweep_all(Run run) {
  using Fault = MemoryFileSystem::Fault;
  for (const Durability durability : {Durability::process, Durability::disk}) {
    for (const Crash how : {Crash::kill, Crash::power_cut, Crash::torn_power_cut}) {
      for (const Fault fault : {Fault::once, Fault::from_then_on}) {
        std::uint64_t n = 1;
        while (run(Sweep{durability, how, fault}, n)) ++n;
        CHECK(n > 10);
      }
    }
  }
}

/// Several lives of one folder: a random script, a fault now and then, a random crash.
void live_and_die(std::uint64_t seed) {
  Random luck{seed};
  MemoryFileSystem files;
  Sequence at_least = 0;
  Sequence at_most = 0;
  for (int generation = 0; generation < 6; ++generation) {
    const Durability durability = luck.below(2) == 0 ? Durability::process : Durability::disk;
    const Crash how = static_cast<Crash>(luck.below(3));
    Options options = options_with(128 + luck.below(4096), durability);
    if (luck.below(2) == 0) options.sync_every = Millis{0};
    Life life;
    {
      auto opened = reopen(files, std::move(options));
      check_replay(opened, at_least, at_most);
      Journal& journal = **opened.journal;
      life.appended = life.acknowledged = life.synced = journal.last_sequence();
      if (luck.below(3) == 0) files.fail_nth(1 + luck.below(60));
      for (std::uint64_t steps = luck.below(40); steps > 0; --steps) {
        append_records(journal, static_cast<int>(luck.below(6)), triple_text);
        life.appended = journal.last_sequence();
        if (luck.below(2) == 0) commit(journal, life);
        if (luck.below(8) == 0) sync(journal, life);
        if (luck.below(12) == 0) {
          const Sequence as_of = journal.last_sequence() - luck.below(3) % (life.appended + 1);
          if (as_of > 0) (void)journal.write_snapshot(as_bytes(std::to_string(as_of)), as_of);
        }
      }
      crash(files, how, luck);
    }
    (void)files.take_fault();
    files.restart();
    at_least = promised(life, durability, how);
    at_most = life.appended;
  }
}

}  // namespace

TEST_CASE("journal, faults: whichever operation fails, acknowledged records survive the crash") {
  sweep_all(survives_fault);
}

TEST_CASE("journal, faults: whichever operation of the recovery fails, nothing more is lost") {
  sweep_all([](const Sweep& sweep, std::uint64_t n) {
    // Half-repaired in the new boot by a process that died, the log is still one of the old boot.
    const bool killed_again = survives_fault_in_recovery(sweep, Crash::kill, n);
    return survives_fault_in_recovery(sweep, sweep.how, n) || killed_again;
  });
}

TEST_CASE("journal, faults: random lives with faults, kills and power cuts lose nothing promised") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    live_and_die(seed);
  }
}

}  // namespace mainstay::journal::testing::journal_fault_test
