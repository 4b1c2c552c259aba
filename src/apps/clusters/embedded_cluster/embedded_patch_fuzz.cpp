#include "apps/clusters/embedded_cluster/managed_fields.hpp"
#include "apps/clusters/embedded_cluster/patches.hpp"
#include "platform/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay::clusters::embedded;
  const auto all = mainstay::json::parse({reinterpret_cast<const char*>(data), size});
  const auto* parts = all ? all->if_array() : nullptr;  // object, patch, schema
  if (parts == nullptr || parts->size() != 3) return 0;
  (void)json_patched((*parts)[0], (*parts)[1]);
  (void)strategically_patched((*parts)[0], (*parts)[1], &(*parts)[2]);
  (void)apply(&(*parts)[0], managers_of((*parts)[0]), (*parts)[1], {}, &(*parts)[2], false);
  return 0;
}
