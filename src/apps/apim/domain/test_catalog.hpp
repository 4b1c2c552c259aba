#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/apim/domain/catalog.hpp"

namespace mainstay::apim {

/// For tests: a service put together in a few calls.
class TestService {
 public:
  TestService(std::string id, std::string provider_key) {
    service_.id = ServiceId{std::move(id)};
    service_.provider_key = ProviderKey{std::move(provider_key)};
    service_.state = "active";
    service_.backend_version = "2";
  }

  /// Metrics as {name, parent's name}; their ids are "m-NAME".
  TestService& metrics(std::initializer_list<std::pair<std::string, std::string>> named) {
    std::vector<Metric> all;
    for (const auto& [name, parent] : named) {
      Metric metric{MetricId{"m-" + name}, name, std::nullopt};
      if (!parent.empty()) metric.parent_id = MetricId{"m-" + parent};
      all.push_back(std::move(metric));
    }
    service_.metrics = std::make_shared<MetricTree>(std::move(all));
    return *this;
  }
  TestService& limit(const std::string& plan, const std::string& metric, Period period,
                     std::int64_t max, int grace_percent = 0, bool shadow = false) {
    Plan next = plan_of(plan);
    next.limits.push_back({MetricId{"m-" + metric}, period, max, grace_percent, shadow});
    return put(std::move(next));
  }
  TestService& spike(const std::string& plan, const std::string& metric, const SpikeRule& rule) {
    Plan next = plan_of(plan);
    next.spike_limits.push_back({MetricId{"m-" + metric}, rule});
    return put(std::move(next));
  }
  TestService& application(Application application) {
    const std::string id = application.id.get();
    service_.applications = service_.applications.with(id, std::move(application));
    return *this;
  }
  /// An active application on a plan.
  TestService& application(const std::string& id, const std::string& plan) {
    Application made;
    made.id = ApplicationId{id};
    made.state = "active";
    made.plan_id = PlanId{plan};
    made.plan_name = plan;
    return application(std::move(made));
  }
  TestService& user_key(const std::string& key, const std::string& application) {
    service_.user_keys = service_.user_keys.with(key, UserKeyOwner{ApplicationId{application}});
    return *this;
  }
  Service& edit() { return service_; }

  /// Puts the service into the catalog; the first of its provider is the default one.
  void add_to(Catalog& catalog) const {
    const std::string key = service_.provider_key.get();
    const Provider* old = catalog.providers.find(key);
    Provider provider = old != nullptr ? *old : Provider{service_.provider_key, service_.id, {}};
    provider.services.push_back(service_.id);
    catalog.providers = catalog.providers.with(key, std::move(provider));
    catalog.services = catalog.services.with(service_.id.get(), service_);
  }

 private:
  Plan plan_of(const std::string& id) const {
    const Plan* old = service_.plans.find(id);
    return old != nullptr ? *old : Plan{PlanId{id}, {}, {}};
  }
  TestService& put(Plan plan) {
    const std::string id = plan.id.get();
    service_.extra_limits += plan.extras() - service_.plan(plan.id).extras();
    resolve_rows(plan, *service_.metrics);
    service_.plans = service_.plans.with(id, std::move(plan));
    return *this;
  }

  Service service_;
};

}  // namespace mainstay::apim
