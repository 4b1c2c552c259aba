#include "apps/apim/domain/credential_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::credential_edit_test {
namespace {

const ServiceId service_id{"1"};
const ApplicationId app{"a"};

Catalog one_application() {
  ServiceChange change;
  change.provider_key = ProviderKey{"p"};
  const Catalog catalog = put_service({}, service_id, change)->next;
  return put_application(catalog, service_id, app, {"active", {}, {}, {}})->next;
}

const Application& application(const Catalog& catalog) {
  return **find_application(catalog, service_id, app);
}

}  // namespace

TEST_CASE("application keys: in the order of making, each once, at most so many") {
  Catalog catalog = one_application();
  for (std::size_t i = 0; i < Limits::application_keys_max; ++i) {
    const ApplicationKey key{std::to_string(1000 - i)};
    catalog = add_application_key(catalog, service_id, app, key)->next;
  }
  CHECK(application(catalog).keys.front().get() == "1000");
  const auto again = add_application_key(catalog, service_id, app, ApplicationKey{"1000"});
  REQUIRE(again.has_value());
  CHECK(again->rows.empty());
  CHECK(add_application_key(catalog, service_id, app, ApplicationKey{"new"})
            .error()
            .is(CatalogErrc::too_many));
  catalog = remove_application_key(catalog, service_id, app, ApplicationKey{"1000"})->next;
  CHECK(application(catalog).keys.front().get() == "999");
  CHECK(remove_application_key(catalog, service_id, app, ApplicationKey{"1000"})
            .error()
            .is(CatalogErrc::application_key_not_found));
  CHECK(add_application_key(catalog, service_id, ApplicationId{"b"}, ApplicationKey{"k"})
            .error()
            .is(CatalogErrc::application_not_found));
}

TEST_CASE("referrer filters: sorted, each once, blank ones refused") {
  Catalog catalog = one_application();
  for (const char* filter : {"b", "a", "c", "a"}) {
    catalog = add_referrer_filter(catalog, service_id, app, filter)->next;
  }
  CHECK(application(catalog).referrer_filters == std::vector<std::string>{"a", "b", "c"});
  CHECK(add_referrer_filter(catalog, service_id, app, "  ").error().detail() ==
        "referrer filter can't be blank");
  catalog = remove_referrer_filter(catalog, service_id, app, "b")->next;
  catalog = remove_referrer_filter(catalog, service_id, app, "never")->next;
  CHECK(application(catalog).referrer_filters == std::vector<std::string>{"a", "c"});
  for (std::size_t i = 2; i < Limits::referrer_filters_max; ++i) {
    catalog = add_referrer_filter(catalog, service_id, app, "f" + std::to_string(i))->next;
  }
  CHECK(
      add_referrer_filter(catalog, service_id, app, "one more").error().is(CatalogErrc::too_many));
}

TEST_CASE("user keys: moved to another application, which need not exist") {
  Catalog catalog = one_application();
  const UserKey key{"u"};
  catalog = put_user_key(catalog, service_id, key, app)->next;
  catalog = put_user_key(catalog, service_id, key, ApplicationId{"b"})->next;
  const Service& service = *catalog.services.find("1");
  CHECK(service.user_keys.find("u")->application_id.get() == "b");
  CHECK(service.user_keys_of.find("a") == nullptr);
  CHECK(service.user_keys_of.find("b")->size() == 1);
  const auto kept = remove_application(catalog, service_id, app);
  CHECK(kept->next.services.find("1")->user_keys.size() == 1);

  catalog = remove_user_key(catalog, service_id, key)->next;
  CHECK(catalog.services.find("1")->user_keys.empty());
  CHECK(catalog.services.find("1")->user_keys_of.empty());
  CHECK(remove_user_key(catalog, service_id, key)->rows.empty());
}

TEST_CASE("user keys: blank or too many for one application, refused") {
  Catalog catalog = one_application();
  CHECK(put_user_key(catalog, service_id, UserKey{" "}, app).error().detail() ==
        "Application id=\"a\" with user_key=\" \" has inconsistent data and could not be saved");
  for (std::size_t i = 0; i < Limits::user_keys_per_application_max; ++i) {
    catalog = put_user_key(catalog, service_id, UserKey{std::to_string(i)}, app)->next;
  }
  CHECK(put_user_key(catalog, service_id, UserKey{"more"}, app).error().is(CatalogErrc::too_many));
  CHECK(put_user_key(catalog, service_id, UserKey{"0"}, app).has_value());
}

}  // namespace mainstay::apim::credential_edit_test
