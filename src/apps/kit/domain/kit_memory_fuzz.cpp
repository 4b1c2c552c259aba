// Answers that can be read are the same when they are written and read again.
#include <cstddef>
#include <cstdint>

#include "apps/kit/domain/answers.hpp"
#include "apps/kit/domain/wiring.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay::kit;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto read = parse_answers(text)) MS_CHECK(*parse_answers(to_text(*read, "1")) == *read);
  (void)parse_wiring(text);
  return 0;
}
