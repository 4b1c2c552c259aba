#include "apps/charging/domain/power/fair_share.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::charging::power::fair_share_test {
namespace {

Circuit circuit(std::string name, std::optional<std::size_t> parent, DeciAmperes amperes) {
  return {.name = std::move(name), .parent = parent, .amperes = {amperes, amperes, amperes}};
}

Outlet outlet(std::int64_t station, std::size_t at, std::string_view phases = "RST",
              DeciAmperes maximum = 320) {
  return {.station = StationId{station},
          .connector = ConnectorNumber{1},
          .circuit = at,
          .rotation = *parse_rotation(phases),
          .maximum = maximum};
}

/// Everybody claims as much as there is.
std::vector<Claim> claims_of(const SiteTree& tree) {
  std::vector<Claim> out;
  for (std::size_t i = 0; i < tree.outlets.size(); ++i) {
    out.push_back({i, tree.outlets[i].minimum, tree.outlets[i].maximum, 0});
  }
  return out;
}

std::vector<DeciAmperes> amperes_of(const std::vector<Share>& shares) {
  std::vector<DeciAmperes> out;
  for (const Share& share : shares) out.push_back(share.amperes);
  return out;
}

using Amperes = std::vector<DeciAmperes>;

TEST_CASE("site tree: what cannot be is refused") {
  const SiteTree good{.circuits = {circuit("main", {}, 1'000), circuit("row", 0, 630)},
                      .outlets = {outlet(1, 1), outlet(2, 1)}};
  REQUIRE(check_tree(good).has_value());
  const auto refused = [&](auto change) {
    SiteTree tree = good;
    change(tree);
    const auto checked = check_tree(tree);
    return checked.has_value() ? std::string{} : checked.error().detail();
  };
  CHECK(refused([](SiteTree& tree) { tree.circuits[0].parent = 1; }) == "main is below itself");
  CHECK(refused([](SiteTree& tree) { tree.circuits[1].parent = 1; }) == "row is below itself");
  CHECK(refused([](SiteTree& tree) { tree.circuits[1].parent = 2; }) == "row: unknown parent");
  CHECK(refused([](SiteTree& tree) { tree.circuits[1].name = "main"; }) == "main is there twice");
  CHECK(refused([](SiteTree& tree) { tree.circuits[1].name.clear(); }) ==
        "a circuit's name has 1 to 64 bytes");
  CHECK(refused([](SiteTree& tree) { tree.circuits[1].amperes[2] = 0; }) ==
        "row: amperes are above 0, and 10000 at most");
  CHECK(refused([](SiteTree& tree) { tree.circuits[1].watts = 0; }) ==
        "row: watts are above 0, and 100000000 at most");
  CHECK(refused([](SiteTree& tree) { tree.outlets[1].station = StationId{1}; }) ==
        "station 1, connector 1 is there twice");
  CHECK(refused([](SiteTree& tree) { tree.outlets[1].circuit = 2; }) ==
        "station 2, connector 1: unknown circuit");
  CHECK(refused([](SiteTree& tree) { tree.outlets[1].connector = ConnectorNumber{0}; }) ==
        "station 2, connector 0: connectors count from 1");
  CHECK(refused([](SiteTree& tree) { tree.outlets[1].minimum = 59; }) ==
        "station 2, connector 1: 6 A are the least that a vehicle draws");
  CHECK(refused([](SiteTree& tree) { tree.outlets[1].maximum = 59; }) ==
        "station 2, connector 1: its most is at least its least, and at most 10000 A");
  CHECK(refused([](SiteTree& tree) { tree.outlets[1].rotation = {}; }) ==
        "station 2, connector 1: on which phases?");
  CHECK(refused([](SiteTree& tree) { tree.circuits.clear(); }) == "at least one circuit is wanted");
  CHECK(refused([](SiteTree& tree) { tree.volts = 12; }) == "volts are 50 to 1000");
}

TEST_CASE("rotation: one to three different phases") {
  CHECK(parse_rotation("TRS")->text() == "TRS");
  CHECK(parse_rotation("S")->count == 1);
  for (const char* wrong : {"", "RR", "RSTR", "L1", "rst"}) {
    CHECK(parse_rotation(wrong).has_error());
  }
}

TEST_CASE("fair share: equal, unless somebody's own maximum is less") {
  SiteTree tree{.circuits = {circuit("main", {}, 600)},
                .outlets = {outlet(1, 0), outlet(2, 0, "RST", 160), outlet(3, 0)}};
  auto shares = fair_shares(tree, Ledger{tree}, claims_of(tree));
  CHECK(amperes_of(shares) == Amperes{220, 160, 220});
  CHECK(shares[1].bound == Bound{Bound::Kind::own_maximum, 0, 0});
  CHECK(shares[0].bound == Bound{Bound::Kind::amperes, 0, 0});
  // What is less than a tenth for each goes by station.
  tree.circuits[0].amperes = {601, 601, 601};
  CHECK(amperes_of(fair_shares(tree, Ledger{tree}, claims_of(tree))) == Amperes{221, 160, 220});
}

TEST_CASE("fair share: each circuit of the tree binds those below it") {
  const SiteTree tree{
      .circuits = {circuit("main", {}, 1'000), circuit("west", 0, 200), circuit("east", 0, 1'000)},
      .outlets = {outlet(1, 1), outlet(2, 1), outlet(3, 2, "RST", 630), outlet(4, 2)}};
  const auto shares = fair_shares(tree, Ledger{tree}, claims_of(tree));
  CHECK(amperes_of(shares) == Amperes{100, 100, 480, 320});
  CHECK(shares[0].bound == Bound{Bound::Kind::amperes, 1, 0});
  CHECK(shares[2].bound == Bound{Bound::Kind::amperes, 0, 0});
}

TEST_CASE("fair share: phases are limits of their own, and watts of all together") {
  SiteTree tree{.circuits = {circuit("main", {}, 320)},
                .outlets = {outlet(1, 0, "R"), outlet(2, 0, "S"), outlet(3, 0, "RST")}};
  CHECK(amperes_of(fair_shares(tree, Ledger{tree}, claims_of(tree))) == Amperes{160, 160, 160});
  tree.outlets[1].rotation = *parse_rotation("RS");
  CHECK(amperes_of(fair_shares(tree, Ledger{tree}, claims_of(tree))) == Amperes{107, 107, 106});
  tree.circuits[0].watts = 11'500;  // 50 A of one phase
  const auto shares = fair_shares(tree, Ledger{tree}, claims_of(tree));
  CHECK(amperes_of(shares) == Amperes{84, 83, 83});
  CHECK(shares[2].bound == Bound{Bound::Kind::watts, 0, 0});
}

TEST_CASE("fair share: below 6 A there is nothing; who waits is told by rank") {
  const SiteTree tree{.circuits = {circuit("main", {}, 150)},
                      .outlets = {outlet(1, 0), outlet(2, 0), outlet(3, 0)}};
  auto claims = claims_of(tree);
  auto shares = fair_shares(tree, Ledger{tree}, claims);
  CHECK(amperes_of(shares) == Amperes{75, 75, 0});
  CHECK(shares[2].bound == Bound{Bound::Kind::amperes, 0, 0});
  claims[0].rank = 1;
  CHECK(amperes_of(fair_shares(tree, Ledger{tree}, claims)) == Amperes{0, 75, 75});
  // What draws without our leave comes first.
  const std::vector<Claim> others(claims.begin() + 1, claims.end());
  Ledger room{tree};
  room.take(0, 80);
  CHECK(amperes_of(fair_shares(tree, room, others)) == Amperes{70, 0});
  room.take(0, 420);
  CHECK(amperes_of(fair_shares(tree, room, others)) == Amperes{0, 0});
}

// ---- Properties, over random small trees

const char* const rotations[] = {"R", "S", "T", "RS", "ST", "RST", "TRS", "STR"};

SiteTree random_tree(Random& random, std::size_t outlets, bool one_phase, bool with_watts,
                     DeciAmperes most) {
  SiteTree tree;
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
  };
  for (std::size_t i = 0; i < 1 + random.below(4); ++i) {
    Circuit one = circuit(std::to_string(i), {}, 1);
    if (i > 0) one.parent = random.below(i);
    for (DeciAmperes& limit : one.amperes) limit = static_cast<DeciAmperes>(1 + below(most));
    if (with_watts && random.below(2) == 0) one.watts = 1 + below(most);
    tree.circuits.push_back(std::move(one));
  }
  if (with_watts) tree.volts = 10;  // a watt's tenth counts: 10 units a phase
  for (std::size_t i = 0; i < outlets; ++i) {
    Outlet one = outlet(static_cast<std::int64_t>(i + 1), random.below(tree.circuits.size()),
                        one_phase ? "R" : rotations[random.below(std::size(rotations))]);
    one.minimum = static_cast<DeciAmperes>(1 + below(3));  // the algorithm knows no 6 A
    one.maximum = one.minimum + static_cast<DeciAmperes>(below(most));
    tree.outlets.push_back(one);
  }
  return tree;
}

bool is_kept(const SiteTree& tree, const Amperes& amperes) {
  for (std::size_t c = 0; c < tree.circuits.size(); ++c) {
    std::array<std::int64_t, phase_count> sums{};
    for (std::size_t i = 0; i < amperes.size(); ++i) {
      std::optional<std::size_t> at = tree.outlets[i].circuit;
      while (at && *at != c) at = tree.circuits[*at].parent;
      if (!at) continue;
      for (std::size_t p = 0; p < tree.outlets[i].rotation.count; ++p) {
        sums[tree.outlets[i].rotation.phases[p]] += amperes[i];
      }
    }
    for (std::size_t p = 0; p < phase_count; ++p) {
      if (sums[p] > tree.circuits[c].amperes[p]) return false;
    }
    const auto& watts = tree.circuits[c].watts;
    if (watts && (sums[0] + sums[1] + sums[2]) * tree.volts > *watts * 10) return false;
  }
  return true;
}

/// Calls `look` with every vector in which those who have nothing keep it and the others stay
/// within their bounds, and all limits are kept.
void each_kept(const SiteTree& tree, const Amperes& ours,
               const std::function<void(Amperes&)>& look) {
  Amperes amperes(ours.size());
  const std::function<void(std::size_t)> choose = [&](std::size_t i) {
    if (i == ours.size()) {
      if (is_kept(tree, amperes)) look(amperes);
      return;
    }
    const DeciAmperes from = ours[i] == 0 ? 0 : tree.outlets[i].minimum;
    const DeciAmperes to = ours[i] == 0 ? 0 : tree.outlets[i].maximum;
    for (amperes[i] = from; amperes[i] <= to; ++amperes[i]) choose(i + 1);
    amperes[i] = 0;
  };
  choose(0);
}

/// Nobody can have more, but for `spare`, except at the cost of somebody who has no more than that.
bool is_fair_beside(const Amperes& ours, const Amperes& other, DeciAmperes spare) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (other[i] <= ours[i] + spare) continue;
    bool paid = false;
    for (std::size_t j = 0; j < ours.size(); ++j) {
      paid = paid || (other[j] < ours[j] && ours[j] <= other[i]);
    }
    if (!paid) return false;
  }
  return true;
}

