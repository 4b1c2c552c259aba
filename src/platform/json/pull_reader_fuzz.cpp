// What the pull reader takes, in whatever steps, parse() takes, and both read the same.
#include "base/check.hpp"
#include "platform/json/test_pulled_value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::json;
  if (size == 0 || size > 60'000) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = parse(text);
  const auto stepped = pulled_parse(text, data[0] % 70U + 1U);
  MS_CHECK(whole.has_value() == stepped.has_value() && (!whole || *whole == *stepped));
  return 0;
}
