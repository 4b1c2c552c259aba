#include "apps/kit/domain/render.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::kit::render_test {
namespace {

const Values values{{"name", "shop"}, {"store", "postgres"}, {"port", "3000"}};

std::string rendered(std::string_view text) {
  std::vector<std::string> problems;
  std::string out = render_text(text, "f", values, problems);
  for (const std::string& one : problems) out.append("!").append(one);
  return problems.empty() ? out : out.substr(out.find('!') + 1);
}

}  // namespace

TEST_CASE("render: placeholders, and what only looks like one") {
  CHECK(rendered("") == "");
  CHECK(rendered("@{name}:@{port}\n@{name}") == "shop:3000\nshop");
  CHECK(rendered("a@b $x ${y} {z} @ {\n") == "a@b $x ${y} {z} @ {\n");
  CHECK(rendered("@{at}{name}") == "@{name}");
  CHECK(rendered("x\r\n@{name}\r\n") == "x\r\nshop\r\n");
}

TEST_CASE("render: conditions leave lines out, and their own lines always") {
  CHECK(rendered("a\n@{if store=postgres}\nb\n@{else}\nc\n@{end}\nd\n") == "a\nb\nd\n");
  CHECK(rendered("a\n  @{if store=sqlite}\nb\n@{else}\nc\n  @{end}\nd") == "a\nc\nd");
  CHECK(rendered("@{if store!=sqlite}\n@{if name=x}\n1\n@{else}\n2\n@{end}\n@{end}\n") == "2\n");
  CHECK(rendered("@{if name=x}\n@{if store=postgres}\n1\n@{end}\n@{end}\n") == "");
}

TEST_CASE("render: every mistake is told with its line, also where nothing is shown") {
  CHECK(rendered("\n@{nam}") == "f:2: nothing is called \"nam\"; there are: name port store");
  CHECK(rendered("@{name") == "f:1: @{ without }; a literal @{ is written @{at}{");
  CHECK(rendered("@{na\nme}") == "f:1: @{ without }; a literal @{ is written @{at}{");
  CHECK(rendered("x\n@{if store=postgres}\n") == "f:2: @{if} without @{end}");
  CHECK(rendered("@{end}\n") == "f:1: @{end} without @{if}");
  CHECK(rendered("@{else}\n") == "f:1: @{else} without @{if}");
  CHECK(rendered("@{if a=b}\n@{end}").find("f:1: nothing is called \"a\"") == 0);
  CHECK(rendered("@{if store}\n@{end}").find("f:1: a condition is") == 0);
  CHECK(rendered("x @{if store=a}\n") == "f:1: @{if store=a} must be alone in its line");
  CHECK(rendered("@{if name=x}\n@{wrong}\n@{end}\n").find("f:2: nothing is called") == 0);
  CHECK(rendered("@{if name=x}\n@{else}\n@{else}\n@{end}\n") == "f:3: a second @{else}");
  std::string deep;
  for (int i = 0; i < 9; ++i) deep += "@{if name=shop}\n";
  CHECK(rendered(deep).find("f:9: conditions are nested too deep") == 0);
}

TEST_CASE("render: a template's paths, modes and files without text") {
  const std::string bytes("\0@{name}", 8);
  const auto tree = render({{"src/@{name}.cpp", {"@{port}", false}},
                            {"dev", {"x", true}},
                            {"logo", {bytes, false}},
                            {"empty", {"", false}},
                            {"only", {"@{if store=sqlite}\nx\n@{end}\n", false}}},
                           values);
  REQUIRE(tree.has_value());
  CHECK(*tree == Tree{{"dev", {"x", true}},
                      {"empty", {"", false}},
                      {"logo", {bytes, false}},
                      {"src/shop.cpp", {"3000", false}}});
}

TEST_CASE("render: a template with mistakes gives nothing, and all of them") {
  const auto tree = render({{"a", {"@{x}\n@{y}", false}}, {"b/@{z}", {"", false}}}, values);
  REQUIRE(tree.has_error());
  const std::string& detail = tree.error().detail();
  for (const auto* part : {"a:1: ", "a:2: ", "b/@{z}:1: "}) {
    CAPTURE(part);
    CHECK(detail.find(part) != std::string::npos);
  }
  std::string many;
  for (int i = 0; i < 30; ++i) many += "@{x}\n";
  const auto capped = render({{"a", {many, false}}}, values);
  CHECK(capped.error().detail().find("a:20:") != std::string::npos);
  CHECK(capped.error().detail().ends_with("and more"));
}

TEST_CASE("render: what a value makes of a path must stay inside, and be alone") {
  CHECK(render({{"@{v}/x", {}}}, {{"v", ".."}}).has_error());
  CHECK(render({{"@{v}", {}}}, {{"v", "/etc/x"}}).has_error());
  CHECK(render({{"a", {}}, {"@{v}", {}}}, {{"v", "a"}}).has_error());
}

}  // namespace mainstay::kit::render_test
