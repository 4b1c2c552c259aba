// Of what was read as a SealedSecret, merging it into itself changes nothing but order.
#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mainstay::clusters;
  auto object = yaml::parse_one({reinterpret_cast<const char*>(data), size});
  if (object.has_error()) return 0;
  if (read_sealed_secret(*object).has_value()) {
    MS_CHECK(same_content(*merged_sealed_secret(*object, *object), *object));
  }
  (void)take_secret_manifest(*object, std::nullopt);
  return 0;
}
