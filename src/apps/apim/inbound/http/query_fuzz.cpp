#include "apps/apim/inbound/http/parameters.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  mainstay::apim::Parameters parameters{7};
  (void)parameters.add_query(text).has_value();
  (void)parameters.add_form(text).has_value();
  if (const auto* map = parameters.find("usage")) (void)parameters.first(*map);
  return 0;
}
