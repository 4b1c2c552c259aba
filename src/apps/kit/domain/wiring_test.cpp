#include "apps/kit/domain/wiring.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/kit/errc.hpp"

namespace mainstay::kit::wiring_test {
namespace {

constexpr const char* two =
    "in m.hpp above // includes\n"
    "#include \"a\"\n"
    "\n"
    "in m.hpp above // modules\n"
    "  one();\n"
    "  two();\n";

}  // namespace

TEST_CASE("wiring: lines go above their marker, in order, and again above it") {
  const auto parsed = parse_wiring(two);
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->size() == 2);
  const Tree files{{"m.hpp", {"x\n// includes\ny\n  // modules\n", false}}};
  const auto wired = wire(files, *parsed);
  REQUIRE(wired.has_value());
  CHECK(wired->at("m.hpp").text ==
        "x\n#include \"a\"\n// includes\ny\n  one();\n  two();\n  // modules\n");
  const auto again = wire(*wired, {{"m.hpp", "// includes", "#include \"b\"\n"}});
  CHECK(again->at("m.hpp").text.find("\"a\"\n#include \"b\"\n// includes") != std::string::npos);
}

TEST_CASE("wiring: what is missing is told with the lines to add by hand") {
  const auto parsed = parse_wiring(two);
  for (const Tree& files : {Tree{}, Tree{{"m.hpp", {"// includes\n", false}}}}) {
    const auto wired = wire(files, *parsed);
    REQUIRE(wired.has_error());
    CHECK(wired.error().is(Errc::no_project));
    CHECK(wired.error().detail().find("add by hand") != std::string::npos);
  }
}

TEST_CASE("wiring: what cannot be read, and what leads out") {
  CHECK(parse_wiring("x\n").error().detail().starts_with("wiring:1: "));
  CHECK(parse_wiring("in ../x above y\nz\n").has_error());
  CHECK(parse_wiring("")->empty());
}

}  // namespace mainstay::kit::wiring_test
