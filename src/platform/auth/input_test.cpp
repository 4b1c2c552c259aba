#include "platform/auth/input.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "platform/auth/errc.hpp"
#include "platform/auth/guard.hpp"

namespace mainstay::auth::input_test {
namespace {

const Keys keys{std::string(64, 'k')};

Result<Call> call_of(std::string_view type, std::string_view body, std::string_view cookie = {}) {
  const std::vector<http::Header> headers{
      {"Content-Type", type}, {"Cookie", cookie}, {"User-Agent", "a browser"}};
  http::Request request;
  request.method = http::Method::post;
  request.headers = headers;
  request.body = body;
  request.peer = "192.0.2.1";
  return read_call(request, keys);
}

bool refused_as(std::string_view type, std::string_view body, Errc code) {
  const auto call = call_of(type, body);
  return call.has_error() && call.error().is(code);
}

constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

}  // namespace

TEST_CASE("input: a form and JSON say the same") {
  const auto form = call_of(form_type, "login=ada&remember=on");
  REQUIRE(form.has_value());
  CHECK_FALSE(form->is_json);
  CHECK(form->field("login") == "ada");
  CHECK(form->flag("remember"));
  CHECK(form->agent == "a browser");
  CHECK(form->client == "192.0.2.1");
  const auto json = call_of(json_type, R"({"login":"ada","remember":true,"days":9,"x":null,
                                           "roles":["a","b"]})");
  REQUIRE(json.has_value());
  CHECK(json->is_json);
  CHECK(json->field("login") == "ada");
  CHECK(json->flag("remember"));
  CHECK(json->field("days") == "9");
  CHECK(json->field("roles") == "a b");
  CHECK(json->field("x").empty());
}

TEST_CASE("input: what is neither is refused") {
  CHECK(refused_as("text/plain", "{}", Errc::body_unsupported));
  CHECK(refused_as("", "{}", Errc::body_unsupported));
  CHECK(refused_as("multipart/form-data", "", Errc::body_unsupported));
  CHECK(refused_as(json_type, "{", Errc::input_invalid));
  CHECK(refused_as(json_type, "[]", Errc::input_invalid));
  CHECK(refused_as(json_type, R"({"a":{}})", Errc::input_invalid));
  CHECK(refused_as(json_type, R"({"a":[1]})", Errc::input_invalid));
  CHECK(refused_as(json_type, R"({"a":"\u0000"})", Errc::input_invalid));
  CHECK(refused_as(form_type, "a=%zz", Errc::input_invalid));
  CHECK(refused_as(form_type, std::string(17'000, 'a'), Errc::body_too_large));
  std::string many = "{\"m0\":0";
  for (int i = 1; i < 40; ++i) many.append(",\"m").append(std::to_string(i)).append("\":0");
  CHECK(refused_as(json_type, many + "}", Errc::input_invalid));
}

TEST_CASE("input: a form's token is the session's, or else that of the form's own cookie") {
  CHECK(call_of(form_type, "")->csrf.empty());
  const auto anonymous = call_of(form_type, "", "__Host-mainstay-form=f");
  CHECK(anonymous->csrf == csrf_token(keys, "f"));
  CHECK(anonymous->session_token.empty());
  const auto person = call_of(form_type, "", "__Host-mainstay-form=f; __Host-mainstay-user=s");
  CHECK(person->csrf == csrf_token(keys, "s"));
  CHECK(person->session_token == "s");
}

}  // namespace mainstay::auth::input_test
