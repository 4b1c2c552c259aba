#include "apps/charging/domain/power/site_control.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mainstay::charging::power {
namespace {

/// How long nothing is looked at when nothing happens.
constexpr Seconds idle_pace{10};
constexpr Seconds busy_pace{1};  // while somebody waits for an increase
/// A profile that begins later than now, by a clock that is behind, would limit nothing till then.
constexpr Seconds begins_before{300};

/// The worst of both at each time.
Hold worst(const Hold& a, const std::optional<Hold>& b) {
  if (!b) return a;
  Hold out{std::max(a.now, b->now), std::min(a.until, b->until), std::max(a.then, b->then)};
  if (out.now <= out.then) return out;
  out.until = {};
  for (const Hold& one : {a, *b}) {
    if (one.now > out.then) out.until = std::max(out.until, one.until);
  }
  return out;
}

DeciAmperes in_force(const Hold& hold, SystemTime now) {
  return now < hold.until ? hold.now : hold.then;
}

}  // namespace

ocpp::SetChargingProfile request_of(const Order& order) {
  ocpp::SetChargingProfile out;
  out.connector_id = order.connector;
  ocpp::ChargingProfile& profile = out.cs_charging_profiles;
  profile.charging_profile_id = first_site_profile + order.connector.get();
  profile.charging_profile_purpose = ocpp::ChargingProfilePurpose::tx_default_profile;
  if (order.connector.get() != 0) {
    profile.charging_profile_purpose = ocpp::ChargingProfilePurpose::tx_profile;
    profile.transaction_id = order.transaction;
  }
  ocpp::ChargingSchedule& schedule = profile.charging_schedule;
  const auto start = std::chrono::floor<Seconds>(order.at) - begins_before;
  schedule.start_schedule = start;
  const Hold& hold = order.hold;
  schedule.charging_schedule_period.push_back({Seconds{0}, hold.now, {}});
  if (hold.until != Hold::forever && hold.now != hold.then) {
    const Seconds length = std::chrono::floor<Seconds>(hold.until) - start;
    schedule.charging_schedule_period.push_back({length, hold.then, {}});
  }
  return out;
}

Hold hold_of(const ocpp::ChargingProfile& profile) {
  const auto& periods = profile.charging_schedule.charging_schedule_period;
  Hold out;
  if (periods.empty()) return out;
  out.now = static_cast<DeciAmperes>(periods.front().limit_tenths);
  out.then = static_cast<DeciAmperes>(periods.back().limit_tenths);
  if (periods.size() > 1) {
    const auto start = profile.charging_schedule.start_schedule.value_or(SystemTime{});
    out.until = start + periods.back().start_period;
  }
  return out;
}

SiteControl::SiteControl(SiteTree tree, ControlRules rules)
    : tree_(std::move(tree)), rules_(rules) {
  outlets_.resize(tree_.outlets.size());
  index();
}

void SiteControl::change_tree(SiteTree tree) {
  const auto places = std::exchange(places_, {});
  auto stations = std::exchange(stations_, {});
  auto outlets = std::exchange(outlets_, {});
  tree_ = std::move(tree);
  outlets_.resize(tree_.outlets.size());
  index();
  for (auto& [id, station] : stations_) {
    const auto before = stations.find(id);
    if (before == stations.end()) continue;
    before->second.outlets = std::move(station.outlets);
    before->second.fallback = station.fallback;
    station = std::move(before->second);
  }
  for (const auto& [key, place] : places_) {
    const auto before = places.find(key);
    if (before != places.end()) outlets_[place] = std::move(outlets[before->second]);
  }
  changed_ = true;
}

void SiteControl::index() {
  for (std::size_t i = 0; i < tree_.outlets.size(); ++i) {
    const Outlet& outlet = tree_.outlets[i];
    places_.emplace(std::pair{outlet.station, outlet.connector}, i);
    stations_[outlet.station].outlets.push_back(i);
  }
  whole_ = Ledger{tree_};
  share_fallbacks();
}

