#include "apps/apim/inbound/http/attributes.hpp"

#include <doctest/doctest.h>

namespace mainstay::apim::attributes_test {
namespace {

json::Value parsed(std::string_view text) { return json::parse(text).value(); }

}  // namespace

TEST_CASE("attributes: null counts as absent, unknown ones are not looked at") {
  const json::Value body = parsed(R"({"name":null,"other":[]})");
  Attributes attributes{body};
  CHECK_FALSE(attributes.text("name"));
  CHECK_FALSE(attributes.flag("missing"));
  CHECK(attributes.texts("missing").empty());
  CHECK(attributes.checked().has_value());
}

TEST_CASE("attributes: ids come as text or as an integer, numbers as an integer or as digits") {
  const json::Value body = parsed(R"({"id":17,"max":"100","min":-3})");
  Attributes attributes{body};
  CHECK(attributes.text("id") == "17");
  CHECK(attributes.number("max") == 100);
  CHECK(attributes.number("min") == -3);
  CHECK(attributes.checked().has_value());
}

TEST_CASE("attributes: of several wrong types the first is told") {
  const json::Value body = parsed(R"({"flag":"yes","max":"many","list":["a",1]})");
  Attributes attributes{body};
  CHECK_FALSE(attributes.flag("flag"));
  CHECK_FALSE(attributes.number("max"));
  CHECK(attributes.texts("list").size() == 2);
  REQUIRE(attributes.checked().has_error());
  CHECK(attributes.checked().error().detail() == "parameter 'flag' must be true or false");
}

TEST_CASE("attributes: an object that must be there is missing, or is something else") {
  const json::Value body = parsed(R"({"service":[]})");
  CHECK(required_object(body, "plan").error().detail() == "missing parameter 'plan'");
  CHECK(required_object(body, "service").error().detail() ==
        "parameter 'service' must be an object");
}

}  // namespace mainstay::apim::attributes_test
