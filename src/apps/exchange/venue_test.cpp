#include "apps/exchange/venue.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/command_codec.hpp"
#include "apps/exchange/venue_state.hpp"
#include "base/random.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::exchange::venue_test {
namespace {

constexpr SystemTime noon{Micros{1'700'000'000'000'000}};
constexpr Sequence all = ~Sequence{0};

VenueOptions options_of(std::size_t segment_bytes = 1U << 16U) {
  VenueOptions options;
  options.journal.folder = "/exchange";
  options.journal.segment_bytes = segment_bytes;
  return options;
}

/// What came of a command; waits for it, and while the journal takes nothing.
struct Answer {
  Sequence sequence = 0;
  Reject reject = Reject::none;
  std::vector<Event> events;
};
Answer carry_out(Venue& venue, AccountId account, CommandBody body) {
  std::promise<Answer> promise;
  const auto tell = [&](const Outcome& outcome) {
    promise.set_value({outcome.command.sequence,
                       outcome.reject(),
                       {outcome.events.begin(), outcome.events.end()}});
  };
  while (!venue.submit(account, body, tell)) std::this_thread::yield();
  return promise.get_future().get();
}

std::uint64_t hash_of(Venue& venue) {
  std::promise<std::uint64_t> promise;
  REQUIRE(venue.look([&](const Views& views) { promise.set_value(views.engine.state_hash()); }));
  return promise.get_future().get();
}

const AccountId ada{1};
const AccountId bob{2};
const SymbolId symbol{1};

void open_market(Venue& venue) {
  carry_out(venue, {}, DefineAsset{AssetId{1}, Name{"LUNA"}, 0});
  carry_out(venue, {}, DefineAsset{AssetId{2}, Name{"USD"}, 2});
  DefineSymbol market;
  market.id = symbol;
  market.name = Name{"LUNAUSD"};
  market.base = AssetId{1};
  market.quote = AssetId{2};
  carry_out(venue, {}, market);
  for (const AccountId account : {ada, bob}) {
    for (const AssetId asset : {AssetId{1}, AssetId{2}}) {
      carry_out(venue, account, AdjustBalance{asset, 1'000'000, 0});
    }
  }
}

PlaceOrder limit(Side side, std::uint32_t price, std::uint32_t quantity) {
  PlaceOrder order;
  order.symbol = symbol;
  order.side = side;
  order.price = Price{price};
  order.quantity = Quantity{quantity};
  return order;
}

/// Orders and cancels that meet.
void trade(Venue& venue, Random& random, int count) {
  for (int i = 0; i < count; ++i) {
    const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
    const auto price = static_cast<std::uint32_t>(95 + random.below(10));
    const auto quantity = static_cast<std::uint32_t>(1 + random.below(5));
    const Answer answer =
        carry_out(venue, random.below(2) == 0 ? ada : bob, limit(side, price, quantity));
    if (random.below(4) == 0) carry_out(venue, {}, CancelOrder{OrderId{answer.sequence}});
  }
}

}  // namespace

TEST_CASE("venue: a mark stands between the outcomes before and behind it, in one batch too") {
  MachineClock clock;
  journal::MemoryFileSystem files;
  Venue venue{options_of(), clock, files};
  REQUIRE(venue.start().has_value());
  std::promise<void> all_are_there;
  REQUIRE(venue.look([gate = all_are_there.get_future()](const Views&) { gate.wait(); }));
  std::string told;
  std::promise<void> over;
  const auto say = [&](char what) { return [&told, what](const Outcome&) { told += what; }; };
  REQUIRE(venue.mark([&] { told += '('; }));
  REQUIRE(venue.submit(ada, AdvanceTime{}, say('a')));
  REQUIRE(venue.mark([&] { told += '|'; }));
  REQUIRE(venue.submit(ada, AdvanceTime{}, say('b')));
  REQUIRE(venue.submit(ada, AdvanceTime{}, say('c')));
  REQUIRE(venue.mark([&] { told += ')'; }));
  REQUIRE(venue.look([&](const Views&) { over.set_value(); }));
  all_are_there.set_value();
  over.get_future().wait();
  CHECK(told == "(a|bc)");
  venue.stop();
}

TEST_CASE("venue: stamps sequence and time, and tells what came of a command") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  Venue venue{options_of(), clock, files};
  REQUIRE(venue.start().has_value());
  open_market(venue);
  const Answer sold = carry_out(venue, ada, limit(Side::sell, 100, 5));
  CHECK(sold.reject == Reject::none);
  const Answer bought = carry_out(venue, bob, limit(Side::buy, 100, 3));
  CHECK(bought.sequence == sold.sequence + 1);
  REQUIRE(bought.events.size() == 2);
  CHECK(bought.events[1].kind == EventKind::traded);
  CHECK(bought.events[1].other == OrderId{sold.sequence});
  CHECK(carry_out(venue, bob, limit(Side::buy, 100, 0)).reject == Reject::quantity_zero);
  CHECK(venue.stats().trades == 1);
}

TEST_CASE("venue: what it knew is there after a start, from the log and from a snapshot") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  Random random{7};
  std::uint64_t before = 0;
  for (int round = 0; round < 4; ++round) {
    Venue venue{options_of(), clock, files};
    REQUIRE(venue.start().has_value());
    if (round == 0) open_market(venue);
    if (round > 0) CHECK(hash_of(venue) == before);
    trade(venue, random, 200);
    before = hash_of(venue);
  }
}

