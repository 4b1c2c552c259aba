#include "apps/charging/domain/network_errc.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::network_errc_test {

TEST_CASE("network errors: the table has a row for each, in their order") {
  CHECK(error_row(NetworkErrc::station_unknown).name == "station_unknown");
  CHECK(error_row(NetworkErrc::transaction_unknown).name == "transaction_unknown");
  CHECK(error_row(NetworkErrc::command_refused).name == "command_refused");
  CHECK(error_row(NetworkErrc::not_stored).name == "not_stored");
}

}  // namespace mainstay::charging::network_errc_test
