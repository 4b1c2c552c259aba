// What parses must come back equal from its own text, compact and pretty.
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "platform/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay;
  const auto value = json::parse({reinterpret_cast<const char*>(data), size});
  if (value.has_error()) return 0;
  MS_CHECK(json::parse(json::dump(*value)).value() == *value);
  MS_CHECK(json::parse(json::dump_pretty(*value)).value() == *value);
  return 0;
}
