#include "platform/secrets/reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)mainstay::secrets::parse_reference({reinterpret_cast<const char*>(data), size});
  return 0;
}
