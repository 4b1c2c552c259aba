#include <cstddef>
#include <cstdint>

#include "apps/charging/money_document.hpp"

// What is taken is a tariff that reads the same when it is written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::charging;
  const auto tariff = parse_tariff({reinterpret_cast<const char*>(data), size}, {});
  if (!tariff) return 0;
  const auto again = read_tariff(to_json(*tariff), tariff->id);
  if (!again || !(to_json(*again) == to_json(*tariff))) __builtin_trap();
  return 0;
}
