#include "apps/exchange/inbound/http/parameters.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/inbound/http/api_errc.hpp"

namespace mainstay::exchange::parameters_test {
namespace {

std::string refusal(const Error& error) {
  std::string out;
  append_refusal(out, error);
  return out;
}

std::string signed_whole(std::string_view query, std::string_view body, std::string_view with) {
  const SignedText text = signed_text(query, body);
  CHECK(text.signature == with);
  std::string out;
  for (std::size_t i = 0; i < text.count; ++i) out.append(text.parts[i]);
  return out;
}

TEST_CASE("parameters: query and form are one, percent-decoded") {
  Parameters parameters;
  REQUIRE(parameters.read("symbol=ARTUSD&newClientOrderId=a%2Db+c", "price=1&x=").has_value());
  CHECK(parameters.text("symbol") == "ARTUSD");
  CHECK(parameters.text("newClientOrderId") == "a-b c");
  CHECK(parameters.text("price") == "1");
  CHECK(parameters.has("x"));
  CHECK(!parameters.has("y"));
  CHECK(parameters.text("y").empty());
  CHECK(parameters.all_read().has_value());
}

TEST_CASE("parameters: what nobody asked for is refused") {
  Parameters parameters;
  REQUIRE(parameters.read("a=1&b=2&signature=x", "").has_value());
  (void)parameters.has("a");
  CHECK(refusal(parameters.all_read().error()) ==
        R"({"code":-1104,"msg":"Not all sent parameters were read; read '2' parameter(s) but was )"
        R"(sent '3'."})");
}

TEST_CASE("parameters: duplicates, bad escapes and too many are refused") {
  Parameters parameters;
  CHECK(refusal(parameters.read("a=1&a=2", "").error()).find("Duplicate values") !=
        std::string::npos);
  CHECK(parameters.read("a=1", "a=1").error().is(ApiErrc::parameters_too_many));
  CHECK(parameters.read("a=%", "").error().is(ApiErrc::characters_illegal));
  CHECK(parameters.read("a=%zz", "").error().is(ApiErrc::characters_illegal));
  std::string many;
  for (int i = 0; i < 65; ++i) many += "p" + std::to_string(i) + "=1&";
  CHECK(parameters.read(many, "").error().is(ApiErrc::parameters_too_many));
  CHECK(parameters.read("a=" + std::string(Parameters::bytes_max, 'x'), "").has_error());
}

TEST_CASE("parameters: errors name the parameter") {
  Parameters parameters;
  REQUIRE(parameters.read("n=12&bad=1x&big=99999999999999999999&empty=&yes=true&no=nope", "")
              .has_value());
  CHECK(*parameters.number("n") == 12);
  CHECK(!parameters.number("absent")->has_value());
  CHECK(refusal(parameters.number("bad").error()) ==
        R"({"code":-1100,"msg":"Illegal characters found in parameter 'bad'; legal range is )"
        R"('^[0-9]{1,20}$'."})");
  CHECK(parameters.number("big").error().is(ApiErrc::characters_illegal));
  CHECK(parameters.number("n", 11).error().is(ApiErrc::parameter_invalid));
  CHECK(parameters.number("empty").error().is(ApiErrc::parameter_empty));
  CHECK(*parameters.flag("yes", false));
  CHECK(*parameters.flag("absent", true));
  CHECK(parameters.flag("no", false).error().is(ApiErrc::characters_illegal));
  CHECK(refusal(parameters.required("empty").error()) ==
        R"({"code":-1102,"msg":"Mandatory parameter 'empty' was not sent, was empty/null, or )"
        R"(malformed."})");
}

TEST_CASE("parameters: a signature covers query and body, wherever it stands") {
  CHECK(signed_whole("a=1&signature=ff", "", "ff") == "a=1");
  CHECK(signed_whole("signature=ff&a=1", "", "ff") == "a=1");
  CHECK(signed_whole("a=1&signature=ff&b=2", "", "ff") == "a=1&b=2");
  CHECK(signed_whole("a=1", "b=2&signature=ff", "ff") == "a=1b=2");
  CHECK(signed_whole("a=1&signature=ff", "b=2", "ff") == "a=1b=2");
  CHECK(signed_whole("", "signature=ff", "ff").empty());
  CHECK(signed_whole("mysignature=1", "b=2", "") == "mysignature=1b=2");
  CHECK(signed_whole("a=1&signature=ff", "signature=ee", "ff") == "a=1signature=ee");
}

}  // namespace
}  // namespace mainstay::exchange::parameters_test
