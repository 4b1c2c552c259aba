#include "apps/exchange/listen_keys.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/limits.hpp"

namespace mainstay::exchange::listen_keys_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'580}};
const AccountId ann{1'000};
const AccountId bob{1'001};

TEST_CASE("listen keys: an account has one, as long as it is kept alive") {
  ListenKeys keys;
  const std::string key = *keys.open(ann, start);
  CHECK(key.size() == 64);
  CHECK(keys.account_of(key, start) == ann);
  CHECK(keys.open(ann, start + Seconds{1'800}) == key);
  CHECK(keys.open(bob, start) != key);
  const SystemTime later = start + Seconds{1'800} + Limits::listen_key_age;
  CHECK(keys.account_of(key, later - Seconds{1}) == ann);
  CHECK(keys.keep(key, ann, later - Seconds{1}));
  CHECK(keys.account_of(key, later) == ann);
  CHECK(!keys.keep(key, bob, later));
  const SystemTime over = later + Limits::listen_key_age;
  CHECK(!keys.account_of(key, over).has_value());
  CHECK(!keys.keep(key, ann, over));
  const std::string next = *keys.open(ann, over);
  CHECK(next != key);
  CHECK(!keys.close(next, bob, over));
  CHECK(keys.close(next, ann, over));
  CHECK(!keys.account_of(next, over).has_value());
}

}  // namespace
}  // namespace mainstay::exchange::listen_keys_test
