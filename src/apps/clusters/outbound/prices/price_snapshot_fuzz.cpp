// What is read comes back equal from its own text.
#include "apps/clusters/outbound/prices/price_snapshot.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::clusters;
  const auto set = read_price_snapshot({reinterpret_cast<const char*>(data), size});
  if (set.has_error()) return 0;
  const auto again = read_price_snapshot(write_price_snapshot(*set));
  MS_CHECK(again.has_value() && again->types() == set->types() && again->origin() == set->origin());
  return 0;
}
