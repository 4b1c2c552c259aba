#include "platform/auth/domain/link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::auth;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto received = parse_link(text);
  if (received.has_value() && signed_part(received->link) + "-" + received->signature != text) {
    __builtin_trap();
  }
  return 0;
}
