#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/charging/simulator/station.hpp"
#include "apps/charging/simulator/wire_text.hpp"

namespace mainstay::charging::simulator {
namespace {

/// 6 A of one phase: with less no vehicle charges (IEC 61851).
constexpr Watts least_power = 1'380;
constexpr std::uint64_t finishing_seconds_min = 5;
constexpr std::uint64_t finishing_seconds_spread = 30;

}  // namespace

/// Exponentially distributed around the mean.
SystemTime Station::random_time(SystemTime from, double mean_seconds) {
  constexpr double micros_max = 1e15;
  const double uniform = (static_cast<double>(random_.next() >> 11U) + 1) * 0x1p-53;
  const double micros = std::min(-std::log(uniform) * mean_seconds * 1e6, micros_max);
  return from + Micros{static_cast<std::int64_t>(micros)};
}

/// Of its own: the end of the identity, so that those of a fleet differ, and the connector.
std::string Station::random_tag(const Outlet& outlet) {
  constexpr std::size_t identity_bytes_max = 16;  // an idTag has at most 20 characters
  if (!behaviour_.tags.empty()) return behaviour_.tags[random_.below(behaviour_.tags.size())];
  const std::size_t size = identity_.size();
  return identity_.substr(size - std::min(size, identity_bytes_max)) + '/' +
         std::to_string(number_of(outlet).get());
}

void Station::begin_life(SystemTime now) {
  if (behaviour_.work == Behaviour::Work::cycles && !behaviour_.cycle_paced) cycle(now, now);
  if (behaviour_.work != Behaviour::Work::life || behaviour_.sessions_per_hour <= 0) return;
  for (Outlet& outlet : outlets_) {
    if (outlet.step == Outlet::Step::free) {
      outlet.next_at = random_time(now, 3600 / behaviour_.sessions_per_hour);
    }
  }
}

ConnectorNumber Station::number_of(const Outlet& outlet) const {
  return ConnectorNumber{static_cast<std::uint16_t>(&outlet - outlets_.data() + 1)};
}

void Station::on_outlet_time(Outlet& outlet, SystemTime now) {
  if (outlet.reservation && outlet.reservation->expires_at <= now) {
    outlet.reservation.reset();
    if (outlet.step == Outlet::Step::free) show_resting(outlet);
  }
  if (outlet.sample_at <= now) sample(outlet, now);
  if (outlet.limit_change_at <= now) advance(outlet, now);
  if (outlet.next_at > now) return;
  outlet.next_at = SystemTime::max();
  switch (outlet.step) {
    case Outlet::Step::free:
      if (!outlet.operative || !is_operative_ || outlet.reservation) {
        outlet.next_at = random_time(now, 3600 / behaviour_.sessions_per_hour);
      } else {
        plug_in(outlet, random_tag(outlet), false, now);
      }
      break;
    case Outlet::Step::charging:
      stop_charge(outlet, random_.below(2) == 0 ? Reason::local : Reason::ev_disconnected, now);
      break;
    case Outlet::Step::preparing:
    case Outlet::Step::finishing:
      leave(outlet, now);
  }
}

void Station::plug_in(Outlet& outlet, std::string tag, bool remote, SystemTime now) {
  if (queue_.size() >= queue_max) return leave(outlet, now);
  outlet.step = Outlet::Step::preparing;
  outlet.vehicle = random_vehicle(random_);
  outlet.tag = std::move(tag);
  outlet.remote = remote;
  outlet.next_at = now + Seconds{configuration_.integer(Key::connection_time_out)};
  show(outlet, Status::preparing);
  authorize(outlet, now);
}

void Station::authorize(Outlet& outlet, SystemTime now) {
  const bool known = configuration_.truth(Key::local_auth_list_enabled) &&
                     std::ranges::any_of(local_list_, [&](const Listed& one) {
                       return one.tag == outlet.tag && one.accepted;
                     });
  const bool asks = !(outlet.remote && !configuration_.truth(Key::authorize_remote_tx_requests)) &&
                    !(known && configuration_.truth(Key::local_pre_authorize));
  if (!asks) return start_charge(outlet, now);
  if (phase_ != Phase::open || !is_accepted()) {
    return admits_offline(outlet.tag) ? start_charge(outlet, now) : leave(outlet, now);
  }
  std::string payload;
  ObjectWriter{payload}.text("idTag", outlet.tag).end();
  prompt({Action::authorize, std::move(payload), number_of(outlet).get()});
}

bool Station::admits_offline(const std::string& tag) const {
  if (configuration_.truth(Key::local_authorize_offline)) {
    const auto listed = std::ranges::find(local_list_, tag, &Listed::tag);
    if (listed != local_list_.end()) return listed->accepted;
  }
  return configuration_.truth(Key::allow_offline_tx_for_unknown_id);
}

void Station::start_charge(Outlet& outlet, SystemTime now) {
  outlet.step = Outlet::Step::charging;
  outlet.serial = ++last_serial_;
  outlet.metered_to = now;
  Session session{outlet.serial, number_of(outlet), outlet.tag, now};
  if (outlet.reservation && outlet.reservation->tag == outlet.tag) {
    session.reservation_id = outlet.reservation->id;
    outlet.reservation.reset();
  }
  sessions_.push_back(std::move(session));
  ++tally_.sessions;
  enqueue(reading(Action::start_transaction, outlet, now));
  const auto every = configuration_.integer(Key::meter_value_sample_interval);
  outlet.sample_at = every > 0 ? now + Seconds{every} : SystemTime::max();
  constexpr Seconds shortest{10};
  outlet.next_at = random_time(now + shortest, behaviour_.session_minutes * 60);
  show(outlet, Status::charging);
  refresh_limits(now);  // of all: they share the station's
}

void Station::stop_charge(Outlet& outlet, Reason reason, SystemTime now) {
  advance(outlet, now);
  Queued message = reading(Action::stop_transaction, outlet, now);
  message.reason = reason;
  enqueue(message);
  limits_.forget_transaction(number_of(outlet));
  outlet.step = Outlet::Step::finishing;
  outlet.sample_at = outlet.limit_change_at = SystemTime::max();
  outlet.power = outlet.offered = 0;
  refresh_limits(now);
  outlet.next_at = now + Seconds{finishing_seconds_min + random_.below(finishing_seconds_spread)};
  show(outlet, Status::finishing);
}

void Station::leave(Outlet& outlet, SystemTime now) {
  outlet.step = Outlet::Step::free;
  limits_.forget_transaction(number_of(outlet));  // of a start from afar that came to nothing
  outlet.next_at = SystemTime::max();
  if (std::exchange(outlet.wants_inoperative, false)) outlet.operative = false;
  show_resting(outlet);
  if (behaviour_.work == Behaviour::Work::life && behaviour_.sessions_per_hour > 0) {
    outlet.next_at = random_time(now, 3600 / behaviour_.sessions_per_hour);
  }
}

void Station::show(Outlet& outlet, Status status) {
  outlet.status_due = outlet.status_due || outlet.status != status;
  outlet.status = status;
}

void Station::show_resting(Outlet& outlet) {
  if (!outlet.operative || !is_operative_) return show(outlet, Status::unavailable);
  show(outlet, outlet.reservation ? Status::reserved : Status::available);
}

// --- the meter

void Station::sample(Outlet& outlet, SystemTime now) {
  advance(outlet, now);
  enqueue(reading(Action::meter_values, outlet, now));
  const auto every = configuration_.integer(Key::meter_value_sample_interval);
  outlet.sample_at = every > 0 ? outlet.sample_at + Seconds{every} : SystemTime::max();
  if (outlet.sample_at <= now) outlet.sample_at = now + Seconds{std::max<std::int64_t>(every, 1)};
}

/// Charges up to `now` with what was offered so far, takes what is offered from now on, and shows
/// what keeps the vehicle from charging, if anything does.
void Station::advance(Outlet& outlet, SystemTime now) {
  if (outlet.step != Outlet::Step::charging) return;
  outlet.meter_wms +=
      charge(outlet.vehicle, outlet.supply, outlet.offered, now - outlet.metered_to);
  outlet.metered_to = now;
  outlet.offered = offered(outlet, now);
  outlet.power = std::min(appetite(outlet.vehicle, outlet.supply), outlet.offered);
  outlet.limit_change_at = limits_.next_change(running(outlet), now);
  if (outlet.vehicle.is_full()) return show(outlet, Status::suspended_ev);
  show(outlet, outlet.offered == 0 ? Status::suspended_evse : Status::charging);
}

Watts Station::offered(const Outlet& outlet, SystemTime now) const {
  Watts most = outlet.supply.power_max;
  if (limits_.size() == 0) return most;
  RunningCharge charge = running(outlet);
  most = std::min(most, limits_.limit(charge, now).value_or(most));
  charge.connector = ConnectorNumber{0};
  if (const auto whole = limits_.limit(charge, now)) {
    const auto sharing = std::max<std::size_t>(sessions_running(), 1);
    most = std::min(most, *whole / static_cast<Watts>(sharing));
  }
  return most < least_power ? 0 : most;
}

/// When limits have changed, or who shares them.
void Station::refresh_limits(SystemTime now) {
  for (Outlet& outlet : outlets_) advance(outlet, now);
}

Station::Queued Station::reading(Action action, const Outlet& outlet, SystemTime now) const {
  const bool real = outlet.vehicle.capacity_wms > 0;
  return {.action = action,
          .permille = static_cast<std::uint16_t>(real ? outlet.vehicle.permille() : 500),
          .serial = outlet.serial,
          .at = now,
          .meter = outlet.meter_wms / wms_a_wh,
          .power = outlet.power,
          .offered = outlet.offered,
          .due = now};
}

RunningCharge Station::running(const Outlet& outlet) const {
  RunningCharge out{number_of(outlet), {}, outlet.metered_to};
  for (const Session& session : sessions_) {
    if (session.serial != outlet.serial) continue;
    out.started_at = session.started_at;
    if (session.transaction_id) out.transaction_id = *session.transaction_id;
  }
  return out;
}

Station::Session* Station::find_session(std::uint32_t serial) {
  const auto found = std::ranges::find(sessions_, serial, &Session::serial);
  return found == sessions_.end() ? nullptr : &*found;
}

Station::Session* Station::find_transaction(std::int64_t transaction_id) {
  const auto found = std::ranges::find_if(sessions_, [&](const Session& one) {
    return one.transaction_id && *one.transaction_id == transaction_id;
  });
  return found == sessions_.end() ? nullptr : &*found;
}

}  // namespace mainstay::charging::simulator