/// Level 0: as if all charged; who obeys nobody has all that it is built for.
void SiteControl::share_fallbacks() {
  Ledger room = whole_;
  std::vector<Claim> claims;
  for (auto& [id, station] : stations_) {
    station.fallback = station.is_wild ? 0 : SiteLimits::amperes_max;
  }
  for (std::size_t i = 0; i < tree_.outlets.size(); ++i) {
    const Outlet& outlet = tree_.outlets[i];
    if (station_of(i).is_wild) {
      room.take(i, outlet.maximum);
    } else {
      claims.push_back({i, outlet.minimum, outlet.maximum, 0});
    }
  }
  const std::vector<Share> shares = fair_shares(tree_, room, claims);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    DeciAmperes& fallback = station_of(claims[i].outlet).fallback;
    fallback = std::min(fallback, shares[i].amperes);
  }
}

/// A station that has not confirmed a fall-back for long may never do so.
void SiteControl::note_wild(SystemTime now) {
  bool changed = false;
  for (auto& [id, station] : stations_) {
    if (station.known_since == SystemTime{}) station.known_since = now;
    const bool is_wild =
        !station.holds.confirmed && now - station.known_since >= rules_.cover_grace;
    changed = changed || is_wild != station.is_wild;
    station.is_wild = is_wild;
  }
  if (changed) share_fallbacks();
}

