#include "apps/clusters/domain/document_template.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"

namespace mainstay::clusters::document_template_test {
namespace {

Document rendered(Document tree, const Document& values) {
  const auto made = DocumentTemplate::parse(std::move(tree));
  REQUIRE(made.has_value());
  auto document = made->render(values);
  if (document.has_error()) FAIL(document.error().message());
  return *std::move(document);
}

Error template_refused(Document tree, const Document& values = DocumentObject{}) {
  const auto made = DocumentTemplate::parse(std::move(tree));
  if (made.has_error()) return made.error();
  const auto document = made->render(values);
  REQUIRE(document.has_error());
  return document.error();
}

}  // namespace

TEST_CASE("document template: values keep their types, and are never text of the template") {
  const Document tree =
      DocumentObject{{"name", "{{NAME}}"},
                     {"size", DocumentObject{{"min", "{{ MIN }}"}, {"labels", "{{LABELS}}"}}},
                     {"title", "group {{NAME}} of {{MIN}}"},
                     {"x-{{NAME}}", true},
                     {"list", DocumentArray{"{{NAME}}", "{{NONE?}}", 7}},
                     {"gone", "{{NONE?}}"}};
  const std::string hostile = "no\n---\nkind: Evil {{MIN}}";
  const Document values = DocumentObject{
      {"NAME", hostile}, {"MIN", 3}, {"LABELS", DocumentObject{{"a", "b"}}}, {"NONE", nullptr}};
  CHECK(rendered(tree, values) ==
        Document{DocumentObject{
            {"name", hostile},
            {"size", DocumentObject{{"min", 3}, {"labels", DocumentObject{{"a", "b"}}}}},
            {"title", "group " + hostile + " of 3"},
            {"x-" + hostile, true},
            {"list", DocumentArray{hostile, 7}}}});
}

TEST_CASE("document template: its places are known") {
  const auto made =
      DocumentTemplate::parse(DocumentObject{{"a{{B}}", "{{C?}}"}, {"d", DocumentArray{"{{B}}"}}});
  REQUIRE(made.has_value());
  CHECK(made->places() == std::vector<std::string>{"B", "C"});
}

TEST_CASE("document template: what is refused") {
  CHECK(template_refused("{{NAME").is(Errc::template_invalid));
  CHECK(template_refused("{{#if X}}a{{/if}}").is(Errc::template_invalid));
  CHECK(template_refused("{{}}").is(Errc::template_invalid));
  CHECK(template_refused("a{{X?}}").is(Errc::template_invalid));
  CHECK(template_refused("{{X}}").detail() == "{{X}} has no value");
  CHECK(template_refused("{{X?}}").is(Errc::template_invalid));
  CHECK(template_refused("a{{X}}", DocumentObject{{"X", DocumentArray{}}})
            .is(Errc::template_invalid));
  CHECK(template_refused(DocumentObject{{"a", 1}, {"{{X}}", 2}}, DocumentObject{{"X", "a"}})
            .is(Errc::template_invalid));
}

TEST_CASE("document template: another object than intended is refused") {
  const IntendedObject intended{"v1", "Kind", "a"};
  Document object = DocumentObject{
      {"apiVersion", "v1"}, {"kind", "Kind"}, {"metadata", DocumentObject{{"name", "a"}}}};
  CHECK(check_intended(object, intended).has_value());
  for (const std::string_view field : {"apiVersion", "kind", "metadata"}) {
    Document other = object;
    set_member(other, field, "x");
    CHECK(check_intended(other, intended).has_error());
  }
}

}  // namespace mainstay::clusters::document_template_test
