#include "platform/json/json.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace mainstay::json::json_test {
namespace {

Value parsed(std::string_view text) {
  CAPTURE(text);
  Result<Value> value = parse(text);
  if (value.has_error()) FAIL(value.error().message());
  return *std::move(value);
}

Error refused(std::string_view text, const ParseLimits& limits = {}) {
  CAPTURE(text);
  const Result<Value> value = parse(text, limits);
  REQUIRE(value.has_error());
  return value.error();
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

}  // namespace

TEST_CASE("json: each kind of value, parsed") {
  CHECK(parsed("null").is_null());
  CHECK(parsed("true") == Value{true});
  CHECK(parsed("false") == Value{false});
  CHECK(parsed("\"\"") == Value{""});
  CHECK(parsed("[]") == Value{Array{}});
  CHECK(parsed("{}") == Value{Object{}});
  CHECK(parsed(" [ 1 , \"a\" , null ] \n") == Value{Array{1, "a", nullptr}});
  CHECK(parsed(R"({"a":{"b":[true]}})") == Value{Object{{"a", Object{{"b", Array{true}}}}}});
}

TEST_CASE("json: integers, exact within int64 and doubles beyond") {
  CHECK(*parsed("-0").if_int() == 0);
  CHECK(*parsed("9223372036854775807").if_int() == std::numeric_limits<std::int64_t>::max());
  CHECK(*parsed("-9223372036854775808").if_int() == std::numeric_limits<std::int64_t>::min());
  CHECK(*parsed("9223372036854775808").if_double() == 9223372036854775808.0);
  CHECK(*parsed("-9223372036854775809").if_double() == -9223372036854775809.0);
  CHECK(*parsed("18446744073709551616").if_double() == 18446744073709551616.0);
}

TEST_CASE("json: fractions and exponents, the nearest double") {
  CHECK(*parsed("0.1").if_double() == 0.1);
  CHECK(*parsed("1.0").if_double() == 1.0);
  CHECK(*parsed("1e3").if_double() == 1000.0);
  CHECK(*parsed("2.2250738585072014e-308").if_double() == 2.2250738585072014e-308);
  CHECK(*parsed("1.7976931348623157e308").if_double() == std::numeric_limits<double>::max());
  CHECK(*parsed("123456789012345678901234567890.5").if_double() ==
        123456789012345678901234567890.5);
  CHECK(*parsed("0.30000000000000004").if_double() == 0.1 + 0.2);
  CHECK(*parsed("1e-400").if_double() == 0.0);
  CHECK(std::signbit(*parsed("-0.0").if_double()));
}

TEST_CASE("json: strings, escapes become UTF-8") {
  CHECK(parsed(R"("\"\\\/\b\f\n\r\t")") == Value{"\"\\/\b\f\n\r\t"});
  CHECK(parsed(R"("\u00e9\ud83d\ude00")") == Value{"\xC3\xA9\xF0\x9F\x98\x80"});
  CHECK(parsed(R"("a\u0000b")") == Value{std::string{"a\0b", 3}});
  CHECK(parsed("\"\xC3\xA9\"") == Value{"\xC3\xA9"});
}

TEST_CASE("json: a name that comes twice, the first place and the last value") {
  CHECK(parsed(R"({"a":1,"b":2,"a":3,"c":4,"b":5,"a":6})") ==
        Value{Object{{"a", 6}, {"b", 5}, {"c", 4}}});
}

TEST_CASE("json: broken text, refused with the place") {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "tru e",
                           "[1,]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "{\"a\":1,}",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "- 1",
                           "'a'",
                           "\"a",
                           "\"\n\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "[1] x",
                           "1 2",
                           "// no\n1",
                           "[1e400]",
                           "-1e999",
                           "NaN",
                           "Infinity",
                           "\xEF\xBB\xBF{}"}) {
    const Error error = refused(text);
    CHECK(error.is(Errc::syntax));
    CHECK(error.detail().find(" at byte ") != std::string::npos);
  }
  CHECK(refused("[1, 2, x]").detail() == "syntax error at byte 7");
  CHECK(refused("{\"a\":1} x").detail() == "extra data at byte 8");
  CHECK(refused("[1,").detail() == "the text ends early at byte 3");
}

