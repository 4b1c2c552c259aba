#include "platform/openapi/document.hpp"

#include <doctest/doctest.h>

namespace mainstay::openapi::document_test {
namespace {

constexpr std::string_view things = R"({
  "tag": {"name": "things"},
  "common": {"security": [{"basic": []}], "responses": {"401": {"description": "no"}}},
  "operations": {
    "GET /things/{thing}": {"summary": "One", "responses": {"200": {"description": "it"}}},
    "PUT /things/{thing}": {"summary": "Put", "security": [],
      "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
      "responses": {"401": {"description": "own"}}},
    "GET /gone": {"summary": "None", "responses": {}}},
  "components": {"parameters": {"path_thing": {"name": "thing", "in": "path"}},
                 "responses": {"Problem": {"description": "p"}}}})";

std::vector<http::Router::Route> routes(std::initializer_list<const char*> patterns) {
  std::vector<http::Router::Route> out;
  for (const char* pattern : patterns) out.push_back({http::Method::get, pattern});
  return out;
}

json::Value rendered(const Document& document, std::vector<http::Router::Route> all) {
  const auto text = document.render({"T", "1", "d"}, all).text;
  auto parsed = json::parse(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string refusal(std::string_view fragment) {
  Document document;
  REQUIRE(document.add("first", things).has_value());
  const auto added = document.add("second", fragment);
  return added.has_error() ? added.error().detail() : "";
}

}  // namespace

TEST_CASE("openapi document: operations stand under their paths with what the route says") {
  Document document;
  REQUIRE(document.add("things", things).has_value());
  auto all = routes({"/things/{thing}[/]"});
  all.push_back({http::Method::put, "/things/{thing}[/]"});
  const json::Value made = rendered(document, all);
  CHECK(*made.find_string("openapi") == "3.1.0");
  CHECK(json::dump(*made.find("tags")) == R"([{"name":"things"}])");
  const json::Value* item = made.find("paths")->find("/things/{thing}");
  REQUIRE(item != nullptr);
  CHECK(json::dump(*item->find("get")) ==
        R"({"tags":["things"],"operationId":"get_things_thing",)"
        R"("parameters":[{"$ref":"#/components/parameters/path_thing"}],"summary":"One",)"
        R"("responses":{"200":{"description":"it"},"401":{"description":"no"},)"
        R"("default":{"$ref":"#/components/responses/Problem"}},"security":[{"basic":[]}]})");
  const json::Value* put = item->find("put");
  CHECK(put->find("security")->if_array()->empty());
  CHECK(put->find("parameters")->if_array()->size() == 2);
  CHECK(*put->find("responses")->find("401")->find_string("description") == "own");
}

TEST_CASE("openapi document: routes and descriptions that miss each other are told") {
  Document document;
  REQUIRE(document.add("things", things).has_value());
  const auto all = routes({"/things/{thing}[/]", "/new/{id:u64}"});
  const auto done = document.render({}, all);
  CHECK(done.undescribed == std::vector<std::string>{"GET /new/{id}"});
  CHECK(done.unused == std::vector<std::string>{"GET /gone", "PUT /things/{thing}"});
}

TEST_CASE("openapi document: components that no route speaks of are left out") {
  Document document;
  REQUIRE(document
              .add("n", R"({"tag":{"name":"n"},
    "operations":{
      "GET /a":{"summary":"s","security":[{"key":[]}],
                "responses":{"200":{"schema":{"$ref":"#/components/schemas/A"}}}},
      "GET /b":{"summary":"s","responses":{"200":{"schema":{"$ref":"#/components/schemas/B"}}}}},
    "components":{"securitySchemes":{"key":{"type":"http"},"other":{"type":"http"}},
      "schemas":{"A":{"items":{"$ref":"#/components/schemas/Inner"}},"B":{},
                 "Inner":{"items":{"$ref":"#/components/schemas/A"}}}}})")
              .has_value());
  const json::Value made = rendered(document, routes({"/a"}));
  CHECK(json::dump(*made.find("components")) ==
        R"({"securitySchemes":{"key":{"type":"http"}},)"
        R"("schemas":{"A":{"items":{"$ref":"#/components/schemas/Inner"}},)"
        R"("Inner":{"items":{"$ref":"#/components/schemas/A"}}}})");
}

TEST_CASE("openapi document: a path parameter without words has its type") {
  Document document;
  REQUIRE(document
              .add("n", R"({"tag":{"name":"n"},"operations":{"GET /n/{id}/{x}":)"
                        R"({"summary":"s","responses":{}}}})")
              .has_value());
  const json::Value made = rendered(document, routes({"/n/{id:u64}/{x}"}));
  const json::Value* get = made.find("paths")->find("/n/{id}/{x}")->find("get");
  CHECK(json::dump(*get->find("parameters")) ==
        R"([{"name":"id","in":"path","required":true,"schema":{"type":"integer"}},)"
        R"({"name":"x","in":"path","required":true,"schema":{"type":"string"}}])");
}

TEST_CASE("openapi document: fragments that cannot be meant are refused") {
  CHECK(refusal("{").find("second: ") == 0);
  CHECK(refusal("[]") == "second: is no object");
  CHECK(refusal(R"({"tags":{}})") == "second: unknown member tags");
  CHECK(refusal(R"({"tag":{}})") == "second: has no tag with a name");
  CHECK(refusal(R"({"tag":{"name":"t"},"operations":{"GET /":{"summary":"s"}}})") ==
        "second: GET / needs a summary and responses");
  CHECK(refusal(R"({"tag":{"name":"t"},"operations":)"
                R"({"GET /gone":{"summary":"s","responses":{}}}})") ==
        "second: GET /gone is described twice");
  CHECK(refusal(R"({"tag":{"name":"t"},"components":{"responses":{"Problem":{}}}})") ==
        "second: Problem is another component already");
  CHECK(refusal(R"({"tag":{"name":"t"},"components":{"responses":)"
                R"({"Problem":{"description":"p"}}}})")
            .empty());
}

}  // namespace mainstay::openapi::document_test
