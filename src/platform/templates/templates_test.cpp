#include "platform/templates/templates.hpp"

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::templates::templates_test {
namespace {

std::string error_of(const Result<Template>& parsed) {
  return parsed.has_error() ? parsed.error().detail() : "";
}

TEST_CASE("template: places are replaced, in HTML escaped, three braces never") {
  const std::vector<Field> fields{{"name", "<b>O'Neil & \"co\"</b>"}, {"other", "x"}};
  const auto html = Template::parse("Hi {{name}}, {{{name}}}{{other}}!", Template::Escape::html);
  REQUIRE(html.has_value());
  CHECK(html->render(fields) ==
        "Hi &lt;b&gt;O&#39;Neil &amp; &quot;co&quot;&lt;/b&gt;, <b>O'Neil & \"co\"</b>x!");
  CHECK(html->places() == std::vector<std::string>{"name", "other"});
  const auto plain = Template::parse("{{name}}", Template::Escape::none);
  REQUIRE(plain.has_value());
  CHECK(plain->render(fields) == "<b>O'Neil & \"co\"</b>");
}

TEST_CASE("template: a value is not looked at again") {
  const auto parsed = Template::parse("{{a}}{{b}}", Template::Escape::none);
  REQUIRE(parsed.has_value());
  const std::vector<Field> fields{{"a", "{{b}}"}, {"b", "}}"}};
  CHECK(parsed->render(fields) == "{{b}}}}");
  CHECK(parsed->render({}).empty());
}

TEST_CASE("template: what cannot be meant is refused with its line") {
  CHECK(error_of(Template::parse("a\nb {{name", Template::Escape::none)) ==
        "line 2: {{ without its }}");
  CHECK(error_of(Template::parse("{{ name }}", Template::Escape::none))
            .starts_with("line 1: {{ name }} is no name"));
  CHECK(error_of(Template::parse("{{#if x}}", Template::Escape::none)).find("no name") !=
        std::string::npos);
  const std::vector<std::string> known{"link", "name"};
  CHECK(error_of(Template::parse("\n\n{{lnik}}", Template::Escape::none, known)) ==
        "line 3: {{lnik}} is unknown here; there are link, name");
}

TEST_CASE("templates: a project's file replaces the built-in one") {
  const TemporaryFolder folder;
  const std::vector<Builtin> builtins{{"hello.html", "<p>{{name}}</p>", {"site"}},
                                      {"hello.txt", "Hi {{name}}"}};
  folder.write("hello.html", "<h1>{{name}} of {{site}}</h1>");
  folder.write("README.md", "{{anything}}");
  const auto loaded = Templates::load(builtins, folder.path());
  REQUIRE(loaded.has_value());
  CHECK(loaded->render("hello.html", {{"name", "A&B"}, {"site", "S"}}) == "<h1>A&amp;B of S</h1>");
  CHECK(loaded->render("hello.txt", {{"name", "A&B"}}) == "Hi A&B");
  CHECK(loaded->has("hello.txt"));
  CHECK_FALSE(loaded->has("other.txt"));
}

TEST_CASE("templates: a wrong replacement says which file, line and names") {
  const TemporaryFolder folder;
  const std::vector<Builtin> builtins{{"hello.txt", "Hi {{name}}"}};
  folder.write("hello.txt", "Hi\n{{nmae}}");
  const auto wrong = Templates::load(builtins, folder.path());
  REQUIRE(wrong.has_error());
  CHECK(wrong.error().detail() ==
        folder.path("hello.txt") + ": line 2: {{nmae}} is unknown here; there are name");
  folder.write("hello.txt", "fine");
  folder.write("helo.txt", "never used");
  const auto stranger = Templates::load(builtins, folder.path());
  REQUIRE(stranger.has_error());
  CHECK(stranger.error().detail().find(
            "helo.txt: no template has this name; there are hello.txt") != std::string::npos);
  CHECK(Templates::load(builtins, folder.path("none")).has_error());
  CHECK(Templates::load(builtins, "").has_value());
}

}  // namespace
}  // namespace mainstay::templates::templates_test
