#include "apps/clusters/domain/document_path.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::document_path_test {

TEST_CASE("document path: what is missing or of another kind reads as nothing") {
  const Document object = DocumentObject{
      {"status", DocumentObject{{"conditions", DocumentArray{DocumentObject{{"type", "Ready"}}}}}},
      {"name", "x"}};
  CHECK(text_of(object, "name") == "x");
  CHECK(text_of(object, "status").empty());
  CHECK(member_of(member_of(object, "name"), "deeper").is_null());
  CHECK(text_of(condition_of(object, "Ready"), "type") == "Ready");
  CHECK(condition_of(object, "Synced").is_null());
  CHECK(condition_of({}, "Ready").is_null());
}

}  // namespace mainstay::clusters::document_path_test
