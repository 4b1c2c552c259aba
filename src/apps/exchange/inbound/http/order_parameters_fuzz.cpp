#include "apps/exchange/inbound/http/order_request.hpp"
#include "apps/exchange/inbound/http/test_listing.hpp"

// Arbitrary bytes as an order's parameters: a refusal, or an order that fits the symbol.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::exchange;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto half = text.find('\n');
  Parameters parameters;
  const bool more = half != std::string_view::npos;
  if (!parameters.read(text.substr(0, half), more ? text.substr(half + 1) : "")) return 0;
  (void)parse_order(parameters, test_listing()).has_value();
  return 0;
}
