#include "apps/clusters/domain/document.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::document_test {
namespace {

Document a_group() {
  return DocumentObject{
      {"kind", "NodeGroup"},
      {"spec", DocumentObject{{"size", DocumentObject{{"min", 1}, {"max", 3}}}, {"name", "a"}}}};
}

}  // namespace

TEST_CASE("document: values are found behind their names") {
  const Document group = a_group();
  REQUIRE(find_path(group, {"spec", "size", "max"}) != nullptr);
  CHECK(*find_path(group, {"spec", "size", "max"}) == Document{3});
  CHECK(find_path(group, {}) == &group);
  CHECK(find_path(group, {"spec", "size", "none"}) == nullptr);
  CHECK(find_path(group, {"kind", "beyond"}) == nullptr);
  CHECK(text_at(group, {"spec", "name"}) == "a");
  CHECK(text_at(group, {"spec", "size", "min"}) == "");
  CHECK(find_text(group, {"spec", "size"}) == nullptr);
}

TEST_CASE("document: members are set at their place, made and removed") {
  Document group = a_group();
  set_member(group, "kind", "Other");
  set_member(member_of(member_of(group, "metadata"), "labels"), "team", "data");
  CHECK(group.if_object()->front() == DocumentMember{"kind", "Other"});
  CHECK(text_at(group, {"metadata", "labels", "team"}) == "data");
  CHECK(remove_member(group, "spec"));
  CHECK_FALSE(remove_member(group, "spec"));
  CHECK(group.if_object()->size() == 2);
  Document text{"no object"};
  CHECK_FALSE(remove_member(text, "x"));
}

TEST_CASE("document: the order of members is no difference, that of items is one") {
  const Document one = DocumentObject{{"a", 1}, {"b", DocumentArray{1, "x"}}};
  CHECK(same_content(one, DocumentObject{{"b", DocumentArray{1, "x"}}, {"a", 1}}));
  CHECK_FALSE(same_content(one, DocumentObject{{"b", DocumentArray{"x", 1}}, {"a", 1}}));
  CHECK_FALSE(same_content(one, DocumentObject{{"a", 1}}));
  CHECK_FALSE(same_content(one, DocumentObject{{"a", 1}, {"c", DocumentArray{1, "x"}}}));
  CHECK_FALSE(same_content(Document{1}, Document{1.0}));
  CHECK_FALSE(same_content(Document{DocumentObject{}}, Document{DocumentArray{}}));
}

}  // namespace mainstay::clusters::document_test
