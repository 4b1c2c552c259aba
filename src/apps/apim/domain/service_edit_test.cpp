#include "apps/apim/domain/service_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_rows.hpp"
#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/domain/token_edit.hpp"

namespace mainstay::apim::service_edit_test {
namespace {

ServiceChange owned_by(const char* key) {
  ServiceChange change;
  change.provider_key = ProviderKey{key};
  return change;
}

Catalog with(const Catalog& catalog, const char* id, const ServiceChange& change) {
  auto edit = put_service(catalog, ServiceId{id}, change);
  REQUIRE_MESSAGE(edit.has_value(), (edit ? "" : edit.error().detail()));
  return edit->next;
}

bool is_default(const Catalog& catalog, const char* id) {
  return is_default_service(catalog, *catalog.services.find(id));
}

std::string order_of(const Catalog& catalog, const char* key) {
  std::string out;
  for (const ServiceId& id : catalog.providers.find(key)->services) out += id.get() + " ";
  return out;
}

}  // namespace

TEST_CASE("services: the first of a provider, its default until another is made it") {
  Catalog catalog = with({}, "1", owned_by("p"));
  CHECK(is_default(catalog, "1"));
  catalog = with(catalog, "2", owned_by("p"));
  CHECK_FALSE(is_default(catalog, "2"));
  ServiceChange make_default;
  make_default.default_service = true;
  catalog = with(catalog, "2", make_default);
  CHECK(is_default(catalog, "2"));
  CHECK_FALSE(is_default(catalog, "1"));
  CHECK(order_of(catalog, "p") == "1 2 ");

  ServiceChange unmake;
  unmake.default_service = false;
  CHECK(is_default(with(catalog, "2", unmake), "2"));
}

TEST_CASE("services: explicitly no default, none until somebody asks") {
  ServiceChange change = owned_by("p");
  change.default_service = false;
  const Catalog catalog = with({}, "1", change);
  CHECK_FALSE(is_default(catalog, "1"));
  CHECK_FALSE(is_default(with(catalog, "1", {}), "1"));
  CHECK(is_default(with(catalog, "2", owned_by("p")), "2"));
}

TEST_CASE("services: absent attributes stay, a new service needs a provider key") {
  ServiceChange change = owned_by("p");
  change.backend_version = "oauth";
  change.referrer_filters_required = true;
  Catalog catalog = with({}, "1", change);
  CHECK(catalog.services.find("1")->state == "active");
  ServiceChange suspend;
  suspend.state = "whatever";
  catalog = with(catalog, "1", suspend);
  const Service& service = *catalog.services.find("1");
  CHECK(service.state == "suspended");
  CHECK(service.backend_version == "oauth");
  CHECK(service.referrer_filters_required);
  CHECK(put_service(catalog, ServiceId{"2"}, {}).error().detail() == "provider_key is missing");
  CHECK(put_service(catalog, ServiceId{""}, owned_by("p")).error().http_status() == 400);
}

TEST_CASE("services: removing, refused for a default among others, tokens go too") {
  Catalog catalog = with(with({}, "1", owned_by("p")), "2", owned_by("p"));
  CHECK(
      remove_service(catalog, ServiceId{"1"}).error().is(CatalogErrc::service_is_default_service));
  CHECK(remove_service(catalog, ServiceId{"3"}).error().detail() == "service id \"3\" is invalid");

  const TokenGrant grants[] = {{ServiceToken{"t"}, ServiceId{"2"}},
                               {ServiceToken{"t"}, ServiceId{"1"}}};
  catalog = add_service_tokens(catalog, grants)->next;
  auto removed = remove_service(catalog, ServiceId{"2"});
  REQUIRE(removed.has_value());
  CHECK(removed->rows.size() == 2);
  CHECK_FALSE(removed->next.has_token("t", "2"));
  CHECK(removed->next.has_token("t", "1"));

  removed = remove_service(removed->next, ServiceId{"1"});
  REQUIRE(removed.has_value());
  CHECK(removed->next.providers.empty());
  CHECK(removed->next.services.empty());
  CHECK(removed->next.tokens.empty());
}

TEST_CASE("services: another provider key moves the service there") {
  Catalog catalog = with(with({}, "1", owned_by("p")), "2", owned_by("p"));
  CHECK(put_service(catalog, ServiceId{"1"}, owned_by("q"))
            .error()
            .is(CatalogErrc::service_is_default_service));
  catalog = with(catalog, "2", owned_by("q"));
  CHECK(is_default(catalog, "2"));
  CHECK(order_of(catalog, "p") == "1 ");
  catalog = with(catalog, "1", owned_by("q"));
  CHECK(catalog.providers.find("p") == nullptr);
  CHECK(order_of(catalog, "q") == "2 1 ");
  CHECK(is_default(catalog, "2"));
}

TEST_CASE("provider keys: a change moves all services and the default") {
  const Catalog catalog =
      with(with(with({}, "1", owned_by("p")), "2", owned_by("p")), "3", owned_by("q"));
  const auto changed = change_provider_key(catalog, ProviderKey{"p"}, ProviderKey{"r"});
  REQUIRE(changed.has_value());
  CHECK(changed->next.providers.find("p") == nullptr);
  CHECK(order_of(changed->next, "r") == "1 2 ");
  CHECK(is_default(changed->next, "1"));
  CHECK(changed->next.services.find("2")->provider_key.get() == "r");
}

TEST_CASE("provider keys: blank, equal, taken and unknown ones, refused") {
  const Catalog catalog = with(with({}, "1", owned_by("p")), "2", owned_by("q"));
  const auto refusal = [&](const char* from, const char* to) {
    return change_provider_key(catalog, ProviderKey{from}, ProviderKey{to}).error();
  };
  CHECK(refusal("p", "").is(CatalogErrc::invalid_provider_keys));
  CHECK(refusal("p", "p").is(CatalogErrc::invalid_provider_keys));
  CHECK(refusal("p", "q").is(CatalogErrc::provider_key_exists));
  CHECK(refusal("x", "q").is(CatalogErrc::provider_key_exists));
  CHECK(refusal("x", "y").is(CatalogErrc::provider_key_not_found));
  CHECK(refusal("p", "a\tb").is(CatalogErrc::value_invalid));
}

TEST_CASE("services: a time zone, stays until another is said") {
  const TimeZone berlin = test_zones::berlin();
  ServiceChange change = owned_by("p");
  change.zone = &berlin;
  Catalog catalog = with({}, "1", change);
  CHECK(catalog.services.find("1")->zone == &berlin);
  catalog = with(catalog, "1", owned_by("p"));
  CHECK(catalog.services.find("1")->zone == &berlin);
  auto edit = change_provider_key(catalog, ProviderKey{"p"}, ProviderKey{"q"});
  REQUIRE(edit.has_value());
  CHECK(std::get<ServiceRow>(edit->rows[1].row).zone == &berlin);
  change = {};
  change.zone = nullptr;
  CHECK(with(edit->next, "1", change).services.find("1")->zone == nullptr);
}

}  // namespace mainstay::apim::service_edit_test
