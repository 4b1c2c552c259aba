#include "apps/charging/domain/power/site_control.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace mainstay::charging::power::site_control_test {
namespace {

constexpr SystemTime start{Seconds{1'795'219'200}};
const ConnectorNumber whole{0};
const ConnectorNumber one{1};

SiteTree tree_of(DeciAmperes amperes, std::size_t stations) {
  SiteTree out;
  out.circuits.push_back({.name = "main", .parent = {}, .amperes = {amperes, amperes, amperes}});
  for (std::size_t i = 1; i <= stations; ++i) {
    out.outlets.push_back({.station = StationId{static_cast<std::int64_t>(i)},
                           .connector = one,
                           .rotation = *parse_rotation("RST"),
                           .maximum = 320});
  }
  return out;
}

/// A site whose stations answer at once, unless told otherwise.
struct Site {
  explicit Site(SiteTree tree) : control(std::move(tree)) {}

  /// All online and covered.
  static Site covered(DeciAmperes amperes, std::size_t stations) {
    Site site{tree_of(amperes, stations)};
    for (std::size_t i = 1; i <= stations; ++i) {
      site.control.station_online(StationId{static_cast<std::int64_t>(i)});
    }
    site.settle();
    return site;
  }
  std::vector<Order> advance() { return control.advance(now); }
  void accept(const Order& order) { control.answered(order.number, OrderOutcome::accepted, now); }
  /// Accepts whatever is ordered until nothing is; gives all of it.
  std::vector<Order> settle() {
    std::vector<Order> all;
    for (auto orders = advance(); !orders.empty(); orders = advance()) {
      for (const Order& order : orders) accept(order);
      all.insert(all.end(), orders.begin(), orders.end());
    }
    return all;
  }
  void start_charge(std::int64_t station, std::int32_t transaction) {
    control.started(StationId{station}, one, TransactionId{transaction}, now);
  }
  std::vector<Order> settle_later(Seconds by) {
    now += by;
    return settle();
  }
  [[nodiscard]] std::vector<DeciAmperes> confirmed() const {
    std::vector<DeciAmperes> out;
    for (const auto& view : control.view(now)) out.push_back(view.confirmed.value_or(-1));
    return out;
  }

  SiteControl control;
  SystemTime now = start;
};

using Amperes = std::vector<DeciAmperes>;

TEST_CASE("site control: stations that come are given a fall-back first") {
  Site site{tree_of(400, 4)};
  CHECK(site.advance().empty());  // nobody is there
  CHECK(site.control.view(start)[0].counted == 320);
  CHECK_FALSE(site.control.keeps_limits(start));  // nobody limits them yet
  site.control.station_online(StationId{2});
  const auto orders = site.advance();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].connector == whole);
  CHECK(orders[0].clears_others);
  // Who comes waits; without us for an hour, 400 / 4.
  CHECK(orders[0].hold == Hold{0, start + Seconds{3'600}, 100});
  CHECK(site.advance().empty());
  site.accept(orders[0]);
  CHECK(site.control.view(start)[1].counted == 0);
  CHECK(site.control.view(start)[1].is_covered);
  // Who takes no fall-back for long is counted with all that it is built for, also without us:
  // there is nothing left for others then.
  const auto lowered = site.settle_later(Seconds{600});
  REQUIRE(lowered.size() == 1);
  CHECK(lowered[0].hold == Hold{0, Hold::forever, 0});
  CHECK_FALSE(lowered[0].clears_others);
}

TEST_CASE("site control: a fall-back is renewed at half time, and after a boot") {
  Site site = Site::covered(400, 2);
  CHECK(site.settle_later(Seconds{1'700}).empty());
  CHECK(site.settle_later(Seconds{200}).size() == 2);
  site.control.station_booted(StationId{2});
  CHECK(site.settle().size() == 1);
}

TEST_CASE("site control: where six amperes each are too much the fall-back is none for some") {
  Site site = Site::covered(150, 4);
  const auto views = site.control.view(start);
  CHECK(views[0].fallback == 75);
  CHECK(views[1].fallback == 75);
  CHECK(views[2].fallback == 0);
  CHECK(site.control.keeps_limits(start));
}

TEST_CASE("site control: a profile as OCPP has it, and back") {
  Order order{.station = StationId{1}, .connector = one, .transaction = TransactionId{5}};
  order.hold = {160, start + Seconds{600}, 100};
  order.at = start;
  const auto request = request_of(order);
  CHECK(request.connector_id == one);
  CHECK(check_profile(request.connector_id, request.cs_charging_profiles).has_value());
  CHECK(request.cs_charging_profiles.transaction_id == TransactionId{5});
  CHECK(hold_of(request.cs_charging_profiles) == order.hold);
  order.connector = whole;
  order.hold = {0, Hold::forever, 0};
  const auto fallback = request_of(order);
  CHECK(check_profile(whole, fallback.cs_charging_profiles).has_value());
  CHECK_FALSE(fallback.cs_charging_profiles.transaction_id.has_value());
  CHECK(hold_of(fallback.cs_charging_profiles) == order.hold);
}

TEST_CASE("site control: arrivals and departures share anew; decreases come first") {
  Site site = Site::covered(400, 4);
  site.start_charge(1, 1);
  site.settle();
  CHECK(site.confirmed() == Amperes{320, -1, -1, -1});
  // A second one: the first goes down, and only when it says so the second goes up.
  site.now += Seconds{60};
  site.start_charge(2, 2);
  auto orders = site.advance();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].station == StationId{1});
  CHECK(orders[0].hold == Hold{200, site.now + Seconds{600}, 100});
  CHECK(site.advance().empty());
  CHECK(site.control.view(site.now)[0].counted == 320);
  site.accept(orders[0]);
  orders = site.advance();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].station == StationId{2});
  CHECK(orders[0].hold.now == 200);
  site.accept(orders[0]);
  CHECK(site.advance().empty());
  // It leaves: what it had goes to the other.
  site.control.ended(StationId{2}, one, TransactionId{2});
  site.settle_later(Seconds{10});
  CHECK(site.confirmed() == Amperes{320, -1, -1, -1});
  CHECK(site.control.view(site.now)[0].bound.kind == Bound::Kind::own_maximum);
}

TEST_CASE("site control: an increase waits a little behind the order before it") {
  Site site = Site::covered(400, 4);
  site.start_charge(1, 1);
  site.start_charge(2, 2);
  site.settle();
  CHECK(site.confirmed() == Amperes{200, 200, -1, -1});
  site.control.ended(StationId{2}, one, TransactionId{2});
  CHECK(site.settle().empty());
  CHECK(site.settle_later(Seconds{9}).empty());
  CHECK(site.settle_later(Seconds{1}).size() == 1);
}

TEST_CASE("site control: a station that does not answer counts with the most it may have") {
  Site site = Site::covered(400, 4);
  site.start_charge(1, 1);
  site.settle();
  site.now += Seconds{60};
  site.start_charge(2, 2);
  const auto orders = site.advance();
  site.control.answered(orders[0].number, OrderOutcome::lost, site.now);
  // The 320 remain counted: the second gets what is beside them.
  const auto beside = site.settle();
  REQUIRE(beside.size() == 1);
  CHECK(beside[0].station == StationId{2});
  CHECK(beside[0].hold.now == 80);
  CHECK(site.control.keeps_limits(site.now));
  // Asked again later, it answers.
  site.settle_later(Seconds{30});
  CHECK(site.confirmed() == Amperes{200, 200, -1, -1});
  // It refuses, for ever: its grant ends by itself, and its fall-back is what remains.
  site.start_charge(3, 3);
  for (int i = 0; i < 700; ++i) {
    for (const Order& order : site.advance()) {
      const bool refuses = order.station == StationId{1} && order.connector == one;
      site.control.answered(order.number, refuses ? OrderOutcome::refused : OrderOutcome::accepted,
                            site.now);
    }
    REQUIRE(site.control.keeps_limits(site.now));
    site.now += Seconds{1};
  }
  CHECK(site.control.view(site.now)[0].counted == 100);
  CHECK(site.confirmed() == Amperes{100, 150, 150, -1});
}

TEST_CASE("site control: an offline station counts with its fall-back before its restraint ends") {
  Site site = Site::covered(400, 4);
  site.start_charge(1, 1);
  site.settle();
  site.control.station_offline(StationId{3});
  CHECK(site.settle_later(Seconds{60}).empty());
  CHECK(site.control.view(site.now)[2].counted == 0);  // who comes there waits still
  for (int i = 0; i < 300; ++i) site.settle_later(Seconds{10});
  CHECK(site.control.view(site.now)[2].counted == 100);
  CHECK(site.confirmed()[0] == 300);
  // Back again, it is held again.
  site.control.station_online(StationId{3});
  site.settle_later(Seconds{20});
  CHECK(site.control.view(site.now)[2].counted == 0);
  CHECK(site.confirmed()[0] == 320);
}

TEST_CASE("site control: a station that takes no second period is counted with its fall-back") {
  Site site{tree_of(400, 4)};
  for (std::int64_t i = 1; i <= 4; ++i) site.control.station_online(StationId{i});
  for (auto orders = site.advance(); !orders.empty(); orders = site.advance()) {
    for (const Order& order : orders) {
      const bool refuses = order.station == StationId{4} && order.hold.now != order.hold.then;
      site.control.answered(order.number, refuses ? OrderOutcome::refused : OrderOutcome::accepted,
                            site.now);
    }
  }
  CHECK(site.control.view(site.now)[3].counted == 100);
  site.start_charge(1, 1);
  site.settle();
  CHECK(site.confirmed()[0] == 300);
}

TEST_CASE("site control: what did not leave is said again, and at once behind a boot") {
  Site site{tree_of(400, 1)};
  site.control.station_online(StationId{1});
  auto orders = site.advance();
  REQUIRE(orders.size() == 1);
  site.control.answered(orders[0].number, OrderOutcome::unsent, site.now);
  CHECK(site.advance().empty());
  site.control.station_booted(StationId{1});
  orders = site.advance();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].hold.now == 0);  // it has refused nothing
}

TEST_CASE("site control: who gets nothing is next in turn") {
  Site site = Site::covered(130, 4);
  std::vector<int> turns(4, 0);
  for (std::int64_t i = 1; i <= 4; ++i) site.start_charge(i, static_cast<std::int32_t>(i));
  for (int second = 0; second < 8 * 900; second += 10) {
    site.settle();
    const auto views = site.control.view(site.now);
    DeciAmperes sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      sum += views[i].confirmed.value_or(0);
      if (views[i].confirmed.value_or(0) >= 60) ++turns[i];
    }
    REQUIRE(sum <= 130);
    REQUIRE(site.control.keeps_limits(site.now));
    site.now += Seconds{10};
  }
  // Two at a time, 8 turns of 90 steps: half of the time for each, within a turn.
  for (const int steps : turns) CHECK(std::abs(steps - 360) <= 90);
}

