#include "apps/charging/domain/power/fair_share.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace mainstay::charging::power {
namespace {

constexpr std::string_view phase_letters = "RST";

Error tree_invalid(std::string what) { return {PowerErrc::tree_invalid, std::move(what)}; }

Result<> check_circuit(const SiteTree& tree, const Circuit& circuit) {
  if (circuit.name.empty() || circuit.name.size() > SiteLimits::name_bytes_max) {
    return tree_invalid("a circuit's name has 1 to 64 bytes");
  }
  for (const DeciAmperes limit : circuit.amperes) {
    if (limit <= 0 || limit > SiteLimits::amperes_max) {
      return tree_invalid(circuit.name + ": amperes are above 0, and 10000 at most");
    }
  }
  if (circuit.watts && (*circuit.watts <= 0 || *circuit.watts > SiteLimits::watts_max)) {
    return tree_invalid(circuit.name + ": watts are above 0, and 100000000 at most");
  }
  // A way to the root has no more steps than there are circuits.
  const Circuit* above = &circuit;
  for (std::size_t steps = 0; above->parent; ++steps) {
    if (*above->parent >= tree.circuits.size())
      return tree_invalid(circuit.name + ": unknown parent");
    if (steps == tree.circuits.size()) return tree_invalid(circuit.name + " is below itself");
    above = &tree.circuits[*above->parent];
  }
  return {};
}

Result<> check_outlet(const SiteTree& tree, const Outlet& outlet) {
  const std::string name = "station " + std::to_string(outlet.station.get()) + ", connector " +
                           std::to_string(outlet.connector.get());
  if (outlet.connector.get() == 0) return tree_invalid(name + ": connectors count from 1");
  if (outlet.circuit >= tree.circuits.size()) return tree_invalid(name + ": unknown circuit");
  if (outlet.rotation.count == 0) return tree_invalid(name + ": on which phases?");
  if (outlet.minimum < 60) return tree_invalid(name + ": 6 A are the least that a vehicle draws");
  if (outlet.maximum < outlet.minimum || outlet.maximum > SiteLimits::amperes_max) {
    return tree_invalid(name + ": its most is at least its least, and at most 10000 A");
  }
  return {};
}

auto key_of(const Outlet& outlet) { return std::pair{outlet.station, outlet.connector}; }

}  // namespace

std::string Rotation::text() const {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(phase_letters[phases[i]]);
  return out;
}

Result<Rotation> parse_rotation(std::string_view text) {
  Rotation out;
  unsigned seen = 0;
  for (const char letter : text) {
    const std::size_t phase = phase_letters.find(letter);
    if (phase == std::string_view::npos || (seen & (1U << phase)) != 0) {
      return tree_invalid("phases are 1 to 3 different ones of R, S and T");
    }
    seen |= 1U << phase;
    out.phases[out.count++] = static_cast<std::uint8_t>(phase);
  }
  if (out.count == 0) return tree_invalid("phases are 1 to 3 different ones of R, S and T");
  return out;
}

