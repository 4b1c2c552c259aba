#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/domain/power/charging_profile.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/result.hpp"

/// What the vehicles of a site may draw together: a tree of circuits, each with a limit, and the
/// fair share of everyone under all of them.
namespace mainstay::charging::power {

/// The supply's phases are R, S and T: 0, 1, 2.
inline constexpr std::size_t phase_count = 3;

/// Which phases of the supply a connector's own L1, L2, L3 hang on: "RST", "TRS", "S" ...
struct Rotation {
  std::array<std::uint8_t, phase_count> phases{};
  std::uint8_t count = 0;

  [[nodiscard]] std::string text() const;
  friend bool operator==(const Rotation&, const Rotation&) = default;
};
Result<Rotation> parse_rotation(std::string_view text);

struct Circuit {
  std::string name = {};  // unique in the site
  std::optional<std::size_t> parent = {};
  std::array<DeciAmperes, phase_count> amperes{};
  std::optional<Watts> watts = {};  // of all phases together
};

/// A connector on its circuit.
struct Outlet {
  StationId station{};
  ConnectorNumber connector{};  // from 1
  std::size_t circuit = 0;
  Rotation rotation = {};
  DeciAmperes minimum = 60;  // IEC 61851: a vehicle draws nothing below 6 A
  DeciAmperes maximum = 0;   // what it is built for

  friend bool operator==(const Outlet&, const Outlet&) = default;
};

struct SiteLimits {
  static constexpr std::size_t circuits_max = 200;
  static constexpr std::size_t outlets_max = 2'000;
  static constexpr std::size_t name_bytes_max = 64;
  static constexpr DeciAmperes amperes_max = 100'000;  // 10 kA
  static constexpr Watts watts_max = 100'000'000;
};

struct SiteTree {
  std::int32_t volts = 230;  // phase to neutral
  std::vector<Circuit> circuits = {};
  std::vector<Outlet> outlets = {};
};

/// Limits above 0, names once, parents that lead to a root without a cycle, each connector once and
/// with 6 A at the least.
Result<> check_tree(const SiteTree& tree);

/// What bound a share.
struct Bound {
  enum class Kind : std::uint8_t { own_maximum, amperes, watts };
  Kind kind = Kind::own_maximum;
  std::size_t circuit = 0;  // of amperes and watts
  std::size_t phase = 0;    // of amperes
  friend bool operator==(const Bound&, const Bound&) = default;
};

/// Somebody at an outlet who wants as much as there is. At most one an outlet.
struct Claim {
  std::size_t outlet = 0;
  DeciAmperes minimum = 60;
  DeciAmperes maximum = 0;
  std::int64_t rank = 0;  // the lower, the earlier: of who does not get nothing
};
/// Room on each constraint of a tree for amperes at its outlets. Cheap to copy.
class Ledger {
 public:
  Ledger() = default;  // of no outlet
  explicit Ledger(const SiteTree& tree);

  /// Negative amperes give room back. May go below zero: fits_all() tells.
  void take(std::size_t outlet, DeciAmperes amperes);
  [[nodiscard]] bool fits(std::size_t outlet, DeciAmperes amperes) const;
  /// The constraint that has no room for that.
  [[nodiscard]] std::optional<Bound> bound(std::size_t outlet, DeciAmperes amperes) const;
  [[nodiscard]] bool fits_all() const;
  /// What is left: tenths of amperes of a phase, or tenths of watts.
  [[nodiscard]] std::int64_t room(const Bound& of) const;

 private:
  friend class Filling;
  // A circuit's three phases and its watts are four constraints, in that order.
  static constexpr std::size_t rows = phase_count + 1;
  struct Weight {
    std::size_t constraint = 0;
    std::int64_t units = 0;  // taken by a tenth of an ampere
  };
  static Bound bound_of(std::size_t constraint);

  using Weights = std::vector<std::vector<Weight>>;  // of each outlet

  std::vector<std::int64_t> room_;
  std::shared_ptr<const Weights> weights_;
};

/// Its amperes are 0, or from the claim's minimum to its maximum.
struct Share {
  DeciAmperes amperes = 0;
  Bound bound = {};
};

/// The fair shares of the claims in the room that is there, in their order. Each is on every phase
/// of its outlet, as if the vehicle used them all.
///
/// Who gets anything: by rank (and then station and connector) everyone whose minimum fits beside
/// those of the ones before. Between those the shares are max-min fair in whole tenths: nobody can
/// have more without somebody else's going down who has no more than that. (Under a limit in watts
/// up to two tenths more: what is too little for a vehicle on three phases is left to nobody.) The
/// order of claims and outlets is without effect. O(n x depth) a step; at most one step for each
/// claim and constraint.
std::vector<Share> fair_shares(const SiteTree& tree, const Ledger& room,
                               std::span<const Claim> claims);

}  // namespace mainstay::charging::power