TEST_CASE("json: a text cut at any byte, refused") {
  const std::string_view text = R"({"a":[1.5,-2,"x\u00e9",true,null],"b":{"c":"d"}})";
  CHECK(parse(text).has_value());
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    CHECK(refused(text.substr(0, cut)).is(Errc::syntax));
  }
}

TEST_CASE("json: not UTF-8, refused with the place") {
  const Error error = refused("{\"a\":\"\xC3\xA9\xED\xA0\x80\"}");
  CHECK(error.is(Errc::not_utf8));
  CHECK(error.detail() == "broken character at byte 8");
  CHECK(refused("\"\xC3").is(Errc::not_utf8));
  CHECK(refused("\xFF").detail() == "broken character at byte 0");
}

TEST_CASE("json: depth, taken up to the limit and refused beyond") {
  const ParseLimits limits{.depth_max = 5};
  CHECK(parse(nested(5), limits).has_value());
  CHECK(refused(nested(6), limits).is(Errc::too_deep));
  CHECK(refused(R"([{"a":[{"b":[{}]}]}])", limits).detail() == "more than 5 levels at byte 13");
  CHECK(parse(nested(32)).has_value());
  CHECK(refused(std::string(1'000'000, '[')).is(Errc::too_deep));
}

TEST_CASE("json: size, taken up to the limit and refused beyond") {
  CHECK(parse("[1,2]", {.bytes_max = 5}).has_value());
  const Error error = refused("[1,2] ", {.bytes_max = 5});
  CHECK(error.is(Errc::too_large));
  CHECK(error.http_status() == 413);
}

TEST_CASE("json: many names in one object, done in sorting time") {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text.append("\"" + std::to_string(i % 40'000) + "\":1,");
  text.append("\"last\":2}");
  CHECK(parsed(text).if_object()->size() == 40'001);
}

TEST_CASE("json: find, members of objects only") {
  const Value value = parsed(R"({"a":"x","b":1})");
  CHECK(*value.find_string("a") == "x");
  CHECK(value.find_string("b") == nullptr);
  CHECK(*value.find("b")->if_int() == 1);
  CHECK(value.find("c") == nullptr);
  CHECK(Value{1}.find("a") == nullptr);
}

TEST_CASE("json: unsigned values, int64 while they fit") {
  CHECK(Value{std::uint64_t{7}}.if_int() != nullptr);
  CHECK(*Value{std::numeric_limits<std::uint64_t>::max()}.if_double() == 18446744073709551615.0);
}

TEST_CASE("json: dump, compact and in order") {
  CHECK(dump(Value{}) == "null");
  CHECK(dump(Object{{"b", 1}, {"a", Array{true, nullptr, "x"}}, {"e", Object{}}, {"f", Array{}}}) ==
        R"({"b":1,"a":[true,null,"x"],"e":{},"f":[]})");
  CHECK(dump(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("json: doubles written, shortest text that comes back and shows that it is no integer") {
  CHECK(dump(0.1) == "0.1");
  CHECK(dump(1.0) == "1.0");
  CHECK(dump(-0.0) == "-0.0");
  CHECK(dump(1e300) == "1e+300");
  CHECK(dump(5e-324) == "5e-324");
  CHECK(dump(std::numeric_limits<double>::infinity()) == "null");
  CHECK(dump(std::nan("")) == "null");
  CHECK(parsed(dump(1.0)) == Value{1.0});
}

TEST_CASE("json: strings written, escaped and always UTF-8") {
  CHECK(dump("\"\\/\b\f\n\r\t\x01\x1F") == R"("\"\\/\b\f\n\r\t\u0001\u001f")");
  CHECK(dump(std::string{"a\0b", 3}) == R"("a\u0000b")");
  CHECK(dump("\xC3\xA9\xF0\x9F\x98\x80") == "\"\xC3\xA9\xF0\x9F\x98\x80\"");
  CHECK(dump("a\xFF\"\xC3") == "\"a\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"");
  CHECK(parse(dump(std::string(100'000, '\xFF'))).has_value());
}

TEST_CASE("json: pretty, two blanks a level") {
  CHECK(dump_pretty(Object{{"a", Array{1, Object{{"b", 2}}}}, {"c", Array{}}, {"d", Object{}}}) ==
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}");
  CHECK(dump_pretty(1) == "1");
}

}  // namespace mainstay::json::json_test