TEST_CASE("fair share: max-min fair beside everything that keeps the limits") {
  Random random{20'261'122};
  for (int round = 0; round < 400; ++round) {
    const bool with_watts = random.below(2) == 0;
    const SiteTree tree = random_tree(random, 1 + random.below(4), false, with_watts, 9);
    const Amperes ours = amperes_of(fair_shares(tree, Ledger{tree}, claims_of(tree)));
    REQUIRE(is_kept(tree, ours));
    bool fair = true;
    each_kept(tree, ours, [&](Amperes& other) {
      fair = fair && is_fair_beside(ours, other, with_watts ? 2 : 0);
    });
    REQUIRE(fair);
  }
}

TEST_CASE("fair share: on one phase the sorted shares are the greatest that there are") {
  Random random{7};
  for (int round = 0; round < 200; ++round) {
    const SiteTree tree = random_tree(random, 1 + random.below(4), true, false, 10);
    const Amperes ours = amperes_of(fair_shares(tree, Ledger{tree}, claims_of(tree)));
    Amperes best;
    each_kept(tree, ours, [&](Amperes& other) {
      Amperes sorted = other;
      std::ranges::sort(sorted);
      best = std::max(best, sorted);
    });
    Amperes sorted = ours;
    std::ranges::sort(sorted);
    REQUIRE(sorted == best);
  }
}

