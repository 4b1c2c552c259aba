#include "apps/exchange/primary_desk.hpp"

#include <atomic>
#include <future>
#include <map>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/definitions.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/outbound/memory/memory_primary_store.hpp"
#include "apps/exchange/ports/test_primary_users.hpp"
#include "apps/exchange/primary_payments.hpp"
#include "platform/journal/memory_file_system.hpp"
#include "platform/lane/wait_for.hpp"

namespace mainstay::exchange::primary_desk_test {
namespace {

using models::AllocationMethod;

enum class TestErrc : std::uint8_t { broken = 1, dropped };
const ErrorRow& error_row(TestErrc code) {
  static constexpr ErrorRow broken{"broken", "the store is broken"};
  static constexpr ErrorRow dropped{"dropped", "nobody answered"};
  return code == TestErrc::broken ? broken : dropped;
}

/// Its n-th change or look at what is due fails: before, or behind what it does.
class FaultyStore final : public MemoryPrimaryStore {
 public:
  std::atomic<int> until_fault{0};  // 0: none
  std::atomic<bool> fails_behind{false};

  Result<InvestorRecord> add_investor(const InvestorRecord& wanted, bool bounded) override {
    return with_fault([&] { return MemoryPrimaryStore::add_investor(wanted, bounded); });
  }
  Result<AllocationRecord> commit_run(const RunOutput& run) override {
    return with_fault([&] { return MemoryPrimaryStore::commit_run(run); });
  }
  Result<std::vector<Payment>> due(std::size_t limit) override {
    return with_fault([&] { return MemoryPrimaryStore::due(limit); });
  }
  Result<> record(std::span<const PaymentStep> steps) override {
    return with_fault([&] { return MemoryPrimaryStore::record(steps); });
  }

 private:
  template <class Work>
  auto with_fault(Work work) -> decltype(work()) {
    const bool fails = until_fault > 0 && --until_fault == 0;
    if (fails && !fails_behind) return TestErrc::broken;
    auto done = work();
    if (fails) return TestErrc::broken;
    return done;
  }
};

struct FewOwners final : AccountOwners {
  void account_of(std::string_view user, SystemTime, Found found) override {
    found(AccountId{user == "ann" ? 1'000U : 1'001U});
  }
};

VenueOptions venue_options() {
  VenueOptions options;
  options.journal.folder = "/exchange";
  options.journal.segment_bytes = 1U << 16U;
  options.journal.retry_every = Millis{1};
  return options;
}

/// What outlives a process.
struct World {
  journal::MemoryFileSystem files;
  ManualClock clock{models::test_now};
  FaultyStore store;
  FewOwners owners;
};

/// A process.
struct Process {
  explicit Process(World& of)
      : world(of),
        venue(venue_options(), of.clock, of.files),
        desk(of.store, of.owners, venue, of.clock, [](const Error&) {}) {
    REQUIRE(venue.start().has_value());
    desk.start();
  }
  ~Process() {
    desk.stop();
    venue.stop();
  }

  template <class T, class Begin>
  Result<T> wait(Begin begin) {
    return wait_for<T>(std::move(begin), TestErrc::dropped);
  }
  Result<InvestorRecord> invest(InvestorRecord wanted,
                                InvestorAccount account = InvestorAccount::own) {
    return wait<InvestorRecord>([&](auto answer) {
      desk.add_investor(std::move(wanted), account, true, std::move(answer));
    });
  }
  Result<ArtistRecord> offer(ArtistRecord wanted) {
    return wait<ArtistRecord>(
        [&](auto answer) { desk.add_artist(std::move(wanted), true, std::move(answer)); });
  }
  Result<AllocationRecord> allocate(AllocationMethod method, std::string key = "",
                                    std::string of = "") {
    AllocationRecord wanted;
    wanted.owner = "ann";
    wanted.request_key = std::move(key);
    wanted.method = method;
    wanted.created_at = models::test_now;
    return wait<AllocationRecord>(
        [&](auto answer) { desk.allocate(std::move(wanted), std::move(of), std::move(answer)); });
  }
  /// Until nothing is owed any more.
  void settle() {
    bool owes = true;
    for (int i = 0; owes && i < 100'000; ++i) {
      desk.tick();
      std::promise<bool> promise;
      auto told = promise.get_future();
      desk.ask([&](PrimaryStore& store) {
        const auto due = store.due(1);
        promise.set_value(due.has_error() || !due->empty());
      });
      owes = told.get();
    }
    CHECK_FALSE(owes);
  }
  Amount balance(AccountId account, std::string_view name) {
    std::promise<Amount> promise;
    auto told = promise.get_future();
    REQUIRE(venue.look([&](const Views& views) {
      const auto assets = views.engine.assets();
      const auto* asset = find_asset(assets, name);
      promise.set_value(asset == nullptr ? 0 : views.engine.balance(account, asset->id).free);
    }));
    return told.get();
  }

