#include "apps/charging/outbound/sqlite/network_sql_values.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::network_sql_values_test {

TEST_CASE("network rows: come back from their columns") {
  UnknownStopRow row;
  row.id = 3;
  row.station = StationId{4};
  row.said = TransactionId{-1};
  row.tag = "CARD";
  row.meter_stop = 5;
  row.stopped_at = SystemTime{Seconds{6}};
  row.stop_reason = ocpp::StopReason::unlock_command;
  row.readings = "text";
  Values values;
  append(values, row);
  const UnknownStopRow back = unknown_stop_in(values);
  CHECK(back.said == row.said);
  CHECK(back.stop_reason == row.stop_reason);
  CHECK(back.stopped_at == row.stopped_at);
  CHECK(back.readings == row.readings);
}

}  // namespace mainstay::charging::network_sql_values_test
