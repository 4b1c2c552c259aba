#include <cstdint>
#include <cstdlib>

#include "platform/templates/templates.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using mainstay::templates::Template;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parsed = Template::parse(text, Template::Escape::html);
  if (parsed.has_value() && parsed->render({}).size() > size) std::abort();
  return 0;
}
