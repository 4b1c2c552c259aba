#pragma once

#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/ports/test_primary_users.hpp"

namespace mainstay::exchange {

/// What every PrimaryStore must do. A Holder is default-made with empty tables and bounds of 3
/// investors, 3 artists and 2 of an owner: `bool is_there()`, `PrimaryStore& store()`.
/// Run with TEST_CASE_TEMPLATE_INVOKE(primary_store_contract, Holder).
template <class Holder>
class PrimaryStoreContract {
 public:
  void run() {
    if (!holder_.is_there()) return;
    SUBCASE("an investor gets an id, an account and its principal") { an_investor(); }
    SUBCASE("a request key makes an investor once") { a_request_key(); }
    SUBCASE("an artist gets an id and an account, its ticker is taken, its symbol owed") {
      an_artist();
    }
    SUBCASE("bounds: of an owner, and of all") { bounds(); }
    SUBCASE("pages go by id, and by owner") { pages(); }
    SUBCASE("a run takes from both sides, and owes a payment a match") { a_run(); }
    SUBCASE("a run that nobody can pay any more does nothing") { a_run_too_late(); }
    SUBCASE("who was tried waits behind the others") { turns(); }
    SUBCASE("payments are recorded once; a refused one gives back what its match took") {
      payments();
    }
    SUBCASE("the newest payments that are done can be had again") { repeated(); }
    SUBCASE("what is not there is unknown") {
      CHECK(store().investor(models::InvestorUserId{9}).error().is(PrimaryErrc::unknown));
      CHECK(store().artist(models::AssetUserId{9}).error().is(PrimaryErrc::unknown));
      CHECK(store().allocation(9).error().is(PrimaryErrc::unknown));
      CHECK(store().due(10)->empty());
    }
  }

 private:
  static constexpr SystemTime now = models::test_now;

  void pay_all() {
    std::vector<PaymentStep> steps;
    for (const Payment& one : store().due(100).value()) {
      steps.push_back({one.id, Payment::State::done});
    }
    REQUIRE(store().record(steps).has_value());
  }
  InvestorRecord add_investor(const std::string& owner, Amount principal = 10'000) {
    return store().add_investor(wanted_investor(owner, principal), true).value();
  }
  ArtistRecord add_artist(const std::string& ticker) {
    return store().add_artist(wanted_artist("eve", ticker), true).value();
  }
  static RunOutput run_of(const InvestorRecord& investor, const ArtistRecord& artist,
                          std::int64_t units) {
    RunOutput out;
    out.allocation.owner = "ann";
    out.allocation.request_key = "first";
    out.allocation.method = models::AllocationMethod::deferred_acceptance;
    out.allocation.created_at = now;
    out.tried = {investor.user.id};
    out.matches = {{0, investor.user.id, artist.user.id, units * artist.user.unit_price, units}};
    out.rankings = {{artist.user.id, .75}};
    return out;
  }

