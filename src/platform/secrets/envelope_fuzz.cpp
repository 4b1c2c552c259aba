#include "platform/secrets/envelope.hpp"
#include "platform/secrets/service_account.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto envelope = mainstay::secrets::parse_envelope(text);
  if (envelope) (void)mainstay::secrets::open_sealed(std::string(32, 'k'), envelope->sealed);
  (void)mainstay::secrets::parse_service_account(text);
  return 0;
}
