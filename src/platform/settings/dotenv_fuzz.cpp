#include "platform/settings/dotenv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  (void)mainstay::settings::parse_dotenv(text, "fuzz");
  return 0;
}
