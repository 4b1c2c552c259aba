#include "apps/apim/domain/application_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_rows.hpp"
#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"

namespace mainstay::apim::application_edit_test {
namespace {

const ServiceId service_id{"1"};
const ApplicationId app{"a"};

Catalog one_service() {
  ServiceChange change;
  change.provider_key = ProviderKey{"p"};
  return put_service({}, service_id, change)->next;
}

}  // namespace

TEST_CASE("applications: made, changed, absent attributes stay") {
  Catalog catalog = one_service();
  catalog =
      put_application(catalog, service_id, app, {"active", PlanId{"7"}, "gold", "https://x"})->next;
  catalog = put_application(catalog, service_id, app, {"suspended", {}, "silver", {}})->next;
  const Application& found = **find_application(catalog, service_id, app);
  CHECK(found.state == "suspended");
  CHECK(found.plan_id.get() == "7");
  CHECK(found.plan_name == "silver");
  CHECK(found.redirect_url == "https://x");
}

TEST_CASE("applications: without state, twice, without service, refused") {
  Catalog catalog = one_service();
  CHECK(put_application(catalog, service_id, app, {}).error().detail() ==
        "Application with id=\"a\" has no state");
  CHECK(put_application(catalog, ServiceId{"2"}, app, {"active", {}, {}, {}})
            .error()
            .is(CatalogErrc::service_not_found));
  catalog = create_application(catalog, service_id, app, {"active", {}, {}, {}})->next;
  CHECK(create_application(catalog, service_id, app, {}).error().http_status() == 405);
}

TEST_CASE("applications: removing takes keys, filters and user keys along") {
  Catalog catalog = one_service();
  const ApplicationBundle bundle{
      app, {"active", {}, {}, {}}, UserKey{"u1"}, {ApplicationKey{"k"}}, {"*.x.org"}};
  catalog = put_application_bundle(catalog, service_id, bundle)->next;
  catalog = put_user_key(catalog, service_id, UserKey{"u2"}, app)->next;
  catalog = put_user_key(catalog, service_id, UserKey{"u3"}, ApplicationId{"b"})->next;
  const auto removed = remove_application(catalog, service_id, app);
  REQUIRE(removed.has_value());
  CHECK(removed->rows.size() == 3);  // two user keys; the rest goes with the application's row
  const Service& service = *removed->next.services.find("1");
  CHECK(service.applications.empty());
  CHECK(service.user_keys.size() == 1);
  CHECK(service.user_keys_of.find("a") == nullptr);
  CHECK(remove_application(removed->next, service_id, app)
            .error()
            .is(CatalogErrc::application_not_found));

  const Catalog again =
      put_application(removed->next, service_id, app, {"active", {}, {}, {}})->next;
  CHECK((*find_application(again, service_id, app))->keys.empty());
}

TEST_CASE("application bundles: one bad part, nothing of it") {
  const Catalog catalog = one_service();
  const ApplicationBundle bundle{app, {"active", {}, {}, {}}, {}, {ApplicationKey{"k"}}, {" "}};
  CHECK(put_application_bundle(catalog, service_id, bundle)
            .error()
            .is(CatalogErrc::referrer_filter_invalid));
}

}  // namespace mainstay::apim::application_edit_test
