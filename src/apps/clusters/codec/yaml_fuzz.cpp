#include "apps/clusters/codec/yaml.hpp"
#include "base/check.hpp"

/// Whatever can be read is the same after writing and reading it again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace yaml = mainstay::clusters::yaml;
  const auto read = yaml::parse({reinterpret_cast<const char*>(data), size});
  if (read.has_error()) return 0;
  const auto again = yaml::parse(yaml::emit_all(*read), {.bytes_max = 1U << 30U});
  MS_CHECK(again.has_value() && *again == *read);
  return 0;
}
