#include "apps/apim/demo.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/domain/metric_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"

namespace mainstay::apim {

namespace {

ApplicationBundle application_of(std::string_view id, std::string_view user_key) {
  ApplicationBundle application;
  application.id = ApplicationId{std::string{id}};
  application.change = {.state = "active",
                        .plan_id = PlanId{"demo-plan"},
                        .plan_name = "Demo",
                        .redirect_url = std::nullopt};
  application.user_key = UserKey{std::string{user_key}};
  return application;
}

}  // namespace

Result<CatalogEdit> put_demo(const Catalog& catalog) {
  const ServiceId service{"demo"};
  ServiceChange change;
  change.provider_key = ProviderKey{"demo-provider"};
  change.backend_version = "1";
  const UsageLimitKey limit{PlanId{"demo-plan"}, MetricId{"hits"}, Period::minute};

  MS_TRY(CatalogEdit all, put_service(catalog, service, change));
  MS_TRY(auto metric, put_metric(all.next, service, MetricId{"hits"}, {"hits", std::nullopt}));
  all.then(std::move(metric));
  MS_TRY(auto limited, put_usage_limit(all.next, service, limit, 2));
  all.then(std::move(limited));
  for (const auto& [id, user_key] :
       {std::pair{"demo-app", "demo-user"}, std::pair{"demo-echo", "demo-echo"}}) {
    MS_TRY(auto applied, put_application_bundle(all.next, service, application_of(id, user_key)));
    all.then(std::move(applied));
  }
  return all;
}

}  // namespace mainstay::apim
