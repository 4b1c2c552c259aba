// Any text is rendered or refused; what has no placeholder stays as it is.
#include <cstddef>
#include <cstdint>

#include "apps/kit/domain/render.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  std::vector<std::string> problems;
  const auto out = mainstay::kit::render_text(text, "f", {{"name", "shop"}}, problems);
  if (text.find("@{") == std::string_view::npos) MS_CHECK(out == text && problems.empty());
  return 0;
}
