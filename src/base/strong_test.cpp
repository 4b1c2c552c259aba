#include "base/strong.hpp"

#include <string>
#include <type_traits>
#include <unordered_set>

#include <doctest/doctest.h>

namespace mainstay::strong_test {
using ServiceId = Strong<struct ServiceIdTag, std::string>;
using UserKey = Strong<struct UserKeyTag, std::string>;

static_assert(!std::is_convertible_v<std::string, ServiceId>);
static_assert(!std::is_convertible_v<ServiceId, std::string>);
static_assert(!std::is_constructible_v<ServiceId, UserKey>);

TEST_CASE("strong: compares, orders and hashes as what it holds") {
  const ServiceId a{"a"};
  const ServiceId b{"b"};
  CHECK(a == ServiceId{"a"});
  CHECK(a < b);
  CHECK(a.get() == "a");
  CHECK(ServiceId{}.get().empty());
  const std::unordered_set<ServiceId> set{a, b, a};
  CHECK(set.size() == 2);
}

}  // namespace mainstay::strong_test
