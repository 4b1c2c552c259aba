#include "platform/settings/toml_layer.hpp"

#include <string>

#include <doctest/doctest.h>

#include "platform/settings/settings.hpp"

namespace mainstay::settings::toml_layer_test {
namespace {

/// One value a line: `line key kind text`.
std::string told(std::string_view document) {
  const auto values = parse_toml_layer(document, "x.toml");
  if (!values) return values.error().detail();
  std::string out;
  for (const TomlValue& value : *values) {
    out += std::to_string(value.line) + ' ' + value.key + ' ' +
           "tibl"[static_cast<int>(value.written)] + ' ' + value.text + '\n';
  }
  return out;
}

TEST_CASE("toml layer: tables become dotted keys with lines, in the order of lines") {
  CHECK(told("top = 'a'\n"
             "[http]\n"
             "port = 3_000\n"
             "bind = \"::1\"\n"
             "tls.on = true\n"
             "[apps.apim]\n"
             "origins = ['x', \"y\", 3,\n 4]\n"
             "none = []\n") ==
        "1 top t a\n3 http.port i 3000\n4 http.bind t ::1\n5 http.tls.on b true\n"
        "7 apps.apim.origins l x,y,3,4\n9 apps.apim.none l \n");
  CHECK(told("") == "");
  CHECK(told("[empty]\n# comment\n") == "");
}

TEST_CASE("toml layer: a key with a dot of its own is not a path") {
  CHECK(told("'http.port' = 1\n'' = 2") == "1 \"http.port\" i 1\n2 \"\" i 2\n");
}

TEST_CASE("toml layer: what is no TOML is refused with its line") {
  for (const char* bad :
       {"\na = \n", "\na = 1\na = 2\n", "\nb = \"\xff\"\n", "\n[a\n", "\na.b = 1 2"}) {
    const auto values = parse_toml_layer(bad, "x.toml");
    REQUIRE(values.has_error());
    CHECK(values.error().is(Errc::bad_file));
    CHECK(values.error().detail().starts_with("x.toml:"));
  }
  CHECK(told("a = 1\nb = = 2\n").starts_with("x.toml:2: "));
}

TEST_CASE("toml layer: values that no setting can have are refused") {
  for (const char* bad : {"1.5", "2024-01-01", "[[1]]", "[{a = 1}]", "['a,b']", "['']", "[1.5]"}) {
    CHECK(told(std::string{"[t]\nkey = "} + bad).starts_with("x.toml:2: t.key: no fractions"));
  }
  CHECK(told("[[t]]\na = 1\n").starts_with("x.toml:1: t: no fractions"));
}

TEST_CASE("toml layer: deep nesting is refused, not followed") {
  const auto nested = [](int levels) {
    std::string path = "a";
    for (int i = 0; i < levels; ++i) path += ".a";
    return told("[" + path + "]\nb = 1\n");
  };
  CHECK(nested(4'000) == "x.toml:1: tables nested too deeply");
  CHECK(nested(30'000) == "x.toml: more than 4000 dots");
  CHECK(told("a = " + std::string(60'000, '[')).starts_with("x.toml:1: "));
}

}  // namespace
}  // namespace mainstay::settings::toml_layer_test
