#include "apps/exchange/inbound/ws/stream_name.hpp"

// Arbitrary bytes as a client's message: a refusal, or names that are streams or are not.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::exchange;
  static const Listings none;
  const auto request = parse_stream_request({reinterpret_cast<const char*>(data), size});
  if (!request) return 0;
  for (const std::string& name : request->params) {
    if (parse_stream_name(name, none)) __builtin_trap();
  }
  return 0;
}
