// What loads must save as it was.
#include <cstdint>
#include <string>

#include "apps/exchange/domain/engine.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mainstay::Bytes saved{reinterpret_cast<const std::byte*>(data), size};
  const auto engine = mainstay::exchange::Engine::load(saved, {});
  std::string again;
  if (engine.has_value()) engine->save(again);
  MS_CHECK(engine.has_error() || again == mainstay::as_text(saved));
  return 0;
}
