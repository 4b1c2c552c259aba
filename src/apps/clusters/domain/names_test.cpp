#include "apps/clusters/domain/names.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"

namespace mainstay::clusters::names_test {

TEST_CASE("cluster names: what Kubernetes admits, and nothing that leads elsewhere") {
  for (const char* good : {"a", "workers", "a-b", "0", "a.b-c.d"}) {
    CAPTURE(good);
    CHECK(parse_node_group_name(good).has_value());
  }
  const std::string longest(253, 'a');
  CHECK(is_dns_subdomain(longest));
  CHECK_FALSE(is_dns_subdomain(longest + "a"));
  for (const char* bad : {"", "A", "-a", "a-", "a..b", ".a", "a.", "../x", "a/b", "a b", "a\n",
                          "a\nb: c", "ä", "--from-file", "a_b", "a\x00b", "%2e%2e"}) {
    CAPTURE(bad);
    const auto name = parse_node_group_name(bad);
    REQUIRE(name.has_error());
    CHECK(name.error().is(Errc::field_invalid));
    CHECK(parse_secret_name(bad).has_error());
    CHECK(parse_namespace(bad).has_error());
  }
  CHECK(parse_namespace("kube-system").has_value());
  CHECK(parse_namespace("a.b").has_error());
  CHECK(parse_namespace(std::string(63, 'a')).has_value());
  CHECK(parse_namespace(std::string(64, 'a')).has_error());
}

TEST_CASE("cluster names: a refusal quotes what came, cut and as UTF-8") {
  const auto refused = parse_namespace(std::string(2'000, 'A'));
  REQUIRE(refused.has_error());
  CHECK(refused.error().detail().size() < 250);
  CHECK(parse_namespace("\xff").error().detail().find("\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("cluster names: keys of secrets, labels and instance types") {
  for (const char* good : {"a", "TLS.crt", "_x", "-", ".hidden", "a-b_c.d"}) {
    CAPTURE(good);
    CHECK(is_secret_key(good));
  }
  for (const char* bad : {"", ".", "..", "..a", "a b", "a/b", "k=v", "a\nb"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_secret_key(bad));
  }
  CHECK(is_qualified_name("app.kubernetes.io/name"));
  CHECK(is_qualified_name("Tier"));
  CHECK_FALSE(is_qualified_name("a/b/c"));
  CHECK_FALSE(is_qualified_name("/a"));
  CHECK_FALSE(is_qualified_name("a/"));
  CHECK(is_label_value(""));
  CHECK_FALSE(is_label_value("a b"));
  CHECK_FALSE(is_label_value(std::string(64, 'a')));
  CHECK(parse_instance_type_name("u-24tb1.112xlarge").has_value());
  CHECK(parse_instance_type_name("m5.large\n").has_error());
}

}  // namespace mainstay::clusters::names_test
