// What is a path leads to what was put there.
#include "apps/clusters/domain/document_path.hpp"
#include "base/check.hpp"
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mainstay;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto path = clusters::DocumentPath::parse(text);
  if (path.has_error()) return 0;
  Document object = DocumentObject{{"spec", DocumentArray{DocumentObject{{"key", "a"}}}}};
  path->put(object, "there");
  const Document* found = path->find(object);
  MS_CHECK(found != nullptr && *found == Document{"there"});
  return 0;
}