Result<> check_tree(const SiteTree& tree) {
  if (tree.volts < 50 || tree.volts > 1'000) return tree_invalid("volts are 50 to 1000");
  if (tree.circuits.empty()) return tree_invalid("at least one circuit is wanted");
  if (tree.circuits.size() > SiteLimits::circuits_max)
    return tree_invalid("200 circuits are the most");
  if (tree.outlets.size() > SiteLimits::outlets_max)
    return tree_invalid("2000 connectors are the most");
  std::set<std::string_view> names;
  for (const Circuit& circuit : tree.circuits) {
    MS_TRY_VOID(check_circuit(tree, circuit));
    if (!names.insert(circuit.name).second) return tree_invalid(circuit.name + " is there twice");
  }
  std::set<std::pair<StationId, ConnectorNumber>> outlets;
  for (const Outlet& outlet : tree.outlets) {
    MS_TRY_VOID(check_outlet(tree, outlet));
    if (!outlets.insert(key_of(outlet)).second) {
      return tree_invalid("station " + std::to_string(outlet.station.get()) + ", connector " +
                          std::to_string(outlet.connector.get()) + " is there twice");
    }
  }
  return {};
}

// ---- Room

Ledger::Ledger(const SiteTree& tree) {
  for (const Circuit& circuit : tree.circuits) {
    for (const DeciAmperes limit : circuit.amperes) room_.push_back(limit);
    // Tenths of a watt; without a limit as much as fits any sum.
    room_.push_back(circuit.watts ? *circuit.watts * 10
                                  : std::numeric_limits<std::int64_t>::max() / 2);
  }
  auto all = std::make_shared<Weights>();
  for (const Outlet& outlet : tree.outlets) {
    std::vector<Weight>& weights = all->emplace_back();
    for (std::optional<std::size_t> at = outlet.circuit; at; at = tree.circuits[*at].parent) {
      for (std::size_t i = 0; i < outlet.rotation.count; ++i) {
        weights.push_back({*at * rows + outlet.rotation.phases[i], 1});
      }
      if (tree.circuits[*at].watts) {
        weights.push_back(
            {*at * rows + phase_count, std::int64_t{tree.volts} * outlet.rotation.count});
      }
    }
  }
  weights_ = std::move(all);
}

void Ledger::take(std::size_t outlet, DeciAmperes amperes) {
  for (const Weight& weight : (*weights_)[outlet])
    room_[weight.constraint] -= weight.units * amperes;
}

bool Ledger::fits(std::size_t outlet, DeciAmperes amperes) const { return !bound(outlet, amperes); }

std::optional<Bound> Ledger::bound(std::size_t outlet, DeciAmperes amperes) const {
  for (const Weight& weight : (*weights_)[outlet]) {
    if (room_[weight.constraint] < weight.units * amperes) return bound_of(weight.constraint);
  }
  return std::nullopt;
}

bool Ledger::fits_all() const {
  return std::ranges::all_of(room_, [](std::int64_t room) { return room >= 0; });
}

std::int64_t Ledger::room(const Bound& of) const {
  return room_[of.circuit * rows + (of.kind == Bound::Kind::watts ? phase_count : of.phase)];
}

Bound Ledger::bound_of(std::size_t constraint) {
  const std::size_t row = constraint % rows;
  return {row == phase_count ? Bound::Kind::watts : Bound::Kind::amperes, constraint / rows,
          row == phase_count ? 0 : row};
}

// ---- Progressive filling

/// The water rises: everyone whose amperes are at its level rises with it, until a constraint or
/// their own maximum holds them.
class Filling {
 public:
  Filling(const SiteTree& tree, const Ledger& room, std::span<const Claim> claims)
      : claims_(claims), ledger_(room), held_(ledger_.room_.size(), false), shares_(claims.size()) {
    order_.resize(claims.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::ranges::sort(order_, [&](std::size_t a, std::size_t b) {
      const Outlet& first = tree.outlets[claims[a].outlet];
      const Outlet& second = tree.outlets[claims[b].outlet];
      return std::tuple{claims[a].rank, first.station, first.connector} <
             std::tuple{claims[b].rank, second.station, second.connector};
    });
  }

  std::vector<Share> run() && {
    admit();
    while (!rising_.empty()) {
      hold_the_full();
      if (rising_.empty()) break;
      const DeciAmperes level = lowest();
      const DeciAmperes step = step_from(level);
      if (step > 0) {
        rise(level, step);
      } else {
        share_the_rest(level);
      }
      hold_behind_constraints();
    }
    return std::move(shares_);
  }

 private:
  void admit() {
    for (const std::size_t claim : order_) {
      const auto& [outlet, minimum, maximum, rank] = claims_[claim];
      const std::optional<Bound> bound = ledger_.bound(outlet, minimum);
      if (bound) {
        shares_[claim].bound = *bound;
        continue;
      }
      ledger_.take(outlet, minimum);
      shares_[claim].amperes = minimum;
      rising_.push_back(claim);
    }
  }

  void hold_the_full() {
    std::erase_if(rising_, [&](std::size_t claim) {
      return shares_[claim].amperes >= claims_[claim].maximum;
    });
  }

  [[nodiscard]] DeciAmperes lowest() const {
    DeciAmperes out = std::numeric_limits<DeciAmperes>::max();
    for (const std::size_t claim : rising_) out = std::min(out, shares_[claim].amperes);
    return out;
  }

  /// How far those at the level can rise together; 0: not a tenth.
  [[nodiscard]] DeciAmperes step_from(DeciAmperes level) const {
    std::int64_t step = std::numeric_limits<DeciAmperes>::max();
    std::vector<std::int64_t> units(held_.size(), 0);
    for (const std::size_t claim : rising_) {
      const DeciAmperes amperes = shares_[claim].amperes;
      if (amperes > level) {
        step = std::min<std::int64_t>(step, amperes - level);
        continue;
      }
      step = std::min<std::int64_t>(step, claims_[claim].maximum - level);
      for (const auto& weight : weights(claim)) units[weight.constraint] += weight.units;
    }
    for (std::size_t i = 0; i < units.size(); ++i) {
      if (units[i] > 0) step = std::min(step, ledger_.room_[i] / units[i]);
    }
    return static_cast<DeciAmperes>(std::max<std::int64_t>(step, 0));
  }

  void rise(DeciAmperes level, DeciAmperes step) {
    for (const std::size_t claim : rising_) {
      if (shares_[claim].amperes != level) continue;
      shares_[claim].amperes += step;
      ledger_.take(claims_[claim].outlet, step);
    }
  }

  /// Less than a tenth for each: one for as many as can have it, by rank, station and connector.
  /// What has no room for somebody holds all who depend on it.
  void share_the_rest(DeciAmperes level) {
    std::vector<std::size_t> full;
    for (const std::size_t claim : rising_) {
      if (shares_[claim].amperes != level) continue;
      const std::size_t outlet = claims_[claim].outlet;
      if (ledger_.fits(outlet, 1)) {
        ledger_.take(outlet, 1);
        ++shares_[claim].amperes;
        continue;
      }
      for (const auto& weight : weights(claim)) {
        if (ledger_.room_[weight.constraint] < weight.units) full.push_back(weight.constraint);
      }
    }
    for (const std::size_t constraint : full) held_[constraint] = true;
  }

  void hold_behind_constraints() {
    std::erase_if(rising_, [&](std::size_t claim) {
      const std::optional<Bound> bound = held_by(claim);
      if (bound) shares_[claim].bound = *bound;
      return bound.has_value();
    });
  }

  [[nodiscard]] std::optional<Bound> held_by(std::size_t claim) const {
    for (const auto& weight : weights(claim)) {
      if (held_[weight.constraint]) return Ledger::bound_of(weight.constraint);
    }
    return std::nullopt;
  }

  [[nodiscard]] const std::vector<Ledger::Weight>& weights(std::size_t claim) const {
    return (*ledger_.weights_)[claims_[claim].outlet];
  }

  std::span<const Claim> claims_;
  Ledger ledger_;
  std::vector<bool> held_;  // constraints that give no more
  std::vector<Share> shares_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> rising_;
};

std::vector<Share> fair_shares(const SiteTree& tree, const Ledger& room,
                               std::span<const Claim> claims) {
  return Filling{tree, room, claims}.run();
}

}  // namespace mainstay::charging::power
