#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/domain/power/composite_schedule.hpp"
#include "apps/charging/domain/power/site_control.hpp"
#include "base/random.hpp"

// A day at a site, with stations that do what real ones do: go offline for hours, answer late,
// refuse, lose answers, keep wrong clocks, tell old starts late; and with two hours in which we are
// not there ourselves.

namespace mainstay::charging::power::site_day_test {
namespace {

constexpr SystemTime midnight{Seconds{1'795'219'200}};
constexpr Seconds step{30};

/// As a station keeps its profiles and obeys them, by its own clock.
struct SimulatedConnector {
  std::optional<ocpp::ChargingProfile> own = {};  // the TxProfile
  TransactionId transaction{};                    // 0: no vehicle
  DeciAmperes vehicle_maximum = 0;
  std::int64_t delivered = 0;  // tenths of ampere seconds
  SystemTime leaves_at{};
};
struct Told {
  ConnectorNumber connector{};
  TransactionId transaction{};
  bool has_begun = false;
};
struct SimulatedStation {
  std::optional<ocpp::ChargingProfile> fallback = {};
  std::map<ConnectorNumber, SimulatedConnector> connectors = {};
  Seconds clock_error{};
  bool is_online = true;
  SystemTime back_at{};
  std::vector<Told> untold = {};  // what we do not know yet
  bool takes_two_periods = true;
};

DeciAmperes limit_by(const ocpp::ChargingProfile& profile, SystemTime local) {
  const ocpp::ChargingSchedule& schedule = profile.charging_schedule;
  std::int64_t out = SiteLimits::amperes_max;  // not begun: no limit
  for (const auto& period : schedule.charging_schedule_period) {
    if (local >= *schedule.start_schedule + period.start_period) out = period.limit_tenths;
  }
  return static_cast<DeciAmperes>(out);
}

struct Flight {  // an order under way, and what will come of it
  Order order;
  SystemTime arrives_at{};
  SystemTime answered_at{};
  OrderOutcome outcome = OrderOutcome::accepted;
  bool is_applied = true;
  bool has_arrived = false;
};

struct Totals {
  int arrivals = 0;
  int orders = 0;
  int lost = 0;
  int refused = 0;
  int replayed = 0;
  Seconds uncovered{};  // until all stations had a fall-back
  int hungry = 0;       // stayed an hour or longer, and got nothing
  std::int64_t delivered = 0;
};

class Day {
 public:
  explicit Day(std::uint64_t seed) : random_(seed), tree_(make_tree()), control_(tree_) {
    for (const Outlet& outlet : tree_.outlets) {
      SimulatedStation& station = stations_[outlet.station];
      station.connectors[outlet.connector] = {};
      station.clock_error = Seconds{static_cast<std::int64_t>(random_.below(101)) - 50};
    }
    stations_[StationId{5}].takes_two_periods = false;
    // One is never there, and obeys nobody: it is counted with all that it is built for.
    stations_[StationId{9}].is_online = false;
    stations_[StationId{9}].back_at = SystemTime::max();
    for (auto& [id, station] : stations_) {
      if (station.is_online) control_.station_online(id);
    }
  }

  Totals run() {
    for (now_ = midnight; now_ < midnight + Seconds{86'400}; now_ += step) {
      deliver();
      come_and_go();
      if (is_up()) decide();
      measure();
    }
    return totals_;
  }

 private:
  static SiteTree make_tree() {
    SiteTree tree;
    tree.circuits = {{"main", {}, {1'600, 1'600, 1'600}, 90'000},
                     {"west", 0, {800, 800, 800}, {}},
                     {"east", 0, {1'000, 900, 1'000}, {}},
                     {"east row", 2, {400, 400, 400}, {}}};
    const char* const rotations[] = {"RST", "STR", "R", "S", "T", "TRS"};
    for (std::int64_t i = 1; i <= 18; ++i) {
      for (std::uint16_t connector = 1; connector <= (i % 5 == 0 ? 2 : 1); ++connector) {
        tree.outlets.push_back({.station = StationId{i},
                                .connector = ConnectorNumber{connector},
                                .circuit = static_cast<std::size_t>(1 + i % 3),
                                .rotation = *parse_rotation(rotations[i % 6]),
                                .minimum = 60,
                                .maximum = i % 4 == 0 ? 160 : 320});
      }
    }
    return tree;
  }

  /// We are away from ten to twelve: nobody hears of us.
  [[nodiscard]] bool is_up() const {
    return now_ < midnight + Seconds{36'000} || now_ >= midnight + Seconds{43'200};
  }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(bound)));
  }

  void deliver() {
    for (Flight& flight : flights_) {
      if (!flight.has_arrived && now_ >= flight.arrives_at) {
        flight.has_arrived = true;
        if (flight.is_applied) apply(flight.order);
      }
    }
    std::erase_if(flights_, [&](const Flight& flight) {
      if (now_ < flight.answered_at) return false;
      if (is_up()) {
        control_.answered(flight.order.number, flight.outcome, now_);
        keep(flight.order);
      }
      return true;
    });
  }

  void apply(const Order& order) {
    const auto request = request_of(order);
    REQUIRE(check_profile(request.connector_id, request.cs_charging_profiles).has_value());
    SimulatedStation& station = stations_.at(order.station);
    if (order.connector.get() == 0) {
      station.fallback = request.cs_charging_profiles;
      return;
    }
    SimulatedConnector& connector = station.connectors.at(order.connector);
    if (connector.transaction == order.transaction) connector.own = request.cs_charging_profiles;
  }

  void come_and_go() {
    for (auto& [id, station] : stations_) {
      for (auto& [number, connector] : station.connectors) {
        const bool charges = connector.transaction != TransactionId{};
        if (charges && now_ >= connector.leaves_at) {
          leave(station, number, connector);
        } else if (!charges && below(100) < 2) {
          arrive(station, number, connector);
        }
      }
      if (station.back_at == SystemTime::max()) continue;
      if (station.is_online && below(1'500) == 0) {
        station.is_online = false;
        station.back_at = now_ + Seconds{30 + below(below(3) == 0 ? 12'000 : 600)};
        if (is_up()) control_.station_offline(id);
      } else if (!station.is_online && now_ >= station.back_at) {
        station.is_online = true;
        if (is_up()) control_.station_online(id);
        if (is_up() && below(3) == 0) control_.station_booted(id);
      }
      if (station.is_online && is_up()) tell(id, station);
    }
  }

  void arrive(SimulatedStation& station, ConnectorNumber number, SimulatedConnector& connector) {
    connector = {.transaction = TransactionId{++last_transaction_},
                 .vehicle_maximum = std::array<DeciAmperes, 3>{100, 160, 320}[random_.below(3)],
                 .leaves_at = now_ + Seconds{1'200 + below(9'000)}};
    station.untold.push_back({number, connector.transaction, true});
    ++totals_.arrivals;
  }

  void leave(SimulatedStation& station, ConnectorNumber number, SimulatedConnector& connector) {
    station.untold.push_back({number, connector.transaction, false});
    totals_.delivered += connector.delivered;
    if (connector.delivered == 0) ++totals_.hungry;
    connector = {};
  }

  /// In order, and sometimes late.
  void tell(StationId id, SimulatedStation& station) {
    if (below(4) == 0) return;
    for (const Told& told : station.untold) {
      if (told.has_begun) {
        known_[{id, told.connector}] = told.transaction;
        control_.started(row_of(id, told.connector, told.transaction), now_);
      } else {
        known_.erase({id, told.connector});
        control_.ended(id, told.connector, told.transaction);
      }
    }
    station.untold.clear();
    for (const auto& [number, connector] : station.connectors) {
      if (connector.transaction != TransactionId{} && below(60) == 0) replay(id, number);
    }
  }

  /// One that is over, from a queue that was not empty yet: the network gives it a number, and
  /// knows the newer one. Its end follows, or was lost.
  void replay(StationId id, ConnectorNumber number) {
    TransactionRow row = row_of(id, number, TransactionId{++last_transaction_});
    row.state = TransactionState::superseded;
    control_.started(row, now_);
    if (below(2) == 0) control_.ended(id, number, row.id);
    ++totals_.replayed;
  }

  static TransactionRow row_of(StationId id, ConnectorNumber number, TransactionId transaction) {
    TransactionRow row;
    row.id = transaction;
    row.station = id;
    row.connector = number;
    return row;
  }

  void decide() {
    if (now_ == midnight + Seconds{43'200}) restart();
    if (!control_.is_due(now_)) return;
    for (const Order& order : control_.advance(now_)) send(order);
  }

  void send(const Order& order) {
    ++totals_.orders;
    keep(order);
    SimulatedStation& station = stations_.at(order.station);
    Flight flight{.order = order,
                  .arrives_at = now_ + Seconds{below(20)},
                  .answered_at = {},
                  .outcome = OrderOutcome::accepted};
    flight.answered_at = flight.arrives_at + Seconds{below(20)};
    const bool two = order.hold.now != order.hold.then;
    const std::int64_t dice = below(100);
    if (!station.is_online || dice < 6) {  // lost on its way, or on the way back
      flight.outcome = OrderOutcome::lost;
      flight.is_applied = station.is_online && dice < 3;
      flight.answered_at = now_ + Seconds{60};
      ++totals_.lost;
    } else if (dice < 10 || (two && !station.takes_two_periods && order.connector.get() == 0)) {
      flight.outcome = two && dice == 9 ? OrderOutcome::unsent : OrderOutcome::refused;
      flight.is_applied = false;
      ++totals_.refused;
    }
    flights_.push_back(flight);
  }

  /// On our disk: before an order leaves, and behind its answer.
  void keep(const Order& order) {
    disk_[{order.station, order.connector}] = control_.told(order.station, order.connector);
  }

  void restart() {
    control_ = SiteControl{tree_};
    flights_.clear();
    for (const auto& [key, transaction] : known_) {
      control_.started(key.first, key.second, transaction, now_);
    }
    for (const auto& [key, told] : disk_) control_.restore(key.first, key.second, told);
    for (auto& [id, station] : stations_) {
      if (station.is_online) control_.station_online(id);
    }
  }

  // --- what flows

  DeciAmperes drawn(const SimulatedStation& station, const SimulatedConnector& connector,
                    DeciAmperes built_for) const {
    if (connector.transaction == TransactionId{}) return 0;
    const SystemTime local = now_ + station.clock_error;
    DeciAmperes limit = built_for;
    if (connector.own) {
      limit = limit_by(*connector.own, local);
    } else if (station.fallback) {
      limit = limit_by(*station.fallback, local);
    }
    return std::min({limit, built_for, connector.vehicle_maximum});
  }

  /// What we compute of a station's profiles is what it obeys.
  void compare(const SimulatedStation& station, ConnectorNumber number,
               const SimulatedConnector& connector) const {
    if (!station.fallback || connector.transaction == TransactionId{}) return;
    std::vector<InstalledProfile> installed;
    install(installed, {ConnectorNumber{0}, *station.fallback});
    if (connector.own) install(installed, {number, *connector.own});
    const SystemTime local = now_ + station.clock_error;
    ConnectorState state{.number = number};
    state.transaction = RunningTransaction{connector.transaction, local};
    const auto schedule = composite_of_connector(
        installed, state, {local, Seconds{1}, ocpp::ChargingRateUnit::amperes}, {});
    REQUIRE(schedule.periods.at(0).limit_tenths ==
            limit_by(connector.own ? *connector.own : *station.fallback, local));
  }

  void measure() {
    is_covered_ = is_covered_ || all_have_fallbacks();
    if (!is_covered_) totals_.uncovered += step;
    Ledger room{tree_};
    for (std::size_t i = 0; i < tree_.outlets.size(); ++i) {
      const Outlet& outlet = tree_.outlets[i];
      SimulatedStation& station = stations_.at(outlet.station);
      SimulatedConnector& connector = station.connectors.at(outlet.connector);
      const DeciAmperes amperes = drawn(station, connector, outlet.maximum);
      connector.delivered += amperes * step.count();
      room.take(i, amperes);
      if (below(50) == 0) compare(station, outlet.connector, connector);
    }
    if (is_covered_) REQUIRE(room.fits_all());
  }

  /// Until then nobody limits them. Not the one that is never there.
  [[nodiscard]] bool all_have_fallbacks() const {
    return std::ranges::all_of(stations_, [](const auto& one) {
      return one.second.fallback || one.second.back_at == SystemTime::max();
    });
  }

  Random random_;
  SiteTree tree_;
  SiteControl control_;
  SystemTime now_{};
  std::map<StationId, SimulatedStation> stations_;
  std::map<std::pair<StationId, ConnectorNumber>, TransactionId> known_;
  std::map<std::pair<StationId, ConnectorNumber>, SiteControl::Told> disk_;
  std::vector<Flight> flights_;
  std::int32_t last_transaction_ = 0;
  bool is_covered_ = false;
  Totals totals_;
};

TEST_CASE("a simulated day: no circuit is ever overloaded, whatever stations do") {
  for (const std::uint64_t seed : {1U}) {
    const Totals totals = Day{seed}.run();
    CHECK(totals.arrivals > 200);
    CHECK(totals.lost > 50);
    CHECK(totals.refused > 50);
    CHECK(totals.replayed > 100);
    CHECK(totals.uncovered < Seconds{600});
    // Vehicles charge all the same: nearly all of them something, and most of what there is.
    CHECK(totals.hungry < totals.arrivals / 50);
    CHECK(totals.delivered / 86'400 > 1'200);
    MESSAGE(totals.arrivals << " vehicles, " << totals.orders << " orders, " << totals.lost
                            << " lost, " << totals.refused << " refused, " << totals.hungry
                            << " without charge, mean sum of currents "
                            << totals.delivered / 86'400 / 10 << " A");
  }
}

}  // namespace
}  // namespace mainstay::charging::power::site_day_test
