#include "platform/http/client_group.hpp"

#include <doctest/doctest.h>

namespace mainstay::http::client_group_test {

TEST_CASE("client group: a network of IPv6 is one client") {
  CHECK(client_group("2001:db8:1:2::1") == client_group("2001:db8:1:2:ffff::9"));
  CHECK(client_group("2001:db8:1:2::1") != client_group("2001:db8:1:3::1"));
  CHECK(client_group("::ffff:10.0.0.1") == client_group("10.0.0.1"));
  CHECK(client_group("10.0.0.1") != client_group("10.0.0.2"));
  CHECK(client_group("") == "");
}

}  // namespace mainstay::http::client_group_test
