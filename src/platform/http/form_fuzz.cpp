#include "platform/http/form.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto fields = mainstay::http::parse_form(text, 8);
  if (fields && fields->size() > 8) __builtin_trap();
  return 0;
}