  void an_investor() {
    InvestorRecord wanted = wanted_investor("ann");
    wanted.user.genre = "hip hop";
    const auto made = store().add_investor(wanted, true);
    REQUIRE(made.has_value());
    CHECK(made->account == account_of(made->user.id));
    CHECK_FALSE(made->paid);
    const auto due = store().due(10);
    REQUIRE(due->size() == 1);
    CHECK(due->front().to == made->account);
    CHECK(due->front().amount == 10'000);
    CHECK(due->front().from == AccountId{});
    CHECK(store().run_input("", 10, now)->investors.empty());
    pay_all();
    const auto known = store().investor(made->user.id);
    REQUIRE(known.has_value());
    CHECK(known->paid);
    CHECK(known->user.genre == "hip hop");
    CHECK(known->user.mu == wanted.user.mu);
    CHECK(known->user.time_horizon == wanted.user.time_horizon);
    CHECK(known->user.remaining_principal == 10'000);
    CHECK(store().run_input("ann", 10, now)->investors.size() == 1);
    CHECK(store().run_input("bob", 10, now)->investors.empty());
    CHECK(store().run_input("", 10, wanted.user.time_horizon)->investors.empty());

    InvestorRecord on_mine = wanted_investor("bob");
    on_mine.account = AccountId{1'000};
    CHECK(store().add_investor(on_mine, true)->account == AccountId{1'000});
    CHECK(store().add_investor(on_mine, true).error().is(PrimaryErrc::account_taken));
  }

  void a_request_key() {
    InvestorRecord wanted = wanted_investor("ann");
    wanted.request_key = "mine";
    const auto first = store().add_investor(wanted, true);
    pay_all();
    const auto again = store().add_investor(wanted, true);
    CHECK(again->user.id == first->user.id);
    CHECK(again->paid);
    wanted.owner = "bob";
    CHECK(store().add_investor(wanted, true)->user.id != first->user.id);
    CHECK(store().due(10)->size() == 1);
  }

  void an_artist() {
    ArtistRecord wanted = wanted_artist("eve", "LUNA");
    wanted.user.history = {.1, -.25, 1e-17};
    const auto made = store().add_artist(wanted, true);
    REQUIRE(made.has_value());
    CHECK(made->account == account_of(made->user.id));
    const auto due = store().due(10);
    REQUIRE(due->size() == 1);
    CHECK(due->front().ticker == "LUNA");
    CHECK(due->front().unit_price == 100);
    CHECK(due->front().units == 0);
    pay_all();
    const auto known = store().artist(made->user.id);
    CHECK(known->listed);
    CHECK(known->user.history == wanted.user.history);
    CHECK(known->user.expiration_date == wanted.user.expiration_date);
    CHECK(store().artists({})->front().ticker == "LUNA");
    CHECK(store().artists({})->front().user.history.empty());
    CHECK(store().run_input("", 1, now)->artists.front().user.history.size() == 3);
    CHECK(store().run_input("", 1, wanted.user.expiration_date)->artists.empty());
    wanted.owner = "bob";
    CHECK(store().add_artist(wanted, true).error().is(PrimaryErrc::ticker_taken));
  }

  void bounds() {
    add_investor("ann");
    add_investor("ann");
    CHECK(store().add_investor(wanted_investor("ann"), true).error().is(PrimaryErrc::too_many));
    CHECK(store().add_investor(wanted_investor("ann"), false).has_value());
    CHECK(store().add_investor(wanted_investor("bob"), true).error().is(PrimaryErrc::too_many));
    add_artist("A");
    add_artist("B");
    CHECK(store().add_artist(wanted_artist("eve", "C"), true).error().is(PrimaryErrc::too_many));
    CHECK(store().add_artist(wanted_artist("eve", "C"), false).has_value());
    CHECK(store().add_artist(wanted_artist("x", "D"), true).error().is(PrimaryErrc::too_many));
  }

  void pages() {
    const auto first = add_investor("ann");
    const auto second = add_investor("bob");
    const auto third = add_investor("ann");
    CHECK(store().investors({.limit = 2})->size() == 2);
    const auto rest = store().investors({.after = second.user.id.get()});
    REQUIRE(rest->size() == 1);
    CHECK(rest->front().user.id == third.user.id);
    const auto own = store().investors({.owner = "ann"});
    REQUIRE(own->size() == 2);
    CHECK(own->front().user.id == first.user.id);
  }

  void a_run() {
    const auto investor = add_investor("ann");
    const auto artist = add_artist("LUNA");
    pay_all();
    const auto done = store().commit_run(run_of(investor, artist, 30));
    REQUIRE(done.has_value());
    CHECK(done->matches == 1);
    CHECK(done->investors == 1);
    CHECK(done->amount == 3'000);
    CHECK(store().investor(investor.user.id)->user.remaining_principal == 7'000);
    CHECK(store().artist(artist.user.id)->user.remaining_fund == 1'000);
    CHECK(store().artist(artist.user.id)->user.ranking == .75);
    const auto due = store().due(10);
    REQUIRE(due->size() == 1);
    CHECK(due->front().from == investor.account);
    CHECK(due->front().to == artist.account);
    CHECK(due->front().amount == 3'000);
    CHECK(due->front().units == 30);
    CHECK(due->front().ticker == "LUNA");
    pay_all();
    const auto matches = store().matches(MatchesOf::investor, investor.user.id.get(), 0, 10);
    REQUIRE(matches->size() == 1);
    CHECK(matches->front().state == MatchState::issued);
    CHECK(matches->front().allocation == done->id);
    CHECK(store().matches(MatchesOf::artist, artist.user.id.get(), 0, 10)->size() == 1);
    CHECK(store().matches(MatchesOf::allocation, done->id, 0, 10)->size() == 1);
    CHECK(store().matches(MatchesOf::allocation, done->id, matches->front().match.id, 10)->empty());
    const auto holdings = store().holdings(investor.user.id);
    REQUIRE(holdings->size() == 1);
    CHECK(holdings->front().units == 30);
    CHECK(holdings->front().ticker == "LUNA");
    CHECK(store().allocation(done->id)->amount == 3'000);
    const auto by_key = store().allocation("ann", "first");
    REQUIRE(by_key->has_value());
    CHECK((*by_key)->id == done->id);
    CHECK((*by_key)->method == models::AllocationMethod::deferred_acceptance);
    CHECK_FALSE(store().allocation("bob", "first")->has_value());
    CHECK(store().allocations({.owner = "ann"})->size() == 1);
    CHECK(store().allocations({.owner = "bob"})->empty());
  }

  void a_run_too_late() {
    const auto investor = add_investor("ann", 3'000);
    const auto artist = add_artist("LUNA");
    pay_all();
    CHECK(store()
              .commit_run(run_of(investor, artist, 31))
              .error()
              .is(PrimaryErrc::changed_meanwhile));
    const auto rich = add_investor("bob", 100'000);
    CHECK(store().commit_run(run_of(rich, artist, 41)).error().is(PrimaryErrc::changed_meanwhile));
    CHECK(store().artist(artist.user.id)->user.remaining_fund == 4'000);
    CHECK(store().investor(investor.user.id)->user.remaining_principal == 3'000);
    CHECK(store().allocations({})->empty());
  }

  void turns() {
    const auto first = add_investor("ann");
    const auto second = add_investor("bob");
    const auto artist = add_artist("LUNA");
    pay_all();
    CHECK(store().run_input("", 1, now)->investors.front().user.id == first.user.id);
    REQUIRE(store().commit_run(run_of(first, artist, 1)).has_value());
    CHECK(store().run_input("", 1, now)->investors.front().user.id == second.user.id);
    // Less than one per cent left: does not wait any more.
    REQUIRE(store().run_input("", 9, now)->investors.size() == 2);
    auto all = run_of(second, artist, 1);
    all.allocation.request_key = "second";
    all.matches.front().amount = 3'900;
    REQUIRE(store().commit_run(all).has_value());
    CHECK(store().run_input("", 9, now)->artists.empty());
  }

  void payments() {
    const auto investor = add_investor("ann");
    const auto artist = add_artist("LUNA");
    pay_all();
    REQUIRE(store().commit_run(run_of(investor, artist, 30)).has_value());
    const std::uint64_t id = store().due(10)->front().id;
    const PaymentStep debited{id, Payment::State::debited};
    CHECK(store().record({&debited, 1}).has_value());
    CHECK(store().due(10)->front().state == Payment::State::debited);
    const PaymentStep refused{id, Payment::State::refused};
    CHECK(store().record({&refused, 1}).has_value());
    CHECK(store().record({&refused, 1}).has_value());
    CHECK(store().due(10)->empty());
    CHECK(store().investor(investor.user.id)->user.remaining_principal == 10'000);
    CHECK(store().artist(artist.user.id)->user.remaining_fund == 4'000);
    CHECK(store().holdings(investor.user.id)->empty());
    CHECK(store().matches(MatchesOf::investor, investor.user.id.get(), 0, 9)->front().state ==
          MatchState::void_);
  }

  void repeated() {
    const auto investor = add_investor("ann");
    const auto artist = add_artist("LUNA");
    pay_all();
    REQUIRE(store().commit_run(run_of(investor, artist, 30)).has_value());
    pay_all();
    CHECK(store().due(10)->empty());
    REQUIRE(store().repeat_newest(2).has_value());
    const auto due = store().due(10);
    REQUIRE(due->size() == 2);
    CHECK(due->front().state == Payment::State::due);
    CHECK(due->back().units == 30);
  }

  Holder holder_;
  PrimaryStore& store() { return holder_.store(); }
};

TEST_CASE_TEMPLATE_DEFINE("primary store contract", Holder, primary_store_contract) {
  PrimaryStoreContract<Holder>{}.run();
}

}  // namespace mainstay::exchange