TEST_CASE("venue: orders that other limits took are there under the new ones") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  std::uint64_t before = 0;
  // A limit lower than what is there, then a higher one; a snapshot somewhere between.
  for (const std::size_t most : {100UL, 3UL, 50UL, 2UL}) {
    VenueOptions options = options_of(1U << 12U);
    options.engine.orders_per_account_max = most;
    options.snapshot_every_bytes = 2'000;
    Venue venue{std::move(options), clock, files};
    REQUIRE(venue.start().has_value());
    if (before == 0) open_market(venue);
    if (before != 0) CHECK(hash_of(venue) == before);
    Random random{most};
    trade(venue, random, 60);
    before = hash_of(venue);
  }
}

namespace {

/// Remembers what it heard, and what it had heard in an earlier life.
struct Remembering final : Listener {
  explicit Remembering(Sequence before) : known(before) {}
  void on_outcome(const Outcome& outcome) override {
    heard.push_back(outcome.command.sequence);
    origins.push_back(outcome.command.origin);
  }
  void on_batch_end(const Views&) override { ++batches; }
  [[nodiscard]] Sequence heard_up_to() const override { return known; }
  bool settle() override {
    if (venue == nullptr) return true;
    if (!settled) snapshots_before = venue->stats().snapshots;
    return settled.exchange(true);  // the first time it cannot
  }

  Sequence known;
  std::vector<Sequence> heard;
  std::vector<std::uint64_t> origins;
  int batches = 0;
  Venue* venue = nullptr;
  std::atomic<bool> settled{false};
  std::uint64_t snapshots_before = 99;  // the first time
};

}  // namespace

TEST_CASE("venue: a listener is told again what it had not heard of, with its origin") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  {
    Venue venue{options_of(), clock, files};
    REQUIRE(venue.start().has_value());
    open_market(venue);  // 7 commands
    REQUIRE(venue.submit(ada, limit(Side::sell, 100, 5), {}, 77));
    carry_out(venue, {}, AdvanceTime{});
  }
  Venue venue{options_of(), clock, files};
  Remembering remembering{6};
  Remembering forgetful{all};
  venue.listen(remembering);
  venue.listen(forgetful);
  REQUIRE(venue.start().has_value());
  venue.stop();  // before its listeners go
  CHECK(remembering.heard == std::vector<Sequence>{7, 8, 9});
  CHECK(remembering.origins == std::vector<std::uint64_t>{0, 77, 0});
  CHECK(remembering.batches == 1);
  CHECK(forgetful.heard.empty());
  CHECK(forgetful.batches == 1);
}

TEST_CASE("venue: commands may wait for one wake, and what is told of a batch is bracketed") {
  struct Brackets final : Listener {
    void on_telling() override {
      CHECK_FALSE(std::exchange(open, true));
      ++batches;
    }
    void on_outcome(const Outcome&) override { CHECK(open); }
    void on_batch_end(const Views&) override {}
    void on_told() override { CHECK(std::exchange(open, false)); }
    bool open = false;
    int batches = 0;
  };
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  Venue venue{options_of(), clock, files};
  Brackets brackets;
  venue.listen(brackets);
  REQUIRE(venue.start().has_value());
  open_market(venue);
  std::promise<Sequence> ordered;
  std::promise<bool> looked;
  REQUIRE(venue.submit(ada, limit(Side::sell, 100, 5), {}, 0, Venue::Wake::later));
  REQUIRE(venue.submit(
      ada, limit(Side::sell, 101, 5),
      [&](const Outcome& outcome) {
        CHECK(brackets.open);
        ordered.set_value(outcome.command.sequence);
      },
      0, Venue::Wake::later));
  REQUIRE(venue.look([&](const Views&) { looked.set_value(brackets.open); }, Venue::Wake::later));
  venue.wake();
  CHECK(ordered.get_future().get() == 9);
  CHECK(looked.get_future().get());
  venue.wake();  // nothing waits
  venue.stop();
  CHECK(brackets.batches >= 2);
  CHECK_FALSE(brackets.open);
}

TEST_CASE("venue: a snapshot waits until listeners have settled") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  VenueOptions options = options_of();
  options.snapshot_every_bytes = 1'000;
  Venue venue{std::move(options), clock, files};
  Remembering remembering{0};
  remembering.venue = &venue;
  venue.listen(remembering);
  REQUIRE(venue.start().has_value());
  open_market(venue);
  while (venue.stats().snapshots == 0) carry_out(venue, {}, AdvanceTime{});
  venue.stop();  // before its listener goes
  CHECK(remembering.settled);
  CHECK(remembering.snapshots_before == 0);
  CHECK(venue.stats().snapshots_failed == 1);
}

