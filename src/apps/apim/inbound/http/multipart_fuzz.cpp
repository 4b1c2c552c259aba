#include "apps/apim/inbound/http/multipart.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  (void)mainstay::apim::parse_multipart(text.substr(end + 1), text.substr(0, end)).has_value();
  return 0;
}
