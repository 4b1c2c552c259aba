// Bodies of POST and PATCH: no text is read as a group that must not be.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "apps/clusters/domain/group_request.hpp"
#include "platform/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = mainstay::json::parse({reinterpret_cast<const char*>(data), size});
  if (body.has_error()) return 0;
  const auto read = mainstay::clusters::read_new_group(*body);
  if (read.has_value()) (void)mainstay::clusters::read_group_update(*body, read->group);
  return 0;
}
