#include "apps/clusters/embedded_cluster/protobuf_body.hpp"
#include "platform/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto object = mainstay::clusters::embedded::parse_protobuf_body(text);
  if (object && !mainstay::json::parse(mainstay::json::dump(*object))) __builtin_trap();
  return 0;
}
