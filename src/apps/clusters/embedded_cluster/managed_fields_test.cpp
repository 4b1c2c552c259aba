#include "apps/clusters/embedded_cluster/managed_fields.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/test_state.hpp"

namespace mainstay::clusters::embedded::managed_fields_test {
namespace {

using test::by;
using test::doc;
using test::Fixture;

std::string config(const std::string& spec) {
  return "{'apiVersion':'example.org/v1','kind':'Group','metadata':{'name':'g'},'spec':" + spec +
         "}";
}

/// The FieldsV1 of a manager of the stored object.
std::string fields(const Fixture& f, std::string_view manager) {
  for (const Manager& one : managers_of(*f.state.store().find("groups.example.org", "/g"))) {
    if (one.name == manager) return quoted(one.fields.to_json());
  }
  return {};
}

Document spec(const Fixture& f) {
  return *f.state.store().find("groups.example.org", "/g")->find("spec");
}

}  // namespace

TEST_CASE("field set: to FieldsV1 and back, item by item where lists have keys") {
  const Fixture f;
  const Document* schema = f.group().type.schema.get();
  const Document object =
      doc("{'spec':{'size':{'max':1},'types':['a'],'zones':['x'],'ports':[{'port':1,'name':'n'}],"
          "'selector':{'a':'b'},'any':{}}}");
  const FieldSet set = FieldSet::of(object, schema);
  CHECK(quoted(set.to_json()) ==
        R"({"f:spec":{"f:any":{},"f:ports":{"k:{\"port\":1}":{".":{},"f:name":{},"f:port":{}}},)"
        R"("f:selector":{},"f:size":{"f:max":{}},"f:types":{},"f:zones":{"v:\"x\"":{}}}})");
  CHECK(FieldSet::from_json(set.to_json()) == set);
  CHECK(set.paths() ==
        std::vector<std::string>{".spec.any", ".spec.ports[port=1]", ".spec.ports[port=1].name",
                                 ".spec.ports[port=1].port", ".spec.selector", ".spec.size.max",
                                 ".spec.types", ".spec.zones[=\"x\"]"});
}

TEST_CASE("field set: sums, differences, what two have in common") {
  const FieldSet a = FieldSet::from_json(doc("{'f:x':{'f:a':{},'f:b':{}},'f:y':{}}"));
  const FieldSet b = FieldSet::from_json(doc("{'f:x':{'f:b':{},'f:c':{}}}"));
  FieldSet sum = a;
  sum.add(b);
  CHECK(quoted(sum.to_json()) == R"({"f:x":{"f:a":{},"f:b":{},"f:c":{}},"f:y":{}})");
  FieldSet rest = a;
  rest.remove(b);
  CHECK(quoted(rest.to_json()) == R"({"f:x":{"f:a":{}},"f:y":{}})");
  CHECK(quoted(a.common(b).to_json()) == R"({"f:x":{"f:b":{}}})");
  FieldSet none = a;
  none.remove(a);
  CHECK(none.empty());
}

TEST_CASE("apply: two managers share an object; each owns what it said") {
  Fixture f;
  auto first = f.apply(f.group("g"), config("{'size':{'max':3},'types':['a']}"), by("one"));
  REQUIRE(first);
  CHECK(first->created);
  CHECK(f.apply(f.group("g"), config("{'size':{'max':3,'min':1}}"), by("two")));
  CHECK(fields(f, "one") == R"({"f:spec":{"f:size":{"f:max":{}},"f:types":{}}})");
  CHECK(fields(f, "two") == R"({"f:spec":{"f:size":{"f:max":{},"f:min":{}}}})");
  // The schema's defaults are nobody's.
  CHECK(same_content(spec(f), doc("{'size':{'max':3,'min':1},'types':['a'],'mode':'ondemand'}")));
}