TEST_CASE("fair share: the order of circuits, outlets and claims is without effect") {
  Random random{11};
  for (int round = 0; round < 60; ++round) {
    const SiteTree tree = random_tree(random, 40, false, round % 2 == 0, 300);
    auto claims = claims_of(tree);
    for (Claim& claim : claims) claim.rank = static_cast<std::int64_t>(random.below(3));
    const Amperes ours = amperes_of(fair_shares(tree, Ledger{tree}, claims));
    REQUIRE(is_kept(tree, ours));
    REQUIRE(amperes_of(fair_shares(tree, Ledger{tree}, claims)) == ours);

    std::vector<std::size_t> order(claims.size());
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    SiteTree mixed = tree;
    std::vector<Claim> mixed_claims;
    for (std::size_t i = 0; i < order.size(); ++i) {
      mixed.outlets[i] = tree.outlets[order[i]];
      mixed_claims.push_back(claims[order[i]]);
      mixed_claims.back().outlet = i;
    }
    const Amperes theirs = amperes_of(fair_shares(mixed, Ledger{mixed}, mixed_claims));
    for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(theirs[i] == ours[order[i]]);
  }
}

TEST_CASE("ledger: takes, gives back, and says what has no room") {
  SiteTree tree{.circuits = {circuit("main", {}, 100), circuit("row", 0, 60)},
                .outlets = {outlet(1, 1, "R"), outlet(2, 0, "RS")}};
  tree.circuits[0].watts = 2'300;  // 10 A of one phase
  Ledger ledger{tree};
  CHECK(ledger.fits(0, 60));
  CHECK(*ledger.bound(0, 61) == Bound{Bound::Kind::amperes, 1, 0});
  CHECK(*ledger.bound(1, 51) == Bound{Bound::Kind::watts, 0, 0});
  ledger.take(0, 40);
  CHECK(ledger.room({Bound::Kind::amperes, 1, 0}) == 20);
  CHECK(ledger.room({Bound::Kind::watts, 0, 0}) == 13'800);
  ledger.take(1, 70);
  CHECK_FALSE(ledger.fits_all());
  ledger.take(1, -70);
  CHECK(ledger.fits_all());
}

}  // namespace
}  // namespace mainstay::charging::power::fair_share_test
