#include "platform/http/address_rule.hpp"

#include <arpa/inet.h>
#include <string>

#include <doctest/doctest.h>

namespace mainstay::http::address_rule_test {
namespace {

bool is_public(const std::string& text) {
  Ipv4Bytes four;
  if (::inet_pton(AF_INET, text.c_str(), four.data()) == 1) return is_public_address(four);
  Ipv6Bytes six;
  REQUIRE(::inet_pton(AF_INET6, text.c_str(), six.data()) == 1);
  return is_public_address(six);
}

}  // namespace

TEST_CASE("address rule: addresses of the internet, public up to the edge of every range") {
  for (const std::string text :
       {"1.0.0.0",         "1.1.1.1",         "8.8.8.8",         "9.255.255.255",
        "11.0.0.0",        "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
        "128.0.0.0",       "169.253.255.255", "169.255.0.0",     "172.15.255.255",
        "172.32.0.0",      "192.0.1.0",       "192.0.3.0",       "192.88.98.255",
        "192.88.100.0",    "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",   "198.51.101.0",    "203.0.112.255",
        "203.0.114.0",     "223.255.255.255", "2001:200::",      "2001:4860:4860::8888",
        "2001:db7:ffff::", "2001:db9::",      "2606:4700::1111", "2a00::1",
        "3ffe::1",         "3fff:1000::",     "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8",
        "2002:808:808::1"}) {
    CAPTURE(text);
    CHECK(is_public(text));
  }
}

TEST_CASE(
    "address rule: addresses inside somebody's network, not public from the first to the last") {
  for (const std::string text :
       {"0.0.0.0",         "0.255.255.255",  "10.0.0.0",       "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.0",      "127.0.0.1",      "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "172.16.0.0",     "172.31.255.255", "192.0.0.0",       "192.0.0.255",
        "192.0.2.1",       "192.88.99.1",    "192.168.0.0",    "192.168.255.255", "198.18.0.0",
        "198.19.255.255",  "198.51.100.1",   "203.0.113.1",    "224.0.0.0",       "239.255.255.255",
        "240.0.0.0",       "255.255.255.255"}) {
    CAPTURE(text);
    CHECK(!is_public(text));
  }
}

TEST_CASE("address rule: IPv6 beside the global range, not public") {
  for (const std::string text : {"::",           "::1",
                                 "::2",          "::127.0.0.1",
                                 "::8.8.8.8",    "100::1",
                                 "64:ff9b:1::1", "64:ff9b::1:8.8.8.8",
                                 "fc00::",       "fd12:3456::1",
                                 "fdff:ffff::",  "fe80::1",
                                 "febf::1",      "fec0::1",
                                 "ff02::1",      "ff0e::1",
                                 "2001::1",      "2001:0:53aa::1",
                                 "2001:1ff::",   "2001:db8::1",
                                 "3fff::1",      "3fff:fff::1",
                                 "1fff:ffff::",  "4000::",
                                 "5f00::1"}) {
    CAPTURE(text);
    CHECK(!is_public(text));
  }
}

TEST_CASE("address rule: IPv6 forms of an IPv4 address, judged by that address") {
  for (const std::string text :
       {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
        "64:ff9b::127.0.0.1", "64:ff9b::192.168.1.1", "2002:7f00:1::", "2002:a01:203::1",
        "2002:c0a8:101::", "2002:a9fe:a9fe::"}) {
    CAPTURE(text);
    CHECK(!is_public(text));
  }
}

}  // namespace mainstay::http::address_rule_test
