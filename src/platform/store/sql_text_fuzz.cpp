#include <cstddef>
#include <cstdint>

#include "platform/store/sql_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const auto& one : mainstay::store::split_statements(text)) {
    if (one.text.empty() || one.at >= size) __builtin_trap();
    (void)mainstay::store::parameter_count(one.text);
    (void)mainstay::store::is_reserved_to_the_store(one.text);
  }
  if (mainstay::store::opened_for("sqlite", text).size() != size) __builtin_trap();
  return 0;
}
