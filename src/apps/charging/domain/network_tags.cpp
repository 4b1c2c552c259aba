// Tags and reservations.
#include <algorithm>
#include <utility>

#include "apps/charging/domain/network.hpp"

namespace mainstay::charging {
namespace {

constexpr std::size_t visits_forgotten_at_once = 1'000;

}  // namespace

// --- tags ----------------------------------------------------------------------------------------

ocpp::IdTagInfo Network::judge(std::string_view wanted, SystemTime at,
                               std::optional<Place> here) const {
  ocpp::IdTagInfo out;
  const TagRow* const known = tag(wanted);
  if (known == nullptr) {
    if (rules_.accepts_unknown_tags) out.status = ocpp::AuthorizationStatus::accepted;
    return out;
  }
  if (known->expires_at != SystemTime{}) out.expiry_date = known->expires_at;
  if (!known->parent.empty()) out.parent_id_tag = known->parent;
  if (known->is_blocked) {
    out.status = ocpp::AuthorizationStatus::blocked;
  } else if (known->expires_at != SystemTime{} && known->expires_at <= at) {
    out.status = ocpp::AuthorizationStatus::expired;
  } else if (here && charges_elsewhere(*known, *here, at)) {
    out.status = ocpp::AuthorizationStatus::concurrent_tx;
  } else {
    out.status = ocpp::AuthorizationStatus::accepted;
  }
  return out;
}

/// Only what truly runs counts: not what began later than this (that is a replay), nor what began
/// at this very connector (it is over, or this is the same start), nor what must have ended, since
/// its connector has become free after it began.
bool Network::charges_elsewhere(const TagRow& wanted, const Place& here, SystemTime at) const {
  if (wanted.transactions_max == 0) return false;
  int running = 0;
  const auto [from, to] = active_of_tag_.equal_range(wanted.tag);
  for (auto one = from; one != to; ++one) {
    const TransactionRow& row = active_.at(one->second);
    if (row.station == here.station && row.connector == here.connector) continue;
    if (row.started_at > at) continue;
    const Station* const where = station(row.station);
    const Connector* const connector = where == nullptr ? nullptr : where->connector(row.connector);
    const bool is_over = connector == nullptr ||
                         (connector->row.status == ocpp::ConnectorStatus::available &&
                          std::max(connector->row.at, connector->reported_at) > row.started_at);
    if (!is_over && ++running >= wanted.transactions_max) return true;
  }
  return false;
}

Result<> Network::put_tag(TagRow wanted, SystemTime now, Batch& batch) {
  if (!is_tag(wanted.tag)) return NetworkErrc::tag_invalid;
  if (!wanted.parent.empty() && !is_tag(wanted.parent)) {
    return Error{NetworkErrc::tag_invalid, "its parent"};
  }
  wanted.tag = tag_key(wanted.tag);
  wanted.parent = tag_key(wanted.parent);
  const auto at = tags_.find(wanted.tag);
  if (at == tags_.end() && tags_.size() >= rules_.tags_max) return NetworkErrc::too_many_tags;
  wanted.made_at = at == tags_.end() ? now : at->second.made_at;
  batch.changes.tags.push_back(wanted);
  if (at != tags_.end()) drop_tag(at->second);
  keep_tag(std::move(wanted));
  return {};
}

bool is_visit_tag(const TagRow& row) {
  constexpr std::size_t made_size = 20;  // as new_tag() makes them
  return row.tag.size() == made_size && row.tag.starts_with("V-") && row.owner.empty() &&
         row.expires_at != SystemTime{};
}

void Network::keep_tag(TagRow row) {
  if (is_visit_tag(row)) visits_.emplace(row.expires_at, row.tag);
  if (!row.owner.empty()) tags_of_owner_.emplace(row.owner, row.tag);
  std::string key = row.tag;
  tags_.emplace(std::move(key), std::move(row));
}

/// `row` is gone afterwards.
void Network::drop_tag(const TagRow& row) {
  const auto [from, to] = tags_of_owner_.equal_range(row.owner);
  const auto own = std::find_if(from, to, [&](const auto& one) { return one.second == row.tag; });
  if (own != to) tags_of_owner_.erase(own);
  const auto [first, last] = visits_.equal_range(row.expires_at);
  const auto visit =
      std::find_if(first, last, [&](const auto& one) { return one.second == row.tag; });
  if (visit != last) visits_.erase(visit);
  tags_.erase(tags_.find(row.tag));
}

std::vector<TagRow> Network::tags_of(const std::string& owner) const {
  std::vector<TagRow> out;
  const auto [from, to] = tags_of_owner_.equal_range(owner);
  for (auto at = from; at != to; ++at) out.push_back(tags_.at(at->second));
  std::ranges::sort(out, {}, &TagRow::tag);
  return out;
}

Result<> Network::remove_tag(std::string_view wanted, Batch& batch) {
  const auto at = tags_.find(tag_key(wanted));
  if (at == tags_.end()) return NetworkErrc::tag_unknown;
  // Removals are stored first.
  std::erase_if(batch.changes.tags, [&](const TagRow& row) { return row.tag == at->first; });
  batch.changes.removed.tags.push_back(at->first);
  drop_tag(at->second);
  return {};
}

/// Those that charge are forgotten when that ends.
void Network::forget_visits(SystemTime now, Batch& batch) {
  for (std::size_t i = 0; i < visits_forgotten_at_once && !visits_.empty(); ++i) {
    const auto oldest = visits_.begin();
    if (oldest->first > now) return;
    const std::string tag = std::move(oldest->second);
    visits_.erase(oldest);
    if (!active_of_tag_.contains(tag)) (void)remove_tag(tag, batch);
  }
}

// --- reservations --------------------------------------------------------------------------------

Result<ReservationRow> Network::reserve(ReservationRow wanted, SystemTime now, Batch& batch) {
  const Station* const where = station(wanted.station);
  if (where == nullptr) return NetworkErrc::station_unknown;
  const bool is_whole = wanted.connector.get() == 0;
  const Connector* const connector = where->connector(wanted.connector);
  if (!is_whole && connector == nullptr) return NetworkErrc::connector_unknown;
  if (!is_tag(wanted.tag)) return NetworkErrc::tag_invalid;
  if (wanted.expires_at <= now || wanted.expires_at > now + rules_.reservation_max) {
    return NetworkErrc::reservation_time;
  }
  if (reservations_.size() >= rules_.reservations_max) return NetworkErrc::too_many_reservations;
  const auto of_owner = std::ranges::count_if(reservations_, [&](const auto& one) {
    return one.second.owner == wanted.owner && one.second.expires_at > now;
  });
  if (!wanted.owner.empty() && std::cmp_greater_equal(of_owner, rules_.reservations_of_owner_max)) {
    return NetworkErrc::reservations_of_driver;
  }
  const bool is_in_use = !is_whole && connector->active.get() != 0;
  const bool is_reserved = std::ranges::any_of(reservations_, [&](const auto& one) {
    return one.second.station == wanted.station && one.second.connector == wanted.connector &&
           one.second.expires_at > now;
  });
  if (is_in_use || is_reserved) return NetworkErrc::reservation_conflict;
  wanted.tag = tag_key(wanted.tag);
  if (const TagRow* const known = tag(wanted.tag)) {
    wanted.parent = known->parent;
    if (wanted.owner.empty()) wanted.owner = known->owner;
  }
  wanted.id = ReservationId{++last_reservation_};
  wanted.made_at = now;
  wanted.state = ReservationState::asked;
  wanted.transaction = TransactionId{};
  batch.changes.reservations.push_back(wanted);
  reservations_.emplace(wanted.id, wanted);
  return wanted;
}

void Network::answer_reservation(ReservationId id, bool is_accepted, SystemTime now, Batch& batch) {
  const auto at = reservations_.find(id);
  if (at == reservations_.end() || at->second.state != ReservationState::asked) return;
  if (!is_accepted) return settle(at->second, ReservationState::refused, now, batch);
  ReservationRow& row = at->second;
  row.state = ReservationState::active;
  log(EventKind::reservation_changed, row.station, row.connector, now, row.id.get(), {}, batch);
  batch.changes.reservations.push_back(row);
  batch.events.emplace_back(ReservationChanged{row});
}

Result<StationId> Network::begin_cancellation(ReservationId id, std::string_view owner,
                                              SystemTime now) {
  const ReservationRow* const row = reservation(id);
  const bool is_open = row != nullptr && row->expires_at > now;
  if (!is_open || (!owner.empty() && row->owner != owner)) return NetworkErrc::reservation_unknown;
  cancelling_.insert(id);
  return row->station;
}

Result<> Network::cancel_reservation(ReservationId id, SystemTime now, Batch& batch) {
  const auto at = reservations_.find(id);
  if (at == reservations_.end()) return NetworkErrc::reservation_ended;
  settle(at->second, ReservationState::cancelled, now, batch);
  return {};
}

/// It has ended: out of memory. `reservation` is gone afterwards.
void Network::settle(ReservationRow& reservation, ReservationState state, SystemTime now,
                     Batch& batch) {
  ReservationRow row = reservation;
  row.state = state;
  reservations_.erase(row.id);
  cancelling_.erase(row.id);
  log(EventKind::reservation_changed, row.station, row.connector, now, row.id.get(), {}, batch);
  batch.changes.reservations.push_back(row);
  batch.events.emplace_back(ReservationChanged{std::move(row)});
}

/// By its number, or, of a station that does not say it, the one of this connector and tag. A
/// number that is not open here is nobody's: what has expired was settled as that, once. Behind its
/// end only a charge uses it that began in its time, by the station's clock. One that a stranger's
/// tag names has come to its end too, but is not the stranger's to pay for.
void Network::use_reservation(Station& station, TransactionRow& row, SystemTime now, Batch& batch) {
  const TagRow* const known = tag(row.tag);
  const auto is_of_tag = [&](const ReservationRow& one) {
    return one.tag == row.tag ||
           (!one.parent.empty() && known != nullptr && known->parent == one.parent);
  };
  const SystemTime began = believed(row.started_at, now);
  const auto is_in_time = [&](const ReservationRow& one) {
    return now <= one.expires_at ||
           (began >= one.made_at - rules_.ahead_max && began <= one.expires_at);
  };
  const auto fits = [&](const ReservationRow& one) {
    const bool is_here = one.station == station.row.id &&
                         (one.connector == row.connector || one.connector.get() == 0) &&
                         is_in_time(one);
    if (row.reservation_id != 0) return is_here && one.id.get() == row.reservation_id;
    return is_here && one.state == ReservationState::active && is_of_tag(one);
  };
  const auto at =
      std::ranges::find_if(reservations_, [&](const auto& one) { return fits(one.second); });
  row.reservation_id = 0;
  if (at == reservations_.end()) return;
  if (is_of_tag(at->second)) {
    row.reservation_id = at->second.id.get();
    at->second.transaction = row.id;
  }
  settle(at->second, ReservationState::used, now, batch);
}

/// Its time is up, but its station may have been away meanwhile, and not have told yet. One that
/// was being cancelled in time waits for the station's answer.
bool Network::may_have_been_used(const ReservationRow& row, SystemTime now) const {
  const Station* const where = station(row.station);
  const bool was_kept = row.state == ReservationState::active && where != nullptr;
  if (!was_kept || now >= row.expires_at + rules_.no_show_max) return false;
  if (cancelling_.contains(row.id)) return true;
  if (!where->is_online || now < row.expires_at + rules_.silence_max) return true;
  return where->online_since > row.made_at && now < where->online_since + rules_.queue_max;
}

void Network::time_passes(SystemTime now, Batch& batch) {
  for (auto at = reservations_.begin(); at != reservations_.end();) {
    ReservationRow& row = (at++)->second;
    if (row.expires_at > now || may_have_been_used(row, now)) continue;
    // Never answered, since the program ended meanwhile: nobody was told of it.
    const bool was_kept = row.state == ReservationState::active;
    settle(row, was_kept ? ReservationState::expired : ReservationState::refused, now, batch);
  }
  forget_visits(now, batch);
}

}  // namespace mainstay::charging
