#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "apps/apim/domain/alert.hpp"
#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/domain/metric_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"
#include "apps/apim/domain/spike_limit_edit.hpp"
#include "apps/apim/domain/token_edit.hpp"
#include "apps/apim/domain/webhook_edit.hpp"
#include "base/random.hpp"

namespace mainstay::apim {

/// Edits over a few names, so that they meet: what is made is found, changed, moved and removed
/// again. Many are refused. For tests.
class RandomEdit {
 public:
  explicit RandomEdit(std::uint64_t seed) : random_(seed) {}

  Result<CatalogEdit> operator()(const Catalog& catalog) {
    const ServiceId service{name("s", 4)};
    switch (random_.below(11)) {
      case 0:
        return of_services(catalog, service);
      case 1:
      case 2:
      case 3:
        return of_metrics(catalog, service);
      case 4:
      case 5:
      case 6:
        return of_applications(catalog, service);
      case 7:
      case 8:
        return of_limits(catalog, service);
      case 9:
        return of_webhooks(catalog, service);
      default:
        return of_tokens(catalog, service);
    }
  }

 private:
  std::string name(std::string prefix, std::uint64_t count) {
    return prefix.append(std::to_string(random_.below(count)));
  }
  std::int64_t below(std::uint64_t bound) {
    return static_cast<std::int64_t>(random_.below(bound));
  }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

  Result<CatalogEdit> of_services(const Catalog& catalog, const ServiceId& id) {
    if (chance(6)) return remove_service(catalog, id);
    const ProviderKey key{name("p", 3)};
    if (chance(6)) return change_provider_key(catalog, key, ProviderKey{name("p", 3)});
    ServiceChange change;
    if (chance(2)) change.provider_key = key;
    if (chance(2)) change.backend_version = name("", 3);
    if (chance(3)) change.state = chance(2) ? "active" : "off";
    if (chance(2)) change.referrer_filters_required = chance(2);
    if (chance(3)) change.default_service = chance(2);
    return put_service(catalog, id, change);
  }

  Result<CatalogEdit> of_metrics(const Catalog& catalog, const ServiceId& service) {
    const MetricId id{name("m", 6)};
    if (chance(4)) return remove_metric(catalog, service, id);
    MetricChange change;
    if (!chance(4)) change.name = name("n", 8);
    if (chance(2)) change.parent_id = MetricId{chance(5) ? "" : name("m", 6)};
    return put_metric(catalog, service, id, change);
  }

  Result<CatalogEdit> of_applications(const Catalog& catalog, const ServiceId& service) {
    const ApplicationId id{name("a", 5)};
    const ApplicationKey key{name("k", 4)};
    const UserKey user_key{name("u", 6)};
    const std::string filter = name("f", 4);
    switch (random_.below(12)) {
      case 0:
        return remove_application(catalog, service, id);
      case 1:
      case 2:
        return add_application_key(catalog, service, id, key);
      case 3:
        return remove_application_key(catalog, service, id, key);
      case 4:
      case 5:
        return add_referrer_filter(catalog, service, id, filter);
      case 6:
        return remove_referrer_filter(catalog, service, id, filter);
      case 7:
      case 8:
        return put_user_key(catalog, service, user_key, id);
      case 9:
        return remove_user_key(catalog, service, user_key);
      case 10:
        return put_application_bundle(catalog, service,
                                      {id, {"on", {}, {}, {}}, user_key, {key}, {filter}});
      default:
        return put_application(catalog, service, id,
                               {"active", PlanId{name("plan", 2)}, name("Plan ", 2), {}});
    }
  }

  Result<CatalogEdit> of_limits(const Catalog& catalog, const ServiceId& service) {
    if (chance(3)) {
      const int bin = alert_bins[random_.below(alert_bins.size())];
      return chance(3) ? remove_alert_limit(catalog, service, bin)
                       : add_alert_limit(catalog, service, bin);
    }
    const PlanId plan{name("plan", 2)};
    const MetricId metric{name("m", 6)};
    if (chance(3)) {
      if (chance(3)) return remove_spike_limit(catalog, service, plan, metric);
      return put_spike_limit(catalog, service, plan, {metric, {below(9), 1 + below(9), 1}});
    }
    const UsageLimitKey key{plan, metric, periods_longest_first[random_.below(period_count)]};
    if (chance(4)) return remove_usage_limit(catalog, service, key);
    UsageLimitChange change{below(1000)};
    if (chance(3)) change.grace_percent = below(20);
    if (chance(3)) change.shadow = chance(2);
    return put_usage_limit(catalog, service, key, change);
  }

  Result<CatalogEdit> of_webhooks(const Catalog& catalog, const ServiceId& service) {
    std::optional<ApplicationId> application;
    if (!chance(3)) application = ApplicationId{name("a", 5)};
    if (chance(3)) return remove_alert_webhook(catalog, service, application);
    WebhookChange change{name("https://h", 9), {}};
    if (chance(2)) change.secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
    return put_alert_webhook(catalog, service, application, change);
  }

  Result<CatalogEdit> of_tokens(const Catalog& catalog, const ServiceId& service) {
    const std::array grants{TokenGrant{ServiceToken{name("t", 3)}, service},
                            TokenGrant{ServiceToken{name("t", 3)}, ServiceId{"elsewhere"}}};
    return chance(3) ? remove_service_tokens(catalog, grants) : add_service_tokens(catalog, grants);
  }

  Random random_;
};

}  // namespace mainstay::apim
