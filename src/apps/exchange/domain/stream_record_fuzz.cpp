// Whatever is a stream can be matched, and what cannot be read is refused.
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/stream_matcher.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mainstay;
  const auto bytes = as_bytes({reinterpret_cast<const char*>(data), size});
  const std::vector<std::byte> aligned(bytes.begin(), bytes.end());
  const auto records = exchange::parse_stream(aligned);
  if (records.has_value()) exchange::StreamMatcher{}.apply(*records);
  return 0;
}
