#include "apps/charging/domain/network_errc.hpp"

#include <cstddef>
#include <iterator>

#include "base/check.hpp"

namespace mainstay::charging {
namespace {

// In the order of the enumeration.
constexpr ErrorRow rows[] = {
    {"station_unknown", "there is no such station", 404},
    {"identity_taken", "another station has this identity", 409},
    {"identity_invalid", "an identity has 1 to 48 printable ASCII characters without / and :", 422},
    {"too_many_stations", "there are as many stations as this network takes", 409},
    {"station_has_transactions", "the station is charging: end its transactions first", 409},
    {"connector_unknown", "the station has no such connector", 404},
    {"tag_unknown", "there is no such tag", 404},
    {"tag_invalid", "a tag has 1 to 20 printable ASCII characters", 422},
    {"too_many_tags", "there are as many tags as this network takes", 409},
    {"transaction_unknown", "there is no such transaction", 404},
    {"transaction_not_active", "the transaction has ended", 409},
    {"transaction_other_station", "the transaction is another station's", 409},
    {"unknown_stop_unknown", "there is no such unknown stop", 404},
    {"unknown_stop_settled", "somebody has settled it already", 409},
    {"reservation_unknown", "there is no such reservation", 404},
    {"reservation_ended", "the reservation has ended", 409},
    {"reservation_conflict", "the connector is reserved or in use", 409},
    {"reservation_time", "a reservation ends in the future, at most a day ahead", 422},
    {"too_many_reservations", "there are as many open reservations as this network takes", 429},
    {"reservations_of_driver",
     "a driver may have five open reservations: cancel one, or let it expire", 409},
    {"operation_unknown", "there is no such operation", 404},
    {"command_unknown", "there is no such command", 404},
    {"command_refused", "the station's registration does not admit this", 409},
    {"too_many_operations", "too many operations are under way", 429, Retry::yes},
    {"no_stations", "no station is meant", 422},
    {"station_offline", "the station is not connected", 409, Retry::yes},
    {"station_refused", "the station says no", 409},
    {"station_silent", "the station does not answer", 504, Retry::yes},
    {"input_invalid", "that cannot be used", 422},
    {"webhook_unknown", "there is no such webhook", 404},
    {"too_many_webhooks", "there are as many webhooks as this network takes", 409},
    {"certificate_unknown", "no certificate of this serial number is known", 404},
    {"events_gone",
     "some of what follows this number is kept no longer: begin again with after=0, which is the "
     "oldest there is, and read from the lists of stations and transactions what is the case now",
     410},
    {"charging_busy", "too much waits; try again in a second", 503, Retry::yes},
    {"not_stored", "it could not be stored, and has not happened", 503, Retry::yes},
};

}  // namespace

const ErrorRow& error_row(NetworkErrc code) {
  const auto at = static_cast<std::size_t>(code) - 1;
  MS_CHECK(at < std::size(rows));
  return rows[at];
}

}  // namespace mainstay::charging