std::optional<std::size_t> SiteControl::find(StationId station, ConnectorNumber connector) const {
  const auto found = places_.find({station, connector});
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

// ---- What happens

SiteControl::Told SiteControl::told(StationId station, ConnectorNumber connector) const {
  const auto found = stations_.find(station);
  if (found == stations_.end()) return {};
  if (connector.get() == 0) return {{}, found->second.holds};
  const auto place = find(station, connector);
  if (!place) return {};
  return {outlets_[*place].transaction, outlets_[*place].holds};
}

bool SiteControl::restore(StationId station, ConnectorNumber connector, const Told& told) {
  const auto found = stations_.find(station);
  if (found == stations_.end()) return false;
  if (connector.get() == 0) {
    found->second.holds = told.holds;
    // That is what those get who take no second period.
    const auto& confirmed = told.holds.confirmed;
    found->second.is_plain = confirmed && confirmed->now > 0 && confirmed->until == Hold::forever;
    return true;
  }
  const auto place = find(station, connector);
  if (!place || outlets_[*place].transaction != told.transaction) return false;
  OutletState& outlet = outlets_[*place];
  outlet.holds = told.holds;
  outlet.is_on = told.holds.confirmed && told.holds.confirmed->now > 0;
  return true;
}

TransactionId SiteControl::transaction(StationId station, ConnectorNumber connector) const {
  const auto place = find(station, connector);
  return place ? outlets_[*place].transaction : TransactionId{};
}

void SiteControl::station_online(StationId station) {
  const auto found = stations_.find(station);
  if (found == stations_.end()) return;
  found->second.is_online = true;
  ask_anew(found->second);
}

/// It is worth asking at once again.
void SiteControl::ask_anew(StationState& station) {
  station.talk.retry_at = {};
  for (const std::size_t i : station.outlets) outlets_[i].talk.retry_at = {};
  changed_ = true;
}

void SiteControl::station_offline(StationId station) {
  const auto found = stations_.find(station);
  if (found == stations_.end()) return;
  found->second.is_online = false;
  changed_ = true;
}

void SiteControl::station_booted(StationId station) {
  const auto found = stations_.find(station);
  if (found == stations_.end()) return;
  found->second.is_stale = true;
  ask_anew(found->second);
}

void SiteControl::started(StationId station, ConnectorNumber connector, TransactionId transaction,
                          SystemTime now) {
  const auto place = find(station, connector);
  if (!place || outlets_[*place].transaction == transaction) return;
  outlets_[*place] = {.transaction = transaction, .changed_at = now};
  changed_ = true;
}

void SiteControl::started(const TransactionRow& row, SystemTime now) {
  if (row.state != TransactionState::active) return;
  started(row.station, row.connector, row.id, now);
}

void SiteControl::ended(StationId station, ConnectorNumber connector, TransactionId transaction) {
  const auto place = find(station, connector);
  if (!place || outlets_[*place].transaction != transaction) return;
  // Its TxProfile ends with it; an answer that is still to come finds another transaction here.
  outlets_[*place] = {};
  changed_ = true;
}

void SiteControl::answered(std::uint64_t number, OrderOutcome outcome, SystemTime now) {
  const auto entry = pending_.extract(number);
  if (entry.empty()) return;
  const Pending& order = entry.mapped();
  const auto found = stations_.find(order.station);
  const bool is_fallback = order.connector.get() == 0;
  const auto place = find(order.station, order.connector);
  if (found == stations_.end() || (!is_fallback && !place)) return;  // out of the site meanwhile
  StationState& station = found->second;
  if (!is_fallback && outlets_[*place].transaction != order.transaction) return;
  Holds& holds = is_fallback ? station.holds : outlets_[*place].holds;
  Talk& talk = is_fallback ? station.talk : outlets_[*place].talk;
  changed_ = true;
  talk.pending = 0;
  if (outcome == OrderOutcome::accepted) {
    holds = {order.hold, {}};
    talk.failures = 0;
    return;
  }
  if (outcome != OrderOutcome::lost) holds.doubtful = order.doubtful_before;
  const bool may_be_simpler = is_fallback && !station.is_plain && !holds.confirmed;
  if (outcome == OrderOutcome::refused && may_be_simpler) {
    station.is_plain = true;
    return;
  }
  const Seconds wait = rules_.retry_min * (std::int64_t{1} << std::min(talk.failures, 10));
  talk.retry_at = now + std::min(wait, rules_.retry_max);
  ++talk.failures;
}

// ---- What is counted

DeciAmperes SiteControl::ceiling(const Hold& hold, SystemTime now) const {
  if (hold.until == Hold::forever) return hold.now;
  if (hold.now >= hold.then) {
    return now < hold.until + rules_.clock_error_max ? hold.now : hold.then;
  }
  // Grants of this moment end at now + grant_lease, by clocks that are as wrong as they may be.
  const bool outlasts = now + rules_.grant_lease + 2 * rules_.clock_error_max < hold.until;
  return outlasts ? hold.now : hold.then;
}

DeciAmperes SiteControl::ceiling(const Holds& holds, SystemTime now) const {
  DeciAmperes out = 0;
  if (holds.confirmed) out = ceiling(*holds.confirmed, now);
  if (holds.doubtful) out = std::max(out, ceiling(*holds.doubtful, now));
  return out;
}

DeciAmperes SiteControl::ceiling(std::size_t outlet, SystemTime now) const {
  const StationState& station = station_of(outlet);
  const DeciAmperes maximum = tree_.outlets[outlet].maximum;
  if (!station.holds.confirmed) return maximum;
  // The fall-back counts beside a TxProfile: another vehicle may have come, and we not know it.
  return std::min(maximum,
                  std::max(ceiling(station.holds, now), ceiling(outlets_[outlet].holds, now)));
}

/// What it may draw in the end, without us.
DeciAmperes SiteControl::final_ceiling(std::size_t outlet) const {
  const StationState& station = station_of(outlet);
  if (!station.holds.confirmed) return tree_.outlets[outlet].maximum;
  DeciAmperes out = 0;
  for (const Holds* holds : {&station.holds, &outlets_[outlet].holds}) {
    if (holds->confirmed) out = std::max(out, holds->confirmed->then);
    if (holds->doubtful) out = std::max(out, holds->doubtful->then);
  }
  return out;
}

Ledger SiteControl::counted(SystemTime now) const {
  Ledger out = whole_;
  for (std::size_t i = 0; i < outlets_.size(); ++i) out.take(i, ceiling(i, now));
  return out;
}

bool SiteControl::keeps_limits(SystemTime now) const { return counted(now).fits_all(); }

// ---- Deciding

std::vector<Order> SiteControl::advance(SystemTime now) {
  std::vector<Order> orders;
  changed_ = false;
  note_wild(now);
  order_fallbacks(now, orders);
  plan(now);
  const bool waits = std::ranges::any_of(outlets_, [](const OutletState& outlet) {
    return outlet.share && outlet.holds.confirmed && *outlet.share > outlet.holds.confirmed->now;
  });
  next_at_ = now + (waits ? busy_pace : idle_pace);
  order_limits(now, orders);
  return orders;
}

bool SiteControl::is_to_renew(const Hold& hold, SystemTime now) const {
  if (hold.until == Hold::forever) return false;
  const Seconds lease = hold.now > hold.then ? rules_.grant_lease : rules_.restraint_lease;
  return hold.until - now < lease / 2;
}

/// A new fall-back that is higher waits until others' are lower: in the end all of them may hold.
DeciAmperes SiteControl::admissible_fallback(const StationState& station, Ledger& finals) const {
  if (!station.holds.confirmed) return station.fallback;
  const DeciAmperes before = station.holds.confirmed->then;
  if (station.fallback <= before) return station.fallback;
  Ledger tried = finals;
  for (const std::size_t i : station.outlets) {
    const DeciAmperes more = std::max(station.fallback - final_ceiling(i), 0);
    if (!tried.fits(i, more)) return before;
    tried.take(i, more);
  }
  finals = tried;
  return station.fallback;
}

void SiteControl::order_fallbacks(SystemTime now, std::vector<Order>& orders) {
  std::optional<Ledger> finals;
  for (auto& [id, station] : stations_) {
    if (!station.is_online || station.talk.pending != 0 || now < station.talk.retry_at) continue;
    if (!finals) {
      finals = whole_;
      for (std::size_t i = 0; i < outlets_.size(); ++i) finals->take(i, final_ceiling(i));
    }
    const auto& confirmed = station.holds.confirmed;
    const DeciAmperes fallback = admissible_fallback(station, *finals);
    const bool needed = !confirmed || station.is_stale || station.holds.doubtful ||
                        confirmed->then != fallback || is_to_renew(*confirmed, now);
    if (!needed) continue;
    Hold hold{0, now + rules_.restraint_lease, fallback};
    if (station.is_plain || fallback == 0) hold = {fallback, Hold::forever, fallback};
    Order order = make_order(id, {}, hold, now);
    order.clears_others = !confirmed;
    station.is_stale = false;
    orders.push_back(order);
  }
}

/// Somebody charges there whom we can limit.
bool SiteControl::is_ours(std::size_t outlet, SystemTime now) const {
  const OutletState& state = outlets_[outlet];
  const StationState& station = station_of(outlet);
  if (state.transaction == TransactionId{} || !station.is_online) return false;
  return station.holds.confirmed && (state.talk.failures == 0 || now >= state.talk.retry_at);
}

/// The outlets that share, who comes first before the others: who cannot be held back; who is on
/// in this turn; who waits, the longest first; who has had a turn, the newest first.
std::vector<std::size_t> SiteControl::by_turn(SystemTime now) const {
  const std::int64_t turn = now.time_since_epoch() / rules_.turn;
  std::vector<std::tuple<int, std::int64_t, StationId, ConnectorNumber, std::size_t>> keys;
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    if (!is_ours(i, now)) continue;
    const OutletState& state = outlets_[i];
    const std::int64_t since = state.changed_at.time_since_epoch().count();
    const bool keeps = state.is_on && state.turn == turn;
    const int group = station_of(i).is_plain ? 0 : keeps ? 1 : state.is_on ? 3 : 2;
    const Outlet& outlet = tree_.outlets[i];
    keys.emplace_back(group, group == 3 ? -since : since, outlet.station, outlet.connector, i);
  }
  std::ranges::sort(keys);
  std::vector<std::size_t> out;
  for (const auto& key : keys) out.push_back(std::get<4>(key));
  return out;
}

