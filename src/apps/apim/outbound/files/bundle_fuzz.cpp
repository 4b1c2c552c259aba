#include <sstream>

#include "apps/apim/outbound/files/bundle_lines.hpp"

using namespace mainstay;  // Arbitrary bytes as an export: a refusal, or services, checked.
struct Checks final : apim::ImportSink {
  Result<bool> begin(const apim::ServiceBundle& b) override { return bool{checked_bundle(b)}; }
  Result<> usage(std::span<const apim::UsageRow>) override { return {}; }
  Result<> finish(const apim::ServiceId&) override { return {}; }
} sink;
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  std::istringstream in{std::string{reinterpret_cast<const char*>(data), size}};
  zones::TimeZones zones;
  return apim::BundleReader{in, sink, zones}.run().has_value() ? 0 : 0;
}
