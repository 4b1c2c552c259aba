#include <cstddef>
#include <cstdint>

#include "platform/gate/credentials.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mainstay::http::Request request;
  request.query = {reinterpret_cast<const char*>(data), size};
  const mainstay::gate::CredentialReader reader{request, {}};
  const auto& found = reader.credentials();
  if (found.user_key.size() + found.app_id.size() > size) __builtin_trap();
  return 0;
}