void SiteControl::plan(SystemTime now) {
  std::vector<Claim> claims;
  Ledger room = whole_;
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    outlets_[i].share.reset();
    if (!is_ours(i, now)) room.take(i, ceiling(i, now));
  }
  for (const std::size_t i : by_turn(now)) {
    const Outlet& outlet = tree_.outlets[i];
    const StationState& station = station_of(i);
    // Nothing holds a plain station's vehicles below the fall-back for sure.
    const DeciAmperes least = station.is_plain ? station.holds.confirmed->then : 0;
    claims.push_back({i, std::max(outlet.minimum, least), outlet.maximum,
                      static_cast<std::int64_t>(claims.size())});
  }
  const std::vector<Share> shares = fair_shares(tree_, room, claims);
  for (std::size_t i = 0; i < claims.size(); ++i) note_share(claims[i].outlet, shares[i], now);
}

void SiteControl::note_share(std::size_t outlet, const Share& share, SystemTime now) {
  OutletState& state = outlets_[outlet];
  const bool is_on = share.amperes > 0;
  if (is_on != state.is_on) state.changed_at = now;
  if (is_on) state.turn = now.time_since_epoch() / rules_.turn;
  state.is_on = is_on;
  state.share = share.amperes;
  state.bound = share.bound;
}

