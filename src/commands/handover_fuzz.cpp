#include <cstdint>
#include <cstdlib>

#include "commands/handover.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using mainstay::commands::parse_handover;
  const auto parsed = parse_handover({reinterpret_cast<const char*>(data), size});
  if (!parsed.has_value()) return 0;
  const auto again = parse_handover(parsed->text());
  if (!again.has_value() || !(*again == *parsed)) std::abort();
  return 0;
}
