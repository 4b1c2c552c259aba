#include "platform/toml/toml.hpp"

#include <doctest/doctest.h>

namespace mainstay::toml_file::toml_test {

TEST_CASE("toml: a document as JSON") {
  const auto value = parse(
      "seed = 7\nrate = 0.5\non = true\nday = 2026-11-21\nat = 07:32:00\n"
      "then = 1979-05-27T07:32:00Z\n[market]\nname = 'LUNA'\nsteps = [1, 2]\n"
      "[[agents]]\nkind = \"dealer\"\n[[agents]]\nkind = \"crowd\"\n",
      "x.toml");
  REQUIRE(value.has_value());
  CHECK(*value->find("seed")->if_int() == 7);
  CHECK(*value->find("rate")->if_double() == 0.5);
  CHECK(*value->find("on")->if_bool());
  CHECK(*value->find_string("day") == "2026-11-21");
  CHECK(*value->find_string("at") == "07:32:00");
  CHECK(*value->find_string("then") == "1979-05-27T07:32:00Z");
  CHECK(value->find("market")->find("steps")->if_array()->size() == 2);
  CHECK(*(*value->find("agents")->if_array())[1].find_string("kind") == "crowd");
}

TEST_CASE("toml: what is wrong, and in which line") {
  const auto refused = parse("a = 1\nb = \n", "x.toml");
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::syntax));
  CHECK(refused.error().detail().starts_with("x.toml:2: "));
  CHECK(parse(std::string(bytes_max + 1, ' '), "x.toml").error().is(Errc::too_large));
}

}  // namespace mainstay::toml_file::toml_test
