#include "apps/clusters/embedded_cluster/patches.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/test_state.hpp"

namespace mainstay::clusters::embedded::patches_test {
namespace {

using test::doc;

std::string json_patch(const std::string& object, const std::string& operations) {
  const auto patched = json_patched(doc(object), doc(operations));
  return patched ? quoted(*patched) : std::to_string(patched.refusal().code);
}

}  // namespace

TEST_CASE("patches: a merge patch, as RFC 7396 has it") {
  CHECK(quoted(merge_patched(doc("{'a':'b','c':{'d':'e','f':'g'}}"),
                             doc("{'a':'z','c':{'f':null},'n':{'m':null}}"))) ==
        R"({"a":"z","c":{"d":"e"},"n":{}})");
  CHECK(quoted(merge_patched(doc("{'a':[1]}"), doc("{'a':[2,null]}"))) == R"({"a":[2,null]})");
}

TEST_CASE("patches: a JSON patch, as RFC 6902 has it") {
  const std::string object = "{'a':{'b':[1,2]},'x/y':0,'m~n':1}";
  CHECK(json_patch(object, "[{'op':'add','path':'/a/b/1','value':9}]") ==
        R"({"a":{"b":[1,9,2]},"x/y":0,"m~n":1})");
  CHECK(json_patch(object, "[{'op':'add','path':'/a/b/-','value':9}]") ==
        R"({"a":{"b":[1,2,9]},"x/y":0,"m~n":1})");
  CHECK(json_patch(object,
                   "[{'op':'replace','path':'/x~1y','value':5},"
                   "{'op':'test','path':'/m~0n','value':1},"
                   "{'op':'remove','path':'/a/b/0'}]") == R"({"a":{"b":[2]},"x/y":5,"m~n":1})");
  CHECK(json_patch(object, "[{'op':'move','from':'/a/b','path':'/c'}]") ==
        R"({"a":{},"x/y":0,"m~n":1,"c":[1,2]})");
  CHECK(json_patch("{'a':1}", "[{'op':'copy','from':'/a','path':'/b'}]") == R"({"a":1,"b":1})");
  for (const char* const bad :
       {"[{'op':'test','path':'/a','value':2}]", "[{'op':'remove','path':'/no'}]",
        "[{'op':'replace','path':'/no','value':1}]", "[{'op':'add','path':'/no/x','value':1}]",
        "[{'op':'add','path':'/l/5','value':1}]", "[{'op':'add','path':'/l/01','value':1}]",
        "[{'op':'add','path':'a','value':1}]", "[{'op':'add','path':'/~2','value':1}]",
        "[{'op':'add','path':'/b'}]", "[{'op':'fly','path':'/a'}]", "[1]",
        "[{'op':'remove','path':''}]"}) {
    CAPTURE(bad);
    CHECK(json_patch("{'a':1,'l':[1]}", bad) == "422");
  }
  CHECK(json_patch("{}", "{}") == "400");
}

TEST_CASE("patches: copies that would double an object again and again are refused") {
  std::string operations = "[{'op':'add','path':'/0','value':'" + std::string(1'000, 'x') + "'}";
  for (int i = 1; i < 30; ++i) {
    operations += ",{'op':'copy','from':'','path':'/" + std::to_string(i) + "'}";
  }
  CHECK(json_patch("{}", operations + ']') == "422");
}

TEST_CASE("patches: a strategic merge patch, with its directives") {
  const test::Fixture f;
  const Document* schema = f.group().type.schema.get();
  const Document object =
      doc("{'metadata':{'finalizers':['a','b'],'labels':{'x':'1','y':'2'}},"
          "'spec':{'ports':[{'port':1,'name':'n'},{'port':2}],'types':['a']}}");
  const auto patched = [&](const std::string& patch) {
    return strategically_patched(object, doc(patch), schema);
  };
  CHECK(same_content(*find_path(patched("{'spec':{'ports':[{'port':1,'weight':3},{'port':4}],"
                                        "'$setElementOrder/ports':[{'port':1}]}}"),
                                {"spec", "ports"}),
                     doc("[{'port':1,'name':'n','weight':3},{'port':2},{'port':4}]")));
  CHECK(same_content(
      *find_path(patched("{'spec':{'ports':[{'port':2,'$patch':'delete'}]}}"), {"spec", "ports"}),
      doc("[{'port':1,'name':'n'}]")));
  CHECK(same_content(*find_path(patched("{'spec':{'ports':[{'$patch':'replace'},{'port':9}]}}"),
                                {"spec", "ports"}),
                     doc("[{'port':9}]")));
  CHECK(same_content(*find_path(patched("{'spec':{'types':['b']}}"), {"spec", "types"}),
                     doc("['b']")));
  CHECK(same_content(*find_path(patched("{'metadata':{'finalizers':['c'],"
                                        "'$deleteFromPrimitiveList/finalizers':['a']}}"),
                                {"metadata", "finalizers"}),
                     doc("['b','c']")));
  CHECK(same_content(*find_path(patched("{'metadata':{'labels':{'$retainKeys':['x'],'x':'3'}}}"),
                                {"metadata", "labels"}),
                     doc("{'x':'3'}")));
  CHECK(same_content(*find_path(patched("{'metadata':{'labels':{'$patch':'replace','z':'1'}}}"),
                                {"metadata", "labels"}),
                     doc("{'z':'1'}")));
  CHECK(find_path(patched("{'spec':null}"), {"spec"}) == nullptr);
}

}  // namespace mainstay::clusters::embedded::patches_test
