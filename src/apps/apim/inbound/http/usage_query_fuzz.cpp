#include "apps/apim/domain/local_time.hpp"
#include "apps/apim/inbound/http/usage_query.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const mainstay::TimeZone zone{"Made/Up", {{0, -3'600}, {1'700'000'000, 5'400}}};
  const auto query = mainstay::apim::read_usage_query(text, text, 100);
  if (query.has_value() && query->since) {
    (void)mainstay::apim::parse_moment(*query->since, &zone);
  }
  return 0;
}
