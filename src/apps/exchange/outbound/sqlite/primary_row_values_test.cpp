#include "apps/exchange/outbound/sqlite/primary_row_values.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::primary_row_values_test {

TEST_CASE("primary rows: histories are text, and come back to the bit") {
  const std::vector<double> history{0.1, -1.0 / 3, 5e-324, 1e300, 0};
  CHECK(parse_history(history_text(history)) == history);
  CHECK(history_text({}).empty());
  CHECK(parse_history("").empty());
}

}  // namespace mainstay::exchange::primary_row_values_test
