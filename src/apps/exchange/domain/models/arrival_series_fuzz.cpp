#include <cstdint>
#include <cstdlib>

#include "apps/exchange/domain/models/arrival_series.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::exchange::models;
  const ArrivalCsv options{"", "", size % 2 == 1};
  const auto parsed = parse_arrival_series({reinterpret_cast<const char*>(data), size}, options);
  if (!parsed.has_value()) return 0;
  if (parsed->size() < 2 || !(parsed->duration() > 0) || !(parsed->mean() >= 0)) std::abort();
  return 0;
}