TEST_CASE("site control: lower limits are told at once, higher fall-backs when others' are lower") {
  Site site = Site::covered(400, 4);
  site.start_charge(1, 1);
  site.settle();
  // Two more outlets: everybody's fall-back goes down before the new ones count less than all.
  site.control.change_tree(tree_of(400, 2));
  auto orders = site.settle();
  CHECK(std::ranges::any_of(orders, [](const Order& order) {
    return order.connector == whole && order.hold.then == 200;
  }));
  CHECK(site.control.view(site.now)[0].fallback == 200);
  site.control.change_tree(tree_of(240, 2));
  site.settle();
  CHECK(site.confirmed() == Amperes{240, -1});
  CHECK(site.control.keeps_limits(site.now));
}

TEST_CASE("site control: what was known comes back, with what was under way") {
  Site site{tree_of(400, 2)};
  site.start_charge(1, 1);
  const Hold fallback{0, start + Seconds{3'000}, 200};
  for (std::int64_t i = 1; i <= 2; ++i) {
    CHECK(site.control.restore(StationId{i}, whole, {{}, {fallback, {}}}));
  }
  const Hold old{250, start + Seconds{400}, 200};
  const Hold sent{320, start + Seconds{500}, 200};
  CHECK(site.control.restore(StationId{1}, one, {TransactionId{1}, {old, sent}}));
  CHECK_FALSE(site.control.restore(StationId{2}, one, {TransactionId{9}, {{}, sent}}));
  CHECK(site.control.told(StationId{1}, one).holds == SiteControl::Holds{old, sent});
  CHECK(site.control.told(StationId{2}, one).holds == SiteControl::Holds{});
  CHECK(site.control.view(start)[0].counted == 320);
  CHECK(site.control.view(start)[0].confirmed == 250);
  CHECK(site.control.view(start)[1].counted == 0);  // another transaction's
  site.control.station_online(StationId{1});
  const auto orders = site.settle();
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].hold.now == 320);
}

TEST_CASE("site control: an answer for a transaction that has ended is nobody's") {
  Site site = Site::covered(400, 2);
  site.start_charge(1, 1);
  const auto orders = site.advance();
  REQUIRE(orders.size() == 1);
  site.control.ended(StationId{1}, one, TransactionId{1});
  site.start_charge(1, 2);
  site.accept(orders[0]);
  CHECK(site.confirmed()[0] == -1);
  CHECK(site.settle().size() == 1);
  CHECK(site.confirmed()[0] == 320);
}

}  // namespace
}  // namespace mainstay::charging::power::site_control_test
