#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/domain/power/fair_share.hpp"

namespace mainstay::charging::power {

/// Two-step limit of an outlet: what a station was told, as it goes on without us.
struct Hold {
  static constexpr SystemTime forever = SystemTime::max();

  DeciAmperes now = 0;
  SystemTime until = forever;
  DeciAmperes then = 0;

  friend bool operator==(const Hold&, const Hold&) = default;
};

struct ControlRules {
  /// More than the fall-back is lent for so long; it is renewed at half time.
  Seconds grant_lease{600};
  /// Less than the fall-back is asked for so long, likewise. Well above the grants'.
  Seconds restraint_lease{3'600};
  Seconds clock_error_max{60};  // of a station's clock
  /// Who waits for the least current gets it at the next turn; who has it keeps it till then.
  Seconds turn{900};
  /// An increase comes so long behind the order before it, and is worth sending from here on.
  Seconds dwell{10};
  DeciAmperes step_min = 5;
  /// A station that has confirmed no fall-back by then has no part in the others' either: it takes
  /// what it is built for.
  Seconds cover_grace{600};
  Seconds retry_min{30};  // behind a refusal or silence; doubled up to
  Seconds retry_max{600};
};

/// A profile to be sent. Every one is answered(), whatever comes of it.
struct Order {
  std::uint64_t number = 0;
  StationId station{};
  ConnectorNumber connector{};  // 0: the fall-back, for vehicles that come
  TransactionId transaction{};  // of a connector
  Hold hold = {};
  SystemTime at{};
  /// What the station had from others before, of these purposes, goes first.
  bool clears_others = false;
};
enum class OrderOutcome : std::uint8_t {
  accepted,
  refused,  // it said so: nothing has changed there
  unsent,   // it did not leave
  lost,     // no answer: it may or may not have arrived
};

/// The order as OCPP has it: one absolute profile of one or two periods.
ocpp::SetChargingProfile request_of(const Order& order);
/// The way back, of a profile that request_of() made.
Hold hold_of(const ocpp::ChargingProfile& profile);

/// Shares a site's circuits among its vehicles, so that no limit is ever exceeded by what stations
/// draw, whichever of them go silent, answer late, refuse or forget us, and when this program does.
///
/// How. Level 0: each station's TxDefaultProfile ends in its fall-back, a fair share of the site as
/// if every connector charged (and stations that take no fall-back drew all that they are built
/// for): that is what remains without us, for ever. Before that it holds
/// vehicles that come at 0 A, for restraint_lease. Level 1: a vehicle gets its fair share
/// (fair_shares()) by a TxProfile, which falls back alike: more than the fall-back ends after
/// grant_lease, less after restraint_lease. All grants that are out at a moment end before any
/// restraint that was counted on: sums stay within limits also if nobody ever hears of us again.
///
/// What is counted of an outlet is the most that any profile admits that the station confirmed or
/// may have got; of a restraint that could end before a grant does, the fall-back; of a station
/// that never confirmed a fall-back, what it is built for. An increase is sent only when it fits
/// beside all that, so that decreases are confirmed before it.
///
/// Pure: synchronous, time is an argument that never goes back; same calls, same orders.
class SiteControl {
 public:
  explicit SiteControl(SiteTree tree, ControlRules rules = {});

  /// Other limits or outlets: what is known of outlets that stay is kept.
  void change_tree(SiteTree tree);

  // --- what is to be kept: before the orders of an advance() are sent, and behind answers

  /// What a station holds for an outlet, or (connector 0) for all of its own.
  struct Holds {
    std::optional<Hold> confirmed = {};
    std::optional<Hold> doubtful = {};  // of orders without an answer, the worst of each

    friend bool operator==(const Holds&, const Holds&) = default;
  };
  struct Told {
    TransactionId transaction{};  // 0 with connector 0
    Holds holds = {};
  };
  [[nodiscard]] Told told(StationId station, ConnectorNumber connector) const;
  /// As it was kept. A transaction's, once that has started() again; another one's is left out, and
  /// the answer false.
  bool restore(StationId station, ConnectorNumber connector, const Told& told);

  // --- what happens
  void station_online(StationId station);
  void station_offline(StationId station);
  /// It can be told something, and its fall-back is sent again.
  void station_booted(StationId station);
  void started(StationId station, ConnectorNumber connector, TransactionId transaction,
               SystemTime now);
  /// As the network tells it. What a station had queued while it was offline may be told behind the
  /// start of a newer one: that one charges there, and what it was granted is still drawn.
  void started(const TransactionRow& row, SystemTime now);
  void ended(StationId station, ConnectorNumber connector, TransactionId transaction);
  void answered(std::uint64_t order, OrderOutcome outcome, SystemTime now);

  /// Something happened, or enough time has passed.
  [[nodiscard]] bool is_due(SystemTime now) const { return changed_ || now >= next_at_; }
  /// Decides anew: what to send now.
  std::vector<Order> advance(SystemTime now);

