#include "apps/clusters/outbound/prices/shipped_prices.hpp"

#include <string_view>

#include "apps/clusters/outbound/prices/price_snapshot.hpp"
#include "base/check.hpp"

namespace mainstay::clusters {

namespace prices {  // generated from shipped.snapshot
std::string_view asset(std::string_view name);
}  // namespace prices

InstanceTypeSet shipped_prices() {
  auto set = read_price_snapshot(prices::asset("shipped.snapshot"));
  MS_CHECK(set.has_value());  // a test reads it, too
  return *std::move(set);
}

}  // namespace mainstay::clusters
