// What is rendered is the same after it was written and read, whatever stands in the values.
#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/document_template.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mainstay::clusters;
  const auto all = yaml::parse({reinterpret_cast<const char*>(data), size});
  if (all.has_error() || all->size() != 2) return 0;
  const auto shape = DocumentTemplate::parse(all->front());
  const auto made = shape.has_error() ? shape.error() : shape->render(all->back());
  if (made.has_error() || made->is_null()) return 0;
  MS_CHECK(*yaml::parse_one(yaml::emit(*made), {1U << 30U, 100, 1U << 30U, 1}) == *made);
  return 0;
}
