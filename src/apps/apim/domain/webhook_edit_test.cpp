#include "apps/apim/domain/webhook_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "base/text.hpp"

namespace mainstay::apim::webhook_edit_test {
namespace {

const ServiceId one{"1"};
const ApplicationId a{"a"};
const std::string secret = "whsec_" + base64_encode("0123456789abcdef01234567");

Catalog with_application() {
  Catalog catalog;
  TestService{"1", "p"}.application("a", "gold").add_to(catalog);
  return catalog;
}

std::string refusal(const WebhookChange& change) {
  const auto made = put_alert_webhook(with_application(), one, a, change);
  return made.has_value() ? "" : made.error().detail();
}

}  // namespace

TEST_CASE("webhook edit: an application's own wins over its service's") {
  const auto of_service =
      put_alert_webhook(with_application(), one, std::nullopt, {"https://s.example/", secret});
  REQUIRE(of_service.has_value());
  CHECK(std::holds_alternative<ServiceWebhookRow>(of_service->rows.at(0).row));
  const auto both = put_alert_webhook(of_service->next, one, a, {"https://a.example/", secret});
  REQUIRE(both.has_value());
  CHECK(std::holds_alternative<ApplicationWebhookRow>(both->rows.at(0).row));
  const auto url = [](const Catalog& catalog) {
    const Service& service = *catalog.services.find("1");
    const AlertWebhook* webhook = service.webhook_of(*service.applications.find("a"));
    return webhook != nullptr ? webhook->url : "";
  };
  CHECK(url(both->next) == "https://a.example/");
  const auto without = remove_alert_webhook(both->next, one, a);
  REQUIRE(without.has_value());
  CHECK(url(without->next) == "https://s.example/");
  CHECK(url(remove_alert_webhook(without->next, one, std::nullopt)->next).empty());
}

TEST_CASE("webhook edit: a changed address keeps its secret; a changed application its webhook") {
  const auto made = put_alert_webhook(with_application(), one, a, {"https://x.example/", secret});
  const auto moved = put_alert_webhook(made->next, one, a, {"https://y.example/", {}});
  REQUIRE(moved.has_value());
  const auto changed = put_application(moved->next, one, a, {"off", {}, {}, {}});
  REQUIRE(changed.has_value());
  const auto& webhook = changed->next.services.find("1")->applications.find("a")->alert_webhook;
  REQUIRE(webhook != nullptr);
  CHECK(*webhook == AlertWebhook{"https://y.example/", secret});
}

TEST_CASE("webhook edit: refusals, the url before the secret") {
  CHECK(refusal({"", "x"}) == "url must not be empty");
  CHECK(refusal({"ftp://x", "x"}) == "url must begin with https:// or http://");
  CHECK(refusal({"https://x", "x"}) == "secret must be whsec_ and the base64 of 24 to 64 bytes");
  CHECK(refusal({"https://x", {}}) == "secret is missing");
  CHECK(refusal({"https://x", secret}).empty());
  CHECK(put_alert_webhook({}, one, a, {"", {}}).error().is(CatalogErrc::service_not_found));
  const auto nobody = put_alert_webhook(with_application(), one, ApplicationId{"b"}, {"", {}});
  CHECK(nobody.error().is(CatalogErrc::application_not_found));
  const auto nothing = remove_alert_webhook(with_application(), one, a);
  CHECK(nothing.error().is(CatalogErrc::alert_webhook_not_found));
}

TEST_CASE("webhook edit: which secrets have a key") {
  CHECK(webhook_key(secret) == "0123456789abcdef01234567");
  CHECK(webhook_key("whsec_" + base64_encode(std::string(64, 'x'))).has_value());
  CHECK_FALSE(webhook_key("whsec_" + base64_encode(std::string(65, 'x'))).has_value());
  CHECK_FALSE(webhook_key("whsec_" + base64_encode(std::string(23, 'x'))).has_value());
  CHECK_FALSE(webhook_key(base64_encode(std::string(32, 'x'))).has_value());
  CHECK_FALSE(webhook_key("whsec_not base64 at all, whatever its length").has_value());
}

}  // namespace mainstay::apim::webhook_edit_test
