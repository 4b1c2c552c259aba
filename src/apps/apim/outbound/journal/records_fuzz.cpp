#include "apps/apim/outbound/journal/records.hpp"

// Arbitrary bytes as a record: a refusal, or for usage something that encodes again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::apim;
  const auto record = decode(std::as_bytes(std::span{data, size}));
  if (!record || !std::holds_alternative<UsageCharged>(*record)) return 0;
  const auto& usage = std::get<UsageCharged>(*record);
  std::string again;
  encode_usage(again, usage.charges, usage.now, &usage.rider);
  if (decode(mainstay::as_bytes(again)).has_error()) __builtin_trap();
  return 0;
}
