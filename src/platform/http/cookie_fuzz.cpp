#include "platform/http/cookie.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::string_view value = mainstay::http::cookie_value(text, "mainstay");
  if (!value.empty() && text.find(value) == std::string_view::npos) __builtin_trap();
  return 0;
}
