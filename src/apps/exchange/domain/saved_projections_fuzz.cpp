#include "apps/exchange/domain/market_data.hpp"
#include "apps/exchange/domain/order_log.hpp"

template <class Projection>  // what loads is saved so that it loads again, neither more nor less
void check(mainstay::Bytes saved) {
  std::string once, twice;
  if (const auto loaded = Projection::load(saved)) loaded->save(once);
  if (const auto again = Projection::load(mainstay::as_bytes(once))) again->save(twice);
  if (once.size() != twice.size()) __builtin_trap();
}
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  check<mainstay::exchange::OrderLog>({reinterpret_cast<const std::byte*>(data), size});
  check<mainstay::exchange::MarketData>({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
