#include "apps/clusters/domain/namespace_roles.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/limits.hpp"

namespace mainstay::clusters::namespace_roles_test {
namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("namespace roles: what a line names needs its role, the rest is open") {
  const auto parsed =
      NamespaceRoles::parse(Texts{"shop-*: shop_team  shop_leads", "kube-*:admins"});
  REQUIRE(parsed.has_value());
  CHECK(parsed->missing("default", {}).empty());
  CHECK(parsed->missing("", {}).empty());
  CHECK(parsed->missing("shop-eu", {}) == "shop_team or shop_leads");
  CHECK(parsed->missing("shop-eu", Texts{"other", "shop_leads"}).empty());
  CHECK(parsed->missing("kube-system", Texts{"shop_leads"}) == "admins");
  CHECK(NamespaceRoles::parse({})->missing("shop-eu", {}).empty());
}

TEST_CASE("namespace roles: of lines about one namespace any is enough; * is everything") {
  const auto parsed = NamespaceRoles::parse(Texts{"*: platform", "shop: shop_team"});
  REQUIRE(parsed.has_value());
  CHECK(parsed->missing("shop", Texts{"shop_team"}).empty());
  CHECK(parsed->missing("shop", Texts{"platform"}).empty());
  CHECK(parsed->missing("", Texts{"shop_team"}) == "platform");
}

TEST_CASE("namespace roles: what is no line is refused with it") {
  for (const char* wrong : {"", ":", "shop", "shop:", ": team", "Shop: team", "a b: team",
                            "shop: te/am", "shop/x: team"}) {
    CAPTURE(wrong);
    const auto parsed = NamespaceRoles::parse(Texts{wrong});
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().detail().find(std::string{"'"} + wrong + "'") != std::string::npos);
  }
  const Texts many(Limits::namespace_roles_max + 1, "a: b");
  CHECK(NamespaceRoles::parse(many).has_error());
}

}  // namespace mainstay::clusters::namespace_roles_test