TEST_CASE("apply: a conflict names its owner, and force takes the field") {
  Fixture f;
  REQUIRE(f.apply(f.group("g"), config("{'size':{'max':3},'types':['a']}"), by("one")));
  const auto refused = f.apply(f.group("g"), config("{'size':{'max':4}}"), by("two"));
  REQUIRE_FALSE(refused);
  CHECK(refused.refusal().code == 409);
  CHECK(refused.refusal().message ==
        "Apply failed with 1 conflict: conflict with \"one\": .spec.size.max");
  REQUIRE(refused.refusal().causes.size() == 1);
  CHECK(refused.refusal().causes[0].reason == "FieldManagerConflict");
  CHECK(refused.refusal().causes[0].field == ".spec.size.max");

  const auto both = f.apply(f.group("g"), config("{'size':{'max':4},'types':['b']}"), by("two"));
  REQUIRE_FALSE(both);
  CHECK(both.refusal().message ==
        "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.size.max\n- .spec.types");
  CHECK(spec(f).find("size")->find("max")->if_int()[0] == 3);

  WriteOptions options = by("two");
  options.force = true;
  REQUIRE(f.apply(f.group("g"), config("{'size':{'max':4}}"), options));
  CHECK(fields(f, "one") == R"({"f:spec":{"f:types":{}}})");
  CHECK(fields(f, "two") == R"({"f:spec":{"f:size":{"f:max":{}}}})");
}

TEST_CASE("apply: what a manager no longer says goes, unless another owns it") {
  Fixture f;
  REQUIRE(f.apply(f.group("g"), config("{'size':{'max':3,'min':1},'types':['a'],'any':{'x':1}}"),
                  by("one")));
  REQUIRE(f.apply(f.group("g"), config("{'size':{'max':3}}"), by("two")));
  REQUIRE(f.apply(f.group("g"), config("{'types':['a']}"), by("one")));
  // max is of the other; min comes back as the schema's default.
  CHECK(same_content(spec(f), doc("{'size':{'max':3,'min':0},'types':['a'],'mode':'ondemand'}")));
}

TEST_CASE("apply: lists are whole, or sets, or merge by their keys, as the schema says") {
  Fixture f;
  REQUIRE(f.apply(f.group("g"),
                  config("{'zones':['a','b'],'ports':[{'port':1,'name':'x'},{'port':2}]}"),
                  by("one")));
  REQUIRE(f.apply(f.group("g"),
                  config("{'zones':['c'],'ports':[{'port':1,'weight':5},{'port':3}]}"), by("two")));
  CHECK(same_content(*spec(f).find("zones"), doc("['a','b','c']")));
  CHECK(same_content(*spec(f).find("ports"),
                     doc("[{'port':1,'name':'x','weight':5},{'port':2},{'port':3}]")));
  // The item of both stays with what the other owns of it; the one's own goes.
  REQUIRE(f.apply(f.group("g"), config("{'zones':['b']}"), by("one")));
  CHECK(same_content(*spec(f).find("zones"), doc("['b','c']")));
  CHECK(same_content(*spec(f).find("ports"), doc("[{'port':1,'weight':5},{'port':3}]")));
}

TEST_CASE("apply: the same again changes nothing, not even the revision") {
  Fixture f;
  const auto first = f.apply(f.group("g"), config("{'size':{'max':3}}"), by("one"));
  const auto revision = f.state.store().revision();
  const auto again = f.apply(f.group("g"), config("{'size':{'max':3}}"), by("one", 60));
  REQUIRE(again);
  CHECK(f.state.store().revision() == revision);
  CHECK(same_content(first->object, again->object));
}

TEST_CASE("apply: other writes own what they change, and a later apply meets them") {
  Fixture f;
  REQUIRE(f.apply(f.group("g"), config("{'size':{'max':3},'types':['a']}"), by("one")));
  REQUIRE(f.state.patch(f.group("g"), PatchKind::merge, doc("{'spec':{'size':{'max':5}}}"),
                        by("kubectl", 5)));
  CHECK(fields(f, "one") == R"({"f:spec":{"f:types":{}}})");
  CHECK(fields(f, "kubectl") == R"({"f:spec":{"f:size":{"f:max":{}}}})");
  const auto refused = f.apply(f.group("g"), config("{'size':{'max':3}}"), by("one"));
  REQUIRE_FALSE(refused);
  CHECK(refused.refusal().message ==
        "Apply failed with 1 conflict: conflict with \"kubectl\" using example.org/v1 at "
        "2026-11-18T11:06:45Z: .spec.size.max");
}

TEST_CASE("apply: the order of a map's members is no change") {
  Fixture f;
  REQUIRE(f.apply(f.group("g"), config("{'selector':{'a':'1','b':'2'}}"), by("one")));
  CHECK(f.apply(f.group("g"), config("{'selector':{'b':'2','a':'1'}}"), by("two")));
  CHECK_FALSE(f.apply(f.group("g"), config("{'selector':{'a':'1'}}"), by("two")));
}

}  // namespace mainstay::clusters::embedded::managed_fields_test
