#include "platform/mail/address.hpp"

#include <doctest/doctest.h>

namespace mainstay::mail::address_test {
namespace {

TEST_CASE("address: what a server takes is one") {
  for (const char* good : {"a@b.example", "first.last+tag@sub.example.com", "o'neil@x-y.org",
                           "root@localhost", "1@2.example"}) {
    CHECK_MESSAGE(is_address(good), good);
  }
  CHECK(is_address(std::string(64, 'a') + "@b.example"));
}

TEST_CASE("address: everything else is none") {
  for (const char* bad : {"",
                          "a",
                          "@b.example",
                          "a@",
                          "a@b",
                          "a b@c.example",
                          "a@b..example",
                          ".a@b.example",
                          "a.@b.example",
                          "a..b@c.example",
                          "a@-b.example",
                          "a@b-.example",
                          "\"a b\"@c.example",
                          "a@[127.0.0.1]",
                          "a@b.example\r\nBcc: x@y.example",
                          "a@b.example ",
                          "<a@b.example>",
                          "a@b@c.example",
                          "j\xc3\xbcrgen@b.example",
                          "a@b\xc3\xbc.example",
                          "a,b@c.example"}) {
    CHECK_FALSE_MESSAGE(is_address(bad), bad);
  }
  CHECK_FALSE(is_address(std::string(65, 'a') + "@b.example"));
  CHECK_FALSE(is_address("a@" + std::string(64, 'b') + ".example"));
  std::string longest = "a@";
  for (int i = 0; i < 5; ++i) longest += std::string(60, 'b') + ".";
  CHECK_FALSE(is_address(longest + "example"));
}

TEST_CASE("mailbox: with and without a name") {
  const auto plain = parse_mailbox(" a@b.example ");
  REQUIRE(plain);
  CHECK(plain->name.empty());
  CHECK(plain->address == "a@b.example");
  const auto named = parse_mailbox("M\xc3\xbcller & Co <a@b.example>");
  REQUIRE(named);
  CHECK(named->name == "M\xc3\xbcller & Co");
  CHECK(named->address == "a@b.example");
  const auto quoted = parse_mailbox("\"Shop, the\" <a@b.example>");
  REQUIRE(quoted);
  CHECK(quoted->name == "Shop, the");
  CHECK_FALSE(parse_mailbox("a\nb <a@b.example>"));
  CHECK_FALSE(parse_mailbox("a <a@b"));
  CHECK_FALSE(parse_mailbox("a>"));
  CHECK_FALSE(parse_mailbox("a <<a@b.example>>"));
  CHECK_FALSE(parse_mailbox("a <>"));
}

}  // namespace
}  // namespace mainstay::mail::address_test