  World& world;
  Venue venue;
  PrimaryDesk desk;
};

/// Money and units in the market are what the store says, to the last one; nobody has traded.
void check_books(Process& process) {
  PrimaryStore& store = process.world.store;
  std::map<std::string, Amount> issued;
  for (const InvestorRecord& one : store.investors({}).value()) {
    CHECK(process.balance(one.account, primary_quote) == one.user.remaining_principal);
    for (const IssuedUnits& units : store.holdings(one.user.id).value()) {
      CHECK(process.balance(one.account, units.ticker) == units.units);
      issued[units.ticker] += units.units;
    }
  }
  for (const ArtistRecord& one : store.artists({}).value()) {
    const Amount raised = one.user.total_fund - one.user.remaining_fund;
    CHECK(process.balance(one.account, primary_quote) == raised);
    CHECK(issued[one.ticker] * one.user.unit_price == raised);
  }
}

}  // namespace

TEST_CASE("primary desk: who is not filled waits, and is served when artists come") {
  for (const auto method :
       {AllocationMethod::mean_variance, AllocationMethod::deferred_acceptance}) {
    World world;
    Process process{world};
    const auto ann = process.invest(wanted_investor("ann", 10'000));
    REQUIRE(ann.has_value());
    CHECK(ann->paid);
    CHECK(process.balance(ann->account, "USD") == 10'000);
    CHECK(process.allocate(method)->matches == 0);
    const auto luna = process.offer(wanted_artist("eve", "LUNA", 4'000));
    REQUIRE(luna.has_value());
    CHECK(luna->listed);
    CHECK(process.allocate(method)->amount == 4'000);
    check_books(process);
    REQUIRE(process.offer(wanted_artist("eve", "ECHO", 50'000)).has_value());
    CHECK(process.allocate(method)->amount == 6'000);
    check_books(process);
    const auto matches = world.store.matches(MatchesOf::investor, ann->user.id.get(), 0, 9);
    REQUIRE(matches->size() == 2);
    CHECK(matches->back().state == MatchState::issued);
    CHECK(process.balance(ann->account, "ECHO") == 60);
    CHECK(process.allocate(method)->investors == 0);
  }
}

TEST_CASE("primary desk: issued units are sold in the book like any others") {
  World world;
  Process process{world};
  const auto ann = process.invest(wanted_investor("ann", 4'000), InvestorAccount::mine);
  CHECK(ann->account == AccountId{1'000});
  REQUIRE(process.offer(wanted_artist("eve", "LUNA", 4'000)).has_value());
  REQUIRE(process.allocate(AllocationMethod::mean_variance)->amount == 4'000);
  const auto place = [&](AccountId account, Side side) {
    PlaceOrder order;
    order.symbol = SymbolId{1};
    order.side = side;
    order.price = Price{110};
    order.quantity = Quantity{10};
    std::promise<Reject> promise;
    REQUIRE(process.venue.submit(
        account, order, [&](const Outcome& outcome) { promise.set_value(outcome.reject()); }));
    return promise.get_future().get();
  };
  CHECK(place(ann->account, Side::sell) == Reject::none);
  const auto bob = process.invest(wanted_investor("bob", 9'000), InvestorAccount::natural);
  CHECK(bob->account == AccountId{1'001});
  CHECK(place(bob->account, Side::buy) == Reject::none);
  CHECK(process.balance(ann->account, "USD") == 1'100);
  CHECK(process.balance(bob->account, "LUNA") == 10);
  // A run spends no more than the 7'900 that are left in bob's account.
  REQUIRE(process.offer(wanted_artist("eve", "ECHO", 50'000)).has_value());
  CHECK(process.allocate(AllocationMethod::mean_variance, "", "bob")->amount == 7'900);
  CHECK(process.balance(bob->account, "USD") == 0);
}

TEST_CASE("primary desk: an investor is where its user trades; further ones have own accounts") {
  World world;
  Process process{world};
  const auto invest = [&](InvestorAccount account) {
    return process.invest(wanted_investor("bob", 3'000), account);
  };
  CHECK(invest(InvestorAccount::own)->account.get() >= first_primary_account);
  CHECK(invest(InvestorAccount::natural)->account == AccountId{1'001});
  CHECK(invest(InvestorAccount::natural)->account.get() >= first_primary_account);
  CHECK(invest(InvestorAccount::mine).error().is(PrimaryErrc::account_taken));
}

TEST_CASE("primary desk: refuses what the models do, names that are taken, and repeats by key") {
  World world;
  Process process{world};
  InvestorRecord poor = wanted_investor("ann");
  poor.user.principal = 2'000;
  CHECK(process.invest(poor).error().is(models::ModelErrc::principal_too_small));
  CHECK(process.offer(wanted_artist("eve", "LUNA", 4'050))
            .error()
            .is(models::ModelErrc::asset_invalid));
  CHECK(process.offer(wanted_artist("eve", "USD")).error().is(PrimaryErrc::ticker_taken));
  REQUIRE(process.offer(wanted_artist("eve", "LUNA")).has_value());
  CHECK(process.offer(wanted_artist("bob", "LUNA")).error().is(PrimaryErrc::ticker_taken));
  InvestorRecord twice = wanted_investor("ann");
  twice.request_key = "mine";
  const auto first = process.invest(twice);
  CHECK(process.invest(twice)->user.id == first->user.id);
  CHECK(process.balance(first->account, "USD") == 10'000);
  CHECK(process.allocate(AllocationMethod::mean_variance, "x", "bob")->investors == 0);
  const auto run = process.allocate(AllocationMethod::mean_variance, "y", "ann");
  CHECK(run->matches == 1);
  CHECK(process.allocate(AllocationMethod::mean_variance, "y", "ann")->id == run->id);
  check_books(process);
}

TEST_CASE(
    "primary desk: a match that the account cannot pay is void, and both sides have it back") {
  World world;
  Process process{world};
  const auto ann = process.invest(wanted_investor("ann"));
  const auto luna = process.offer(wanted_artist("eve", "LUNA", 4'000));
  REQUIRE(process.allocate(AllocationMethod::mean_variance)->amount == 4'000);
  const auto echo = process.offer(wanted_artist("eve", "ECHO", 9'000));
  std::promise<void> withdrawn;
  REQUIRE(process.venue.submit(ann->account, AdjustBalance{AssetId{1}, -2'000, 0},
                               [&](const Outcome&) { withdrawn.set_value(); }));
  withdrawn.get_future().wait();
  RunOutput late;
  late.matches = {{0, ann->user.id, echo->user.id, 5'000, 50}};
  REQUIRE(world.store.commit_run(late).has_value());
  REQUIRE(process.invest(wanted_investor("bob")).has_value());  // brings payments on their way
  process.settle();
  CHECK(world.store.artist(echo->user.id)->user.remaining_fund == 9'000);
  CHECK(world.store.investor(ann->user.id)->user.remaining_principal == 6'000);
  CHECK(process.balance(ann->account, "USD") == 4'000);
  CHECK(process.balance(ann->account, "ECHO") == 0);
}

TEST_CASE("primary desk: nothing is lost or doubled wherever the store fails") {
  for (const bool behind : {false, true}) {
    bool reached = true;
    for (int n = 1; reached; ++n) {
      World world;
      {
        Process process{world};
        world.store.fails_behind = behind;
        world.store.until_fault = n;
        InvestorRecord ann = wanted_investor("ann");
        ann.request_key = "ann";
        (void)process.invest(ann);
        (void)process.invest(ann);
        (void)process.offer(wanted_artist("eve", "LUNA", 4'000));
        (void)process.allocate(AllocationMethod::mean_variance, "run");
        reached = world.store.until_fault == 0;
        world.store.until_fault = 0;
        if (n % 2 == 0) world.files.kill_process();
      }
      if (n % 2 == 0) world.files.restart();
      Process process{world};
      process.settle();
      CHECK(process.allocate(AllocationMethod::mean_variance, "run").has_value());
      check_books(process);
      REQUIRE(world.store.investors({})->size() == 1);
      CHECK(world.store.holdings(models::InvestorUserId{1})->front().units == 40);
    }
  }
}

TEST_CASE("primary desk: a market that forgot its newest commands learns them again") {
  World world;
  for (int round = 1; round <= 3; ++round) {
    {
      Process process{world};
      process.settle();
      const std::string name(1, static_cast<char>('A' + round));
      REQUIRE(process.invest(wanted_investor(name)).has_value());
      REQUIRE(process.offer(wanted_artist("eve", name, 4'000)).has_value());
      CHECK(process.allocate(AllocationMethod::deferred_acceptance)->amount == 4'000);
      world.files.cut_power();
    }
    world.files.restart();
    Process process{world};
    process.settle();
    check_books(process);
  }
}

}  // namespace mainstay::exchange::primary_desk_test