Hold SiteControl::make_hold(DeciAmperes amperes, DeciAmperes fallback, SystemTime now) const {
  if (amperes == fallback) return {amperes, Hold::forever, amperes};
  const Seconds lease = amperes > fallback ? rules_.grant_lease : rules_.restraint_lease;
  return {amperes, now + lease, fallback};
}

bool SiteControl::is_worth_sending(const OutletState& outlet, DeciAmperes current,
                                   DeciAmperes wanted, DeciAmperes maximum, SystemTime now) const {
  if (wanted < current) return true;
  if (current == 0) return true;
  const bool large = wanted - current >= rules_.step_min || wanted == maximum;
  return large && now - outlet.talk.sent_at >= rules_.dwell;
}

std::optional<Hold> SiteControl::wanted_hold(std::size_t outlet, const Ledger& ledger,
                                             SystemTime now) const {
  const OutletState& state = outlets_[outlet];
  const DeciAmperes wanted = *state.share;
  const Hold& fallback = *station_of(outlet).holds.confirmed;
  const auto& confirmed = state.holds.confirmed;
  // Without a TxProfile the vehicle is held by the fall-back's first step.
  const DeciAmperes current = confirmed ? in_force(*confirmed, now) : in_force(fallback, now);
  const bool renews = state.holds.doubtful || (confirmed && is_to_renew(*confirmed, now)) ||
                      (confirmed && confirmed->then != fallback.then);
  DeciAmperes next = wanted;
  if (wanted == current ||
      !is_worth_sending(state, current, wanted, tree_.outlets[outlet].maximum, now)) {
    if (!renews) return std::nullopt;
    next = current;
  }
  const Hold hold = make_hold(next, fallback.then, now);
  if (next < current) return hold;
  // What is lent, again or newly, fits beside everything that is counted.
  const DeciAmperes more = std::max(ceiling(hold, now) - ceiling(outlet, now), 0);
  if (!ledger.fits(outlet, more)) return std::nullopt;
  return hold;
}

void SiteControl::order_limits(SystemTime now, std::vector<Order>& orders) {
  Ledger ledger = counted(now);
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    OutletState& state = outlets_[i];
    if (!state.share || state.talk.pending != 0 || now < state.talk.retry_at) continue;
    const std::optional<Hold> hold = wanted_hold(i, ledger, now);
    if (!hold) continue;
    const DeciAmperes before = ceiling(i, now);
    orders.push_back(make_order(tree_.outlets[i].station, i, *hold, now));
    ledger.take(i, ceiling(i, now) - before);
  }
}

Order SiteControl::make_order(StationId station, std::optional<std::size_t> outlet,
                              const Hold& hold, SystemTime now) {
  Order out{.number = ++last_order_, .station = station, .hold = hold, .at = now};
  Holds& holds = outlet ? outlets_[*outlet].holds : stations_.at(station).holds;
  Talk& talk = outlet ? outlets_[*outlet].talk : stations_.at(station).talk;
  if (outlet) {
    out.connector = tree_.outlets[*outlet].connector;
    out.transaction = outlets_[*outlet].transaction;
  }
  pending_.emplace(out.number, Pending{.station = station,
                                       .connector = out.connector,
                                       .transaction = out.transaction,
                                       .hold = hold,
                                       .doubtful_before = holds.doubtful});
  holds.doubtful = worst(hold, holds.doubtful);
  talk.pending = out.number;
  talk.sent_at = now;
  return out;
}

// ---- What there is

std::vector<SiteControl::OutletView> SiteControl::view(SystemTime now) const {
  std::vector<OutletView> out;
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    const OutletState& state = outlets_[i];
    const StationState& station = station_of(i);
    OutletView one{.outlet = tree_.outlets[i],
                   .transaction = state.transaction,
                   .is_online = station.is_online,
                   .is_covered = station.holds.confirmed.has_value(),
                   .fallback = station.fallback,
                   .counted = ceiling(i, now),
                   .confirmed = {},
                   .share = state.share,
                   .bound = state.bound,
                   .waits_since = {}};
    if (state.holds.confirmed) one.confirmed = in_force(*state.holds.confirmed, now);
    if (state.share == 0) one.waits_since = state.changed_at;
    out.push_back(one);
  }
  return out;
}

}  // namespace mainstay::charging::power
