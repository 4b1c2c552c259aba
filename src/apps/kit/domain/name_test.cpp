#include "apps/kit/domain/name.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::kit::name_test {
namespace {

std::string refusal(std::string_view name) {
  const auto checked = check_app_name(name);
  REQUIRE(checked.has_error());
  return checked.error().detail();
}

}  // namespace

TEST_CASE("names: what people call projects passes") {
  for (const auto* name : {"shop", "a", "shop2", "my_shop", "orders_of_2026"}) {
    CAPTURE(name);
    CHECK(check_project_name(name).has_value());
    CHECK(check_app_name(name).has_value());
  }
  CHECK(check_project_name(std::string(40, 'a')).has_value());
}

TEST_CASE("names: each refusal says why, and what would do") {
  CHECK(refusal("") == "\"\": a name is needed, for example shop");
  CHECK(refusal("../x") == "\"../x\": must begin with one of a-z; x would do");
  CHECK(refusal("my shop") == "\"my shop\": may hold a-z, 0-9 and _ only; my_shop would do");
  CHECK(refusal("my-shop") == "\"my-shop\": may hold a-z, 0-9 and _ only; my_shop would do");
  CHECK(refusal("a/b") == "\"a/b\": may hold a-z, 0-9 and _ only; a_b would do");
  CHECK(refusal("Shop") == "\"Shop\": must begin with one of a-z; shop would do");
  CHECK(refusal("2fast") == "\"2fast\": must begin with one of a-z; fast would do");
  CHECK(refusal("_x") == "\"_x\": must begin with one of a-z; x would do");
  CHECK(refusal("x__y").find("single _") != std::string::npos);
  CHECK(refusal("x_").find("x would do") != std::string::npos);
  CHECK(refusal("class") == "\"class\": is a word of C++; my_class would do");
  CHECK(refusal("co_await").find("word of C++") != std::string::npos);
  CHECK(refusal("test").find("already") != std::string::npos);
  CHECK(refusal("mainstay").find("already") != std::string::npos);
  CHECK(refusal("std").find("already") != std::string::npos);
  CHECK(refusal("rebuild_cache").find("already") != std::string::npos);
  CHECK(refusal("jobs") == "\"jobs\": is a module of the platform; my_jobs would do");
  CHECK(refusal(std::string(41, 'a')).find("longer than 40") != std::string::npos);
  CHECK(refusal("a\nb\xff") == "\"a?b?\": may hold a-z, 0-9 and _ only; a_b would do");
  CHECK(refusal("-rf").find("rf would do") != std::string::npos);
}

TEST_CASE("names: what is suggested would do") {
  for (const auto* text :
       {"My Shop!", "class", "42 things", "jobs", "x__", "Größe", "..", "int "}) {
    CAPTURE(text);
    const std::string name = usable_name(text);
    if (!name.empty()) CHECK(check_app_name(name).has_value());
  }
  CHECK(usable_name("..").empty());
  CHECK(check_app_name(usable_name(std::string(500, 'x'))).has_value());
}

}  // namespace mainstay::kit::name_test
