#include "platform/auth/domain/link.hpp"

#include <doctest/doctest.h>

#include "platform/auth/errc.hpp"

namespace mainstay::auth::link_test {
namespace {

const std::string id = "00112233445566778899aabbccddeeff";
const std::string signature(64, 'a');

Link reset_link() { return {Purpose::reset, id, SystemTime{Seconds{1'795'223'566}}}; }

}  // namespace

TEST_CASE("link: what is signed is what is read") {
  const std::string part = signed_part(reset_link());
  CHECK(part == "p-" + id + "-006b00f00e");
  const auto received = parse_link(part + "-" + signature);
  REQUIRE(received.has_value());
  CHECK(received->link.purpose == Purpose::reset);
  CHECK(received->link.id == id);
  CHECK(received->link.expires == reset_link().expires);
  CHECK(received->signed_text == part);
  CHECK(received->signature == signature);
}

TEST_CASE("link: expiry in whole seconds, none before 1970") {
  Link link = reset_link();
  link.expires += Micros{999'999};
  CHECK(signed_part(link) == signed_part(reset_link()));
  link.expires = SystemTime{Seconds{-5}};
  CHECK(signed_part(link).ends_with("-0000000000"));
}

TEST_CASE("link: every other text is refused") {
  const std::string good = signed_part(reset_link()) + "-" + signature;
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    CHECK(parse_link(std::string_view{good}.substr(0, cut)).has_error());
  }
  for (const std::string& text :
       {good + "0", "x" + good, " " + good, good + "-", "n" + good.substr(1), "P" + good.substr(1),
        good.substr(0, 2) + "G" + good.substr(3), good.substr(0, good.size() - 1) + "A"}) {
    CAPTURE(text);
    const auto received = parse_link(text);
    REQUIRE(received.has_error());
    CHECK(received.error().is(Errc::link_invalid));
  }
}

}  // namespace mainstay::auth::link_test