TEST_CASE("venue: snapshots are made beside it, and give the same state") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  Random random{9};
  std::uint64_t before = 0;
  {
    VenueOptions options = options_of(1U << 12U);
    options.snapshot_every_bytes = 1U << 13U;
    Venue venue{std::move(options), clock, files};
    REQUIRE(venue.start().has_value());
    open_market(venue);
    while (venue.stats().snapshots < 3) trade(venue, random, 50);
    CHECK(venue.stats().snapshots_failed == 0);
    before = hash_of(venue);
  }
  VenueState state{EngineOptions{}};
  REQUIRE(journal::read_log("/exchange", files, all, state.replay_to(all)).has_value());
  CHECK(state.engine().state_hash() == before);
}

namespace {

/// What the venue said it had done, carried out by an engine that knows no journal.
struct Followed final : Listener {
  void on_outcome(const Outcome& outcome) override {
    events.clear();
    engine.apply(outcome.command, events);
    CHECK(std::ranges::equal(events, outcome.events));
    hashes[outcome.command.sequence] = engine.state_hash();
  }
  void on_batch_end(const Views&) override {}

  Engine engine{EngineOptions{}};
  Events events;
  std::map<Sequence, std::uint64_t> hashes;  // behind each command
};

}  // namespace

TEST_CASE("venue: any command's state can be had again, before snapshots while the log is kept") {
  for (const bool keeps : {true, false}) {
    journal::MemoryFileSystem files;
    ManualClock clock{noon};
    Followed followed;
    Random random{11};
    for (int round = 0; round < 2; ++round) {  // a start keeps what a snapshot covers, too
      VenueOptions options = options_of(1U << 11U);
      options.journal.keep_covered = keeps;
      options.snapshot_every_bytes = 1U << 12U;
      Venue venue{std::move(options), clock, files};
      venue.listen(followed);
      REQUIRE(venue.start().has_value());
      if (round == 0) open_market(venue);
      while (venue.stats().snapshots < 2) trade(venue, random, 20);
      venue.stop();  // before its listener goes
    }
    const Sequence last = followed.hashes.rbegin()->first;
    Sequence kept = 0;
    for (Sequence at = 1; at <= last; ++at) {
      const auto state = replay_log("/exchange", files, at);
      if (!state) CHECK(state.error().is(StateErrc::not_kept));
      if (!state) continue;
      ++kept;
      CHECK(state->engine().last_sequence() == at);
      CHECK(state->engine().state_hash() == followed.hashes.at(at));
    }
    CHECK(kept > 0);
    CHECK((kept == last) == keeps);
  }
}

TEST_CASE("venue: what was acknowledged survives the death of the process at any write") {
  std::uint64_t snapshots = 0;
  for (std::uint64_t n = 1; n < 400; n += 7) {
    INFO("write ", n);
    journal::MemoryFileSystem files;
    ManualClock clock{noon};
    Followed followed;
    {
      VenueOptions options = options_of(1U << 12U);
      options.journal.retry_every = Millis{1};
      options.snapshot_every_bytes = 1U << 11U;
      Venue venue{std::move(options), clock, files};
      venue.listen(followed);
      REQUIRE(venue.start().has_value());
      open_market(venue);
      files.fail_nth(n);
      Random random{n};
      trade(venue, random, 60);
      files.kill_process();
      snapshots += venue.stats().snapshots;
      venue.stop();  // before its listener goes
    }
    files.restart();
    VenueState state{EngineOptions{}};
    REQUIRE(journal::read_log("/exchange", files, all, state.replay_to(all)).has_value());
    // Each was told, so nothing is there that was not.
    REQUIRE(!followed.hashes.empty());
    const auto& [told, hash] = *followed.hashes.rbegin();
    CHECK(state.engine().last_sequence() == told);
    CHECK(state.engine().state_hash() == hash);
  }
  CHECK(snapshots > 0);
}

TEST_CASE("venue: refuses what is too much, and carries out what it took") {
  journal::MemoryFileSystem files;
  ManualClock clock{noon};
  VenueOptions options = options_of();
  options.queue_max = 4;
  Venue venue{std::move(options), clock, files};
  REQUIRE(venue.start().has_value());
  std::promise<void> hold;
  std::promise<void> held;
  REQUIRE(venue.look([&](const Views&) {
    held.set_value();
    hold.get_future().wait();
  }));
  held.get_future().wait();
  int done = 0;
  int taken = 0;
  for (int i = 0; i < 10; ++i) {
    if (venue.submit(ada, AdvanceTime{}, [&done](const Outcome&) { ++done; })) ++taken;
  }
  CHECK(taken == 4);
  hold.set_value();
  venue.stop();
  CHECK(done == 4);
  CHECK_FALSE(venue.look([](const Views&) {}));
}

}  // namespace mainstay::exchange::venue_test
