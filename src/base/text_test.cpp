#include "base/text.hpp"

#include <limits>
#include <unordered_map>

#include <doctest/doctest.h>

namespace mainstay::text_test {
using namespace std::string_literals;

TEST_CASE("trimmed: blanks of every kind at both ends, gone; inner ones stay") {
  CHECK(trimmed(" \t\n\v\f\ra b\r\n ") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed("").empty());
  CHECK(trimmed(" \t ").empty());
}

TEST_CASE("split: empty parts are kept") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a,b", ',') == Parts{"a", "b"});
  CHECK(split(",a,,", ',') == Parts{"", "a", "", ""});
  CHECK(split("", ',') == Parts{""});
}

TEST_CASE("case: only ASCII letters fold") {
  CHECK(equals_ignoring_case("Content-Length", "content-LENGTH"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));
  CHECK_FALSE(equals_ignoring_case("\xC4", "\xE4"));
  CHECK(lower_case("ABCxyz-\xC4") == "abcxyz-\xC4");
}

TEST_CASE("utf-8: edges of every length are valid") {
  for (const char* text :
       {"", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CAPTURE(text);
    CHECK(is_valid_utf8(text));
  }
  CHECK(is_valid_utf8("a\0b"s));
}

TEST_CASE("utf-8: overlong, surrogate, too large, cut and stray bytes are invalid") {
  for (const char* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC2", "\xE1\x80",
        "\xF1\x80\x80", "\xC2\x41", "\xE1\x80\x41", "\xF1\x80\x80\xC0", "ok\xC2"}) {
    CAPTURE(text);
    CHECK_FALSE(is_valid_utf8(text));
  }
}

TEST_CASE("parse_u64: digits only, up to the largest") {
  CHECK(parse_u64("0") == 0U);
  CHECK(parse_u64("007") == 7U);
  CHECK(parse_u64("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_u64(text));
  }
}

TEST_CASE("parse_i64: a leading minus, both edges") {
  CHECK(parse_i64("-0") == 0);
  CHECK(parse_i64("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_i64("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  for (const char* text :
       {"", "-", "--1", "+1", "- 1", "9223372036854775808", "-9223372036854775809"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_i64(text));
  }
}

TEST_CASE("append_number: both edges fit") {
  std::string out = "n=";
  append_number(out, std::numeric_limits<std::int64_t>::min());
  append_number(out, 0);
  CHECK(out == "n=-92233720368547758080");
}

TEST_CASE("base64: the vectors of RFC 4648 both ways") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    CHECK(base64_encode(plain) == coded);
    CHECK(base64_decode(coded) == plain);
    CHECK(base64url_decode(coded) == plain);
  }
  CHECK(base64_encode("\xFB\xFF\xBF") == "+/+/");
  CHECK(base64_decode("+/+/") == "\xFB\xFF\xBF");
  CHECK(base64url_decode("-_-_") == "\xFB\xFF\xBF");
  CHECK(base64url_decode("Zg") == "f");
  CHECK(base64url_decode("Zm8") == "fo");
}

TEST_CASE("base64: foreign characters, padding in the wrong place and odd lengths are refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "=", "====", "Z===", "Zg==Zg==", "Zg=a", "Zm9v\n",
                           "Zm 9", "-_-_", "Zm9vYg=a"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
  for (const char* text : {"Z", "Zg=", "+/+/", "Zg==Zg", "Zm9vY"}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text));
  }
}

TEST_CASE("percent_decode: two digits of either case; plus as asked") {
  CHECK(percent_decode("a%2Fb%2f+%00", Plus::blank) == "a/b/ \0"s);
  CHECK(percent_decode("a+b", Plus::literal) == "a+b");
  CHECK(percent_decode("%2B", Plus::blank) == "+");
  for (const char* text : {"%", "%4", "a%", "%4G", "%G4", "%%41", "% 4"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text, Plus::blank));
  }
}

TEST_CASE("equals_in_constant_time: equal means equal") {
  CHECK(equals_in_constant_time("", ""));
  CHECK(equals_in_constant_time("secret", "secret"));
  CHECK_FALSE(equals_in_constant_time("secret", "secreT"));
  CHECK_FALSE(equals_in_constant_time("Secret", "secret"));
  CHECK_FALSE(equals_in_constant_time("secret", "secrets"));
}

TEST_CASE("masked: nothing of a short credential, four characters of a long one") {
  CHECK(masked("") == "***");
  CHECK(masked("12345678") == "***");
  CHECK(masked("123456789") == "***6789");
  CHECK(masked("123456\xE2\x82\xAC"
               "78") == "***78");
}

TEST_CASE("percent encode: all but unreserved bytes, as upper-case escapes that decode again") {
  CHECK(percent_encode("aZ0-._~") == "aZ0-._~");
  CHECK(percent_encode("a b&=/\xC3\xA9") == "a%20b%26%3D%2F%C3%A9");
  CHECK(percent_decode(percent_encode("\x01%+ "), Plus::literal) == "\x01%+ ");
}

TEST_CASE("repaired utf-8: broken bytes, become U+FFFD one by one") {
  CHECK(repaired_utf8("ok \xC3\xA9") == "ok \xC3\xA9");
  CHECK(repaired_utf8("a\xE9"
                      "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(repaired_utf8("\xF0\x9F") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(is_valid_utf8(repaired_utf8("\xFF\xFE\xC0\x80")));
}

TEST_CASE("json quoting: quotes, backslashes and controls are escaped, broken bytes replaced") {
  std::string out;
  append_json_quoted(out, std::string_view{"a\"\\\b\f\n\r\t\x01\x1F/\xC3\xA9\xFF", 14});
  CHECK(out == "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\xC3\xA9\xEF\xBF\xBD\"");
}

TEST_CASE("string hash: maps are searched with views") {
  std::unordered_map<std::string, int, StringHash, std::equal_to<>> map{{"key", 1}};
  CHECK(map.find(std::string_view{"key"}) != map.end());
}

TEST_CASE("hexadecimal: two digits a byte") {
  CHECK(hexadecimal("").empty());
  CHECK(hexadecimal(std::string_view{"\0\x0f\xff", 3}) == "000fff");
}

}  // namespace mainstay::text_test