  // --- what there is
  /// Who charges there; 0: nobody.
  [[nodiscard]] TransactionId transaction(StationId station, ConnectorNumber connector) const;
  struct OutletView {
    Outlet outlet{};
    TransactionId transaction{};  // 0: nobody charges
    bool is_online = false;
    bool is_covered = false;  // the station has confirmed a fall-back
    DeciAmperes fallback = 0;
    DeciAmperes counted = 0;                 // what it may draw at most, for all that we know
    std::optional<DeciAmperes> confirmed{};  // by a TxProfile of this transaction
    std::optional<DeciAmperes> share{};      // wanted; none: not ours to give now
    Bound bound = {};                        // of the share
    SystemTime waits_since{};                // with a share of 0
  };
  [[nodiscard]] std::vector<OutletView> view(SystemTime now) const;
  [[nodiscard]] const SiteTree& tree() const { return tree_; }
  /// What outlets may draw at most together, for all that we know, keeps every limit.
  [[nodiscard]] bool keeps_limits(SystemTime now) const;

 private:
  struct Talk {
    std::uint64_t pending = 0;  // the order that waits for its answer
    int failures = 0;           // in a row
    SystemTime retry_at{};
    SystemTime sent_at{};
  };
  struct StationState {
    std::vector<std::size_t> outlets = {};
    DeciAmperes fallback = 0;  // by the tree
    bool is_online = false;
    bool is_plain = false;  // it takes no profile of two periods: nothing holds who comes
    bool is_stale = false;  // booted: tell it again
    bool is_wild = false;   // never confirmed a fall-back, and had time to
    SystemTime known_since{};
    Holds holds = {};
    Talk talk = {};
  };
  struct OutletState {
    TransactionId transaction{};
    Holds holds = {};
    Talk talk = {};
    bool is_on = false;
    SystemTime changed_at{};  // on, or waiting, since
    std::int64_t turn = 0;    // the last in which it was on
    std::optional<DeciAmperes> share = {};
    Bound bound = {};
  };
  struct Pending {
    StationId station{};
    ConnectorNumber connector{};  // 0: the fall-back
    TransactionId transaction{};
    Hold hold = {};
    std::optional<Hold> doubtful_before = {};
  };

  void index();
  void ask_anew(StationState& station);
  void share_fallbacks();
  void note_wild(SystemTime now);
  [[nodiscard]] std::optional<std::size_t> find(StationId station, ConnectorNumber connector) const;
  StationState& station_of(std::size_t outlet) {
    return stations_.at(tree_.outlets[outlet].station);
  }
  [[nodiscard]] const StationState& station_of(std::size_t outlet) const {
    return stations_.at(tree_.outlets[outlet].station);
  }

  // What is counted.
  [[nodiscard]] DeciAmperes ceiling(const Hold& hold, SystemTime now) const;
  [[nodiscard]] DeciAmperes ceiling(const Holds& holds, SystemTime now) const;
  [[nodiscard]] DeciAmperes ceiling(std::size_t outlet, SystemTime now) const;
  [[nodiscard]] DeciAmperes final_ceiling(std::size_t outlet) const;
  [[nodiscard]] Ledger counted(SystemTime now) const;

  // The steps of advance().
  void order_fallbacks(SystemTime now, std::vector<Order>& orders);
  [[nodiscard]] DeciAmperes admissible_fallback(const StationState& station, Ledger& finals) const;
  void plan(SystemTime now);
  [[nodiscard]] bool is_ours(std::size_t outlet, SystemTime now) const;
  [[nodiscard]] std::vector<std::size_t> by_turn(SystemTime now) const;
  void note_share(std::size_t outlet, const Share& share, SystemTime now);
  void order_limits(SystemTime now, std::vector<Order>& orders);
  [[nodiscard]] std::optional<Hold> wanted_hold(std::size_t outlet, const Ledger& ledger,
                                                SystemTime now) const;
  [[nodiscard]] bool is_worth_sending(const OutletState& outlet, DeciAmperes current,
                                      DeciAmperes wanted, DeciAmperes maximum,
                                      SystemTime now) const;
  [[nodiscard]] Hold make_hold(DeciAmperes amperes, DeciAmperes fallback, SystemTime now) const;
  [[nodiscard]] bool is_to_renew(const Hold& hold, SystemTime now) const;
  Order make_order(StationId station, std::optional<std::size_t> outlet, const Hold& hold,
                   SystemTime now);

  SiteTree tree_;
  Ledger whole_;  // with nothing taken
  ControlRules rules_;
  std::map<StationId, StationState> stations_;
  std::vector<OutletState> outlets_;  // as in the tree
  std::map<std::pair<StationId, ConnectorNumber>, std::size_t> places_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t last_order_ = 0;
  bool changed_ = true;
  SystemTime next_at_{};
};

}  // namespace mainstay::charging::power
