#include "apps/charging/domain/plots/area.hpp"

// Arbitrary bytes as a polyline or a ring: a refusal, or a shape that holds where it begins.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::charging;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const bool is_ring = text.starts_with('[');
  const auto points = is_ring ? parse_ring(text) : decode_polyline(text);
  if (!points) return 0;
  if (const auto polygon = Polygon::of(*points)) (void)polygon->contains(points->front());
  const auto corridor = Corridor::along(*points, 1'000);
  if (corridor && !corridor->place_of(unit_vector(points->front()))) __builtin_trap();
  return 0;
}
