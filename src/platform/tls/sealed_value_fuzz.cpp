#include "base/check.hpp"
#include "platform/tls/sealing.hpp"

/// Whatever counts as a sealed value is long enough for what it says of itself; PEM is taken or
/// not.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto sealed = mainstay::tls::read_sealed(text);
  if (sealed.has_value()) MS_CHECK(sealed->bytes.size() >= 2 + sealed->key_bytes + 16);
  (void)mainstay::tls::SealingCertificate::parse(text);
  (void)mainstay::tls::UnsealingKeys{}.add(text);
  return 0;
}
