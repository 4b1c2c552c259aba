// What drivers and hosts ask of the network: charges, reservations, tags.
#include <utility>

#include "apps/charging/network_service.hpp"

namespace mainstay::charging {
namespace {

using Told = UniqueFunction<void(Result<>)>;

/// Of a station's answer, whose status says whether it will.
template <class Answer>
Result<> accepted(const CallOutcome& outcome) {
  if (const auto* const failure = std::get_if<CallFailure>(&outcome)) return error_of(*failure);
  const auto& answer = std::get<Answer>(std::get<BackendAnswer>(outcome));
  if (answer.status == decltype(answer.status)::accepted) return {};
  return NetworkErrc::station_refused;
}

}  // namespace

void NetworkService::start_charge(StartCharge wanted, Told done) {
  if (!is_tag(wanted.tag)) return done(NetworkErrc::tag_invalid);
  ocpp::RemoteStartTransaction request;
  request.id_tag = std::move(wanted.tag);
  request.connector_id = wanted.connector;
  request.charging_profile = std::move(wanted.profile);
  link().call(wanted.station, std::move(request), [done = std::move(done)](CallOutcome outcome) {
    done(accepted<ocpp::RemoteStartTransactionAnswer>(outcome));
  });
}

void NetworkService::stop_charge(TransactionId transaction, Told done) {
  auto waiting = std::make_shared<Told>(std::move(done));
  const bool taken = look([this, transaction, waiting](const Network& network) {
    const TransactionRow* const row = network.active(transaction);
    if (row == nullptr) return (*waiting)(NetworkErrc::transaction_not_active);
    link().call(row->station, ocpp::RemoteStopTransaction{transaction},
                [waiting](CallOutcome outcome) {
                  (*waiting)(accepted<ocpp::RemoteStopTransactionAnswer>(outcome));
                });
  });
  if (!taken) (*waiting)(NetworkErrc::busy);
}

// --- reservations --------------------------------------------------------------------------------

namespace {

struct Reserving {
  ReservationRow row{};
  NetworkService::Done<ReservationRow> done{};
};
using ReservingPtr = std::shared_ptr<Reserving>;

void on_reserve_answer(NetworkService& network, const ReservingPtr& one, const Result<>& said) {
  auto refused = std::make_shared<Result<>>(said);
  network.change(
      [one, refused](Network& state, SystemTime now, Batch& batch) -> Result<> {
        state.answer_reservation(one->row.id, refused->has_value(), now, batch);
        return {};
      },
      [one, refused](Result<> stored) {
        if (refused->has_error()) return one->done(refused->error());
        if (stored.has_error()) return one->done(std::move(stored).error());
        one->row.state = ReservationState::active;
        one->done(one->row);
      });
}

}  // namespace

void NetworkService::reserve(ReservationRow wanted, Done<ReservationRow> done) {
  auto one = std::make_shared<Reserving>(Reserving{std::move(wanted), std::move(done)});
  const auto ask = [this, one](Result<> stored) {
    if (stored.has_error()) return one->done(std::move(stored).error());
    ocpp::ReserveNow request;
    request.connector_id = one->row.connector;
    request.expiry_date = one->row.expires_at;
    request.id_tag = one->row.tag;
    request.reservation_id = one->row.id.get();
    if (!one->row.parent.empty()) request.parent_id_tag = one->row.parent;
    link().call(one->row.station, std::move(request), [this, one](CallOutcome outcome) {
      on_reserve_answer(*this, one, accepted<ocpp::ReserveNowAnswer>(outcome));
    });
  };
  change(
      [one](Network& state, SystemTime now, Batch& batch) -> Result<> {
        MS_TRY(one->row, state.reserve(one->row, now, batch));
        return {};
      },
      ask);
}

/// A station that cannot be asked forgets it at its expiry, at the latest.
void NetworkService::cancel_reservation(ReservationId id, std::string owner, Told done) {
  auto waiting = std::make_shared<Told>(std::move(done));
  const auto cancel = [this, id, waiting](const CallOutcome&) {
    change([id](Network& state, SystemTime now,
                Batch& batch) { return state.cancel_reservation(id, now, batch); },
           [waiting](Result<> outcome) { (*waiting)(std::move(outcome)); });
  };
  auto where = std::make_shared<StationId>();
  change(
      [id, where, owner = std::move(owner)](Network& state, SystemTime now, Batch&) -> Result<> {
        MS_TRY(*where, state.begin_cancellation(id, owner, now));
        return {};
      },
      [this, id, where, waiting, cancel](Result<> begun) {
        if (begun.has_error()) return (*waiting)(std::move(begun));
        link().call(*where, ocpp::CancelReservation{id.get()}, cancel);
      });
}

// --- tags ----------------------------------------------------------------------------------------

void NetworkService::put_tag(TagRow tag, Told done) {
  change([tag = std::move(tag)](Network& state, SystemTime now,
                                Batch& batch) { return state.put_tag(tag, now, batch); },
         std::move(done));
}

void NetworkService::remove_tag(std::string tag, Told done) {
  change([tag = std::move(tag)](Network& state, SystemTime,
                                Batch& batch) { return state.remove_tag(tag, batch); },
         std::move(done));
}

}  // namespace mainstay::charging
