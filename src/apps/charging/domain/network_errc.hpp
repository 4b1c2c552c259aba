#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay::charging {

enum class NetworkErrc : std::uint8_t {
  station_unknown = 1,
  identity_taken,
  identity_invalid,
  too_many_stations,
  station_has_transactions,  // so it cannot be removed
  connector_unknown,
  tag_unknown,
  tag_invalid,
  too_many_tags,
  transaction_unknown,
  transaction_not_active,
  transaction_other_station,
  unknown_stop_unknown,
  unknown_stop_settled,
  reservation_unknown,
  reservation_ended,
  reservation_conflict,
  reservation_time,
  too_many_reservations,
  reservations_of_driver,
  operation_unknown,
  command_unknown,
  command_refused,  // not now: the station's registration does not admit it
  too_many_operations,
  no_stations,
  station_offline,
  station_refused,  // it was asked and said no
  station_silent,
  input_invalid,
  webhook_unknown,
  too_many_webhooks,
  certificate_unknown,
  events_gone,  // retention has deleted them
  busy,
  not_stored,  // the commit failed: nothing has happened
};
const ErrorRow& error_row(NetworkErrc code);

}  // namespace mainstay::charging
