// Whatever the text: no crash, and the same answer in small steps as in one piece.
#include "apps/clusters/outbound/prices/instance_type_reader.hpp"
#include "base/check.hpp"
#include "platform/json/test_pulled_value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto whole = clusters::read_instance_types(json::in_steps(text, size + 1), {});
  const auto steps = clusters::read_instance_types(json::in_steps(text, 3), {});
  MS_CHECK(whole.has_value() == steps.has_value() && (!whole || whole->types() == steps->types()));
  return 0;
}
