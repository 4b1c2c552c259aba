#include "apps/apim/outbound/redis/apisonator_keys.hpp"

// Arbitrary bytes as a key of apisonator's: what is a counter has its ids.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::apim;
  const std::string_view key{reinterpret_cast<const char*>(data), size};
  static const Names names{{"s", {"s", {{"a", "a"}}, {{"m", "m"}}, {{"p", "p"}}}}};
  const StatsKey stats = parse_stats_key(key, names);
  if (stats.kind == StatsKey::Kind::counter && stats.application_id == nullptr) __builtin_trap();
  const ConfigurationKey other = parse_configuration_key(key, names);
  if (other.service != nullptr) static_cast<void>(parse_limit_key(other.value, *other.service));
  return 0;
}
