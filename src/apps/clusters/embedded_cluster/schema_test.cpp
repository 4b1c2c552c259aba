#include "apps/clusters/embedded_cluster/schema.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/test_state.hpp"

namespace mainstay::clusters::embedded::schema_test {
namespace {

using test::doc;

Document group_schema() {
  const test::Fixture fixture;
  return *fixture.group().type.schema;
}

std::string first_cause(const std::string& spec) {
  const Document schema = group_schema();
  const auto causes = validate(doc("{'spec':" + spec + "}"), &schema);
  return causes.empty() ? "" : causes.front().field + ": " + causes.front().message;
}

}  // namespace

TEST_CASE("schema: what speaks against an object is said in Kubernetes' words") {
  CHECK(first_cause("{'size':{'max':3}}").empty());
  CHECK(first_cause("{'size':{'max':3.0}}").empty());  // integral
  CHECK(first_cause("{'size':{'max':'many'}}") ==
        "spec.size.max: Invalid value: \"string\": spec.size.max in body must be of type integer: "
        "\"string\"");
  CHECK(first_cause("{'size':{}}") == "spec.size.max: Required value");
  CHECK(first_cause("{'size':{'max':101}}") ==
        "spec.size.max: Invalid value: 101: spec.size.max in body should be less than or equal to "
        "100");
  CHECK(first_cause("{'size':{'max':1,'min':-1}}") ==
        "spec.size.min: Invalid value: -1: spec.size.min in body should be greater than or equal "
        "to 0");
  CHECK(first_cause("{'mode':'cheap'}") ==
        "spec.mode: Unsupported value: \"cheap\": supported values: \"spot\", \"ondemand\"");
  CHECK(
      first_cause("{'types':['a','']}") ==
      "spec.types[1]: Invalid value: \"\": spec.types[1] in body should be at least 1 chars long");
  CHECK(first_cause("{'types':['a','b','c','d']}") ==
        "spec.types: Too many: 4: must have at most 3 items");
  CHECK(first_cause("{'zones':['a','b','a']}") == "spec.zones: Duplicate value: \"a\"");
  CHECK(first_cause("{'ports':[{'port':1},{'port':1}]}") ==
        "spec.ports: Duplicate value: {\"port\":1}");
  CHECK(first_cause("null") ==
        "spec: Invalid value: \"null\": spec in body must be of type object: \"null\"");
  CHECK(first_cause("{'any':{'deep':[{'x':null}]}}").empty());
}

TEST_CASE("schema: unknown fields go and are told, defaults come") {
  const Document schema = group_schema();
  Document object =
      doc("{'spec':{'size':{'max':1,'extra':2},'typo':1,'any':{'kept':1},"
          "'ports':[{'port':1,'no':2}]},'metadata':{'labels':{'a':'b'}}}");
  CHECK(prune(object, &schema) ==
        std::vector<std::string>{"spec.typo", "spec.size.extra", "spec.ports[0].no"});
  fill_defaults(object, &schema);
  CHECK(same_content(object, doc("{'spec':{'size':{'max':1,'min':0},'any':{'kept':1},"
                                 "'ports':[{'port':1}],'mode':'ondemand'},"
                                 "'metadata':{'labels':{'a':'b'}}}")));
  CHECK(prune(object, nullptr).empty());
}

}  // namespace mainstay::clusters::embedded::schema_test
