#include "apps/clusters/domain/document_path.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::document_path_test {

TEST_CASE("document path: what is missing or of another kind reads as nothing") {
  const Document object = DocumentObject{
      {"status", DocumentObject{{"conditions", DocumentArray{DocumentObject{{"type", "Ready"}}}}}},
      {"name", "x"}};
  CHECK(text_of(object, "name") == "x");
  CHECK(text_of(object, "status").empty());
  CHECK(child_of(child_of(object, "name"), "deeper").is_null());
  CHECK(text_of(condition_of(object, "Ready"), "type") == "Ready");
  CHECK(condition_of(object, "Synced").is_null());
  CHECK(condition_of({}, "Ready").is_null());
}

DocumentPath path(std::string_view text) { return *DocumentPath::parse(text); }

TEST_CASE("document path: members, quoted names and elements of lists are found") {
  const Document object = DocumentObject{
      {"metadata", DocumentObject{{"annotations", DocumentObject{{"a.b/c", "7"}}}}},
      {"spec",
       DocumentObject{{"requirements", DocumentArray{DocumentObject{{"key", "zone"}, {"values", 1}},
                                                     DocumentObject{{"key", "k8s.io/arch"}}}}}}};
  CHECK(*path("metadata.annotations['a.b/c']").find(object)->if_string() == "7");
  CHECK(path("metadata['annotations']['a.b/c']").find(object) != nullptr);
  CHECK(*path("spec.requirements[key=zone].values").find(object)->if_int() == 1);
  CHECK(path("spec.requirements[key=k8s.io/arch].values").find(object) == nullptr);
  CHECK(path("spec.requirements[key=none].values").find(object) == nullptr);
  CHECK(path("spec.requirements.key").find(object) == nullptr);
  CHECK(path("metadata[key=zone].x").find(object) == nullptr);
  CHECK(path("spec.requirements[key=zone].x").has_elements(object));
  CHECK_FALSE(path("spec.requirements[key=none].x").has_elements(object));
  CHECK(path("metadata.annotations['a.b/c']").leads_to_text());
  CHECK_FALSE(path("spec.size.min").leads_to_text());
}

TEST_CASE("document path: what is written is found, and the rest stays") {
  Document object = DocumentObject{{"spec", DocumentObject{{"kept", true}, {"list", "text"}}}};
  for (const std::string_view text :
       {"spec.size.min", "spec.list[key=a].values", "spec.list[key=b].values",
        "spec.list[key=a].operator", "metadata.annotations['x.y/z']", "spec['a']"}) {
    CAPTURE(text);
    path(text).put(object, text);
    REQUIRE(path(text).find(object) != nullptr);
    CHECK(*path(text).find(object)->if_string() == text);
  }
  CHECK(*path("spec.kept").find(object)->if_bool());
  CHECK(path("spec.list").find(object)->if_array()->size() == 2);
}

TEST_CASE("document path: what is none is refused with the reason") {
  for (const std::string_view text : {"", ".", "a..b", "a[b]", "a['b", "a[b=c", "a['']", "a[=c]"}) {
    CAPTURE(text);
    CHECK(DocumentPath::parse(text).has_error());
  }
  CHECK(DocumentPath::parse(std::string(513, 'a')).has_error());
  CHECK(DocumentPath::parse("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q").has_error());
  for (const std::string_view text : {"a[b=c]", "a[b=c][d=e].f", "a[b=c].b"}) {
    CAPTURE(text);
    CHECK(DocumentPath::parse(text).error().detail().find("another one of its members") !=
          std::string::npos);
  }
  CHECK(DocumentPath::parse("a[b]").error().detail() ==
        "path a[b]: brackets hold a 'name' in quotes, or member=text");
}

}  // namespace mainstay::clusters::document_path_test
