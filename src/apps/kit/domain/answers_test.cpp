#include "apps/kit/domain/answers.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/kit/errc.hpp"

namespace mainstay::kit::answers_test {
namespace {

const Answers sample{.name = "shop",
                     .title = "The shop, since 1999",
                     .port = "4000",
                     .store = "postgres",
                     .author = "Ada <ada@example.org>",
                     .source = "https://example.org/t.git#0123"};

}  // namespace

TEST_CASE("answers: written and read they are the same") {
  const auto back = parse_answers(to_text(sample, "0.1.0"));
  REQUIRE(back.has_value());
  CHECK(*back == sample);
}

TEST_CASE("answers: values of a template") {
  const Values values = values_of(sample, "0.1.0");
  CHECK(values.at("NAME") == "SHOP");
  CHECK(values.at("mainstay") == "0.1.0");
  CHECK(title_of("my_big_shop") == "My big shop");
}

TEST_CASE("answers: each refusal names the answer") {
  const auto refusal = [](Answers answers) {
    const auto checked = check(answers);
    REQUIRE(checked.has_error());
    return checked.error().detail();
  };
  CHECK(check(sample).has_value());
  const auto with = [](std::string Answers::*field, std::string value) {
    Answers answers = sample;
    answers.*field = std::move(value);
    return answers;
  };
  for (const auto* title :
       {"", " x", "a\"b", "a'b", "a$b", "a`b", "a\nb", "a{b", "a\\b", "a;b", "\xff"}) {
    CAPTURE(title);
    CHECK(refusal(with(&Answers::title, title)).starts_with("title "));
  }
  CHECK(check(with(&Answers::title, "Größe")).has_value());
  CHECK(refusal(with(&Answers::author, std::string(81, 'x'))).starts_with("author "));
  for (const auto* port : {"", "0", "65536", "-1", "08", "x"}) {
    CAPTURE(port);
    CHECK(refusal(with(&Answers::port, port)) == "port is a number from 1 to 65535");
  }
  CHECK(refusal(with(&Answers::store, "mysql")) == "store is sqlite or postgres");
  CHECK(check(with(&Answers::name, "class")).error().is(Errc::name_refused));
}

TEST_CASE("answers: a file that is not ours is told from one that is") {
  for (const std::string text :
       {"", "x", "name = shop\n", "name = \"sh\"op\"\n", "name = \"shop\"\n"}) {
    CAPTURE(text);
    const auto parsed = parse_answers(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().is(Errc::no_project));
  }
  std::string edited = to_text(sample, "1");
  edited.replace(edited.find("4000"), 4, "x");
  CHECK(parse_answers(edited).error().detail().find("port is a number") != std::string::npos);
  CHECK(parse_answers(to_text(sample, "1") + "later = \"x\"\n").has_value());
}

}  // namespace mainstay::kit::answers_test
