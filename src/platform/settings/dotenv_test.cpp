#include "platform/settings/dotenv.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::settings::dotenv_test {
namespace {

/// "name=value@line|..." or the error's detail.
std::string parsed(std::string_view text) {
  const auto all = parse_dotenv(text, ".env");
  if (all.has_error()) return all.error().detail();
  std::string out;
  for (const NamedValue& one : *all) {
    out += one.name + "=" + one.value + "@" + std::to_string(one.line) + "|";
  }
  return out;
}

TEST_CASE("dotenv: names, values, comments and blanks") {
  CHECK(parsed("A=b\nC=d e f\n") == "A=b@1|C=d e f@2|");
  CHECK(parsed("# c\n\n  A = b  \r\n#\nB=\n") == "A=b@3|B=@5|");
  CHECK(parsed("A=b # comment\nB=b#no comment\nC=#all\nD= # all") ==
        "A=b@1|B=b#no comment@2|C=@3|D=@4|");
  CHECK(parsed("export A=1\nexport\tB=2\nexported=3") == "A=1@1|B=2@2|exported=3@3|");
  CHECK(parsed("A=x=y==\nb.c-d=1") == "A=x=y==@1|b.c-d=1@2|");
  CHECK(parsed("\xEF\xBB\xBF"
               "A=1") == "A=1@1|");
  CHECK(parsed("") == "");
}

TEST_CASE("dotenv: quotes keep blanks and lines; only double ones have escapes") {
  CHECK(parsed(R"(A="  a \"b\" \\ \n"  # c)") == "A=  a \"b\" \\ \n@1|");
  CHECK(parsed("A='a \\n \"b\"'") == "A=a \\n \"b\"@1|");
  CHECK(parsed("A='one\ntwo'\nB=\"x\ny\"\nC=1") == "A=one\ntwo@1|B=x\ny@3|C=1@5|");
  CHECK(parsed("A=it's") == "A=it's@1|");
}

TEST_CASE("dotenv: nothing is expanded or run") {
  CHECK(parsed("A=$HOME\nB=\"$(id) `id` ${X} \\$Y\"") == "A=$HOME@1|B=$(id) `id` ${X} $Y@2|");
}

TEST_CASE("dotenv: what is no line of it is refused with its place, and not told") {
  CHECK(parsed("A=1\nsecret stuff\n") == ".env:2: must be NAME=value");
  CHECK(parsed("=x").find(".env:1: a name is letters") == 0);
  CHECK(parsed("1A=x").find(".env:1: a name is letters") == 0);
  CHECK(parsed("A B=x").find(".env:1: a name is letters") == 0);
  CHECK(parsed("A=\"x\n\ny") == ".env:1: the quote that begins here has no end");
  CHECK(parsed("A='x' y") == ".env:1: text behind the closing quote");
  CHECK(parsed("A=\"\\x41\"").find(".env:1: only \\n") == 0);
  CHECK(parsed("A=1\nB=2\nA=3") == ".env:3: A is there already, in line 1");
  CHECK(parsed(std::string_view{"A=a\0b", 5}) == ".env:1: a NUL in a value");
}

TEST_CASE("dotenv: every cut of a file is parsed or refused") {
  const std::string text = "# c\nexport A=b # c\nB=\"x\\n\ny\" # d\nC='z'\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto all = parse_dotenv(text.substr(0, cut), "x");
    if (all.has_error()) CHECK(all.error().detail().starts_with("x:"));
  }
}

TEST_CASE("dotenv: a value is replaced in its place or added, comments stay") {
  CHECK(with_value("", "A", "x").value() == "A=\"x\"\n");
  CHECK(with_value("# c\nA='1\n2' # d\nB=2", "A", "a\n\"$\\").value() ==
        "# c\nA=\"a\\n\\\"\\$\\\\\"\nB=2");
  CHECK(parsed(with_value("B=1", "A", "a\n\"$\\").value()) == "B=1@1|A=a\n\"$\\@2|");
  CHECK(with_value("A", "A", "x").has_error());
  CHECK(with_value("", "1 A", "x").has_error());
}

TEST_CASE("dotenv: too many values are refused") {
  std::string text;
  for (int i = 0; i <= 1000; ++i) text += "A" + std::to_string(i) + "=1\n";
  CHECK(parsed(text).ends_with("more than 1000 values"));
}

}  // namespace
}  // namespace mainstay::settings::dotenv_test
