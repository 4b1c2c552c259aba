#include "apps/apim/domain/caller.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/errc.hpp"

namespace mainstay::apim::caller_test {
namespace {

Catalog catalog() {
  Catalog all;
  TestService{"1", "first"}.add_to(all);
  TestService{"2", "first"}.add_to(all);
  TestService{"3", "second"}.add_to(all);
  all.tokens =
      all.tokens.with(token_slot("tok", "3"), TokenGrant{ServiceToken{"tok"}, ServiceId{"3"}});
  return all;
}

}  // namespace

TEST_CASE("caller: a provider key, wins over any token") {
  const Catalog all = catalog();
  CHECK(*resolve_provider_key(all, {"first", "wrong", "3"}) == "first");
}

TEST_CASE("caller: a token, stands for the provider of its service") {
  const Catalog all = catalog();
  CHECK(*resolve_provider_key(all, {"", "tok", "3"}) == "second");
  CHECK(resolve_provider_key(all, {"", "tok", "1"}).error().is(Errc::service_token_invalid));
  CHECK(resolve_provider_key(all, {"", "tok", ""}).error().is(Errc::service_id_missing));
  CHECK(resolve_provider_key(all, {"", "", "3"})
            .error()
            .is(Errc::provider_key_or_service_token_required));
}

TEST_CASE("caller: without a service id, the default service is meant") {
  const Catalog all = catalog();
  CHECK((*resolve_service(all, "first", ""))->id.get() == "1");
  CHECK(
      resolve_service(all, "nobody", "").error().is(Errc::provider_key_invalid_or_service_missing));
}

TEST_CASE("caller: another provider's service, is invalid for a known key and betrays an unknown") {
  const Catalog all = catalog();
  CHECK((*resolve_service(all, "first", "2"))->id.get() == "2");
  CHECK(resolve_service(all, "first", "3").error().is(Errc::service_id_invalid));
  CHECK(resolve_service(all, "first", "9").error().is(Errc::service_id_invalid));
  CHECK(resolve_service(all, "nobody", "3").error().is(Errc::provider_key_invalid));
}

}  // namespace mainstay::apim::caller_test
