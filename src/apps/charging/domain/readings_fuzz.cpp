#include "apps/charging/domain/readings.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mainstay::charging;
  const auto values = parse_readings({reinterpret_cast<const char*>(data), size});
  const auto text = make_readings(values).text;
  MS_CHECK(make_readings(parse_readings(text)).text == text);
  return 0;
}
