#include "apps/apim/domain/catalog_builder.hpp"

#include <algorithm>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/domain/metric_edit.hpp"
#include "apps/apim/domain/spike_limit_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

template <class V>
using Table = std::pmr::unordered_map<std::string, V>;

/// A service while it is put together. The tables' nodes lie by themselves: among the applications
/// they would leave a hole beside each.
struct Draft {
  std::unique_ptr<std::pmr::monotonic_buffer_resource> nodes =
      std::make_unique<std::pmr::monotonic_buffer_resource>();
  Service service;
  std::vector<Metric> metrics;
  Table<Plan> plans{nodes.get()};
  Table<std::shared_ptr<Application>> applications{nodes.get()};
};

template <class V>
PersistentMap<V> frozen(Table<std::shared_ptr<V>> table) {
  std::vector<std::pair<std::string, std::shared_ptr<const V>>> entries;
  entries.reserve(table.size());
  while (!table.empty()) {
    auto node = table.extract(table.begin());
    entries.emplace_back(std::move(node.key()), std::move(node.mapped()));
  }
  return PersistentMap<V>::of(std::move(entries));
}

template <class V>
PersistentMap<V> frozen(Table<V> table) {
  Table<std::shared_ptr<V>> shared;
  shared.reserve(table.size());
  while (!table.empty()) {
    auto node = table.extract(table.begin());
    shared.emplace(std::move(node.key()), std::make_shared<V>(std::move(node.mapped())));
  }
  return frozen(std::move(shared));
}

Error inconsistent(std::string_view what, std::string_view id) {
  std::string text{what};
  return {CatalogErrc::rows_inconsistent, text.append(" \"").append(id).append("\"")};
}

bool by_metric_and_period(const UsageLimit& a, const UsageLimit& b) {
  return std::tie(a.metric_id, a.period) < std::tie(b.metric_id, b.period);
}

Result<Service> finish(Draft draft) {
  auto tree = std::make_shared<const MetricTree>(std::move(draft.metrics));
  for (MetricIndex i = 0; i < tree->size(); ++i) {
    if (has_cycle(*tree, i)) return inconsistent("a cycle of metrics at", tree->at(i).id.get());
  }
  Service& service = draft.service;
  for (auto& [id, plan] : draft.plans) {
    std::ranges::sort(plan.limits, by_metric_and_period);
    std::ranges::sort(plan.spike_limits, {}, &SpikeLimit::metric_id);
    resolve_rows(plan, *tree);
    service.extra_limits += plan.extras();
  }
  for (auto& [id, application] : draft.applications) {
    std::ranges::sort(application->referrer_filters);
  }
  std::ranges::sort(service.alert_limits);
  service.metrics = std::move(tree);
  service.plans = frozen(std::move(draft.plans));
  service.applications = frozen(std::move(draft.applications));
  return std::move(service);
}

}  // namespace

void UserKeyBuilder::add(UserKeyRow row) {
  owners_[row.service_id.get()].emplace_back(row.user_key.get(),
                                             UserKeyOwner{std::move(row.application_id)});
}

std::map<std::string, UserKeyMaps> UserKeyBuilder::build() {
  std::map<std::string, UserKeyMaps> made;
  for (auto& [service_id, owners] : owners_) {
    std::pmr::monotonic_buffer_resource nodes;
    Table<std::shared_ptr<std::vector<UserKey>>> of_applications{&nodes};
    of_applications.reserve(owners.size());
    for (const auto& [key, owner] : owners) {
      auto& keys = of_applications[owner.application_id.get()];
      if (keys == nullptr) keys = std::make_shared<std::vector<UserKey>>();
      keys->push_back(UserKey{key});
    }
    for (auto& [id, keys] : of_applications) std::ranges::sort(*keys);
    UserKeyMaps& maps = made[service_id];
    maps.of_applications = frozen(std::move(of_applications));
    maps.owners = PersistentMap<UserKeyOwner>::of(std::move(owners));
  }
  return made;
}

struct CatalogBuilder::Impl {
  UserKeyBuilder user_keys;
  Table<Draft> drafts;
  Table<Provider> providers;
  std::vector<std::pair<std::string, TokenGrant>> tokens;
  std::optional<Error> failure;

  Draft* draft(const ServiceId& id) {
    const auto found = drafts.find(id.get());
    if (found != drafts.end()) return &found->second;
    fail("rows of a service that is not there:", id.get());
    return nullptr;
  }
  Application* application(const ServiceId& service_id, const ApplicationId& id) {
    Draft* owner = draft(service_id);
    if (owner == nullptr) return nullptr;
    const auto found = owner->applications.find(id.get());
    if (found != owner->applications.end()) return found->second.get();
    fail("rows of an application that is not there:", id.get());
    return nullptr;
  }
  void fail(std::string_view what, std::string_view id) {
    if (!failure) failure = inconsistent(what, id);
  }

  void add(ServiceRow row) {
    Provider& provider = providers[row.provider_key.get()];
    provider.key = row.provider_key;
    provider.services.push_back(row.id);
    Service& service = drafts[row.id.get()].service;
    service.id = std::move(row.id);
    service.provider_key = std::move(row.provider_key);
    service.backend_version = std::move(row.backend_version);
    service.state = std::move(row.state);
    service.referrer_filters_required = row.referrer_filters_required;
    service.zone = row.zone;
  }
  void add(DefaultServiceRow row) {
    const Draft* owner = draft(row.service_id);
    if (owner == nullptr) return;
    if (owner->service.provider_key != row.provider_key) {
      return fail("a default service of another provider:", row.service_id.get());
    }
    providers[row.provider_key.get()].default_service = std::move(row.service_id);
  }
  void add(ServiceTokenRow row) {
    auto slot = token_slot(row.token.get(), row.service_id.get());
    tokens.emplace_back(std::move(slot),
                        TokenGrant{std::move(row.token), std::move(row.service_id)});
  }
  void add(MetricRow row) {
    Draft* owner = draft(row.service_id);
    if (owner == nullptr) return;
    owner->metrics.push_back({std::move(row.id), std::move(row.name), std::move(row.parent_id)});
  }
  void add(UsageLimitRow row) {
    Draft* owner = draft(row.service_id);
    if (owner == nullptr) return;
    if (row.grace_percent < 0 || row.grace_percent > Limits::grace_percent_max) {
      return fail("a grace that is out of range in the plan", row.plan_id.get());
    }
    Plan& plan = owner->plans[row.plan_id.get()];
    plan.id = std::move(row.plan_id);
    plan.limits.push_back(
        {std::move(row.metric_id), row.period, row.max, row.grace_percent, row.shadow});
  }
  void add(SpikeLimitRow row) {
    Draft* owner = draft(row.service_id);
    if (owner == nullptr) return;
    if (check_spike_rule(row.rule).has_error()) {
      return fail("a spike limit that is out of range in the plan", row.plan_id.get());
    }
    Plan& plan = owner->plans[row.plan_id.get()];
    plan.id = std::move(row.plan_id);
    plan.spike_limits.push_back({std::move(row.metric_id), row.rule});
  }
  void add(ServiceWebhookRow row) {
    if (Draft* owner = draft(row.service_id)) {
      owner->service.alert_webhook = std::make_shared<const AlertWebhook>(
          AlertWebhook{std::move(row.url), std::move(row.secret)});
    }
  }
  void add(ApplicationWebhookRow row) {
    if (Application* owner = application(row.service_id, row.application_id)) {
      owner->alert_webhook = std::make_shared<const AlertWebhook>(
          AlertWebhook{std::move(row.url), std::move(row.secret)});
    }
  }
  void add(AlertLimitRow row) {
    if (Draft* owner = draft(row.service_id)) owner->service.alert_limits.push_back(row.bin);
  }
  void add(ApplicationRow row) {
    Draft* owner = draft(row.service_id);
    if (owner == nullptr) return;
    const std::string id = row.id.get();
    owner->applications[id] = std::make_shared<Application>(Application{std::move(row.id),
                                                                        std::move(row.state),
                                                                        std::move(row.plan_id),
                                                                        std::move(row.plan_name),
                                                                        std::move(row.redirect_url),
                                                                        {},
                                                                        {}});
  }
  void add(ApplicationKeyRow row) {
    Application* owner = application(row.service_id, row.application_id);
    if (owner != nullptr) owner->keys.push_back(std::move(row.value));
  }
  void add(ReferrerFilterRow row) {
    Application* owner = application(row.service_id, row.application_id);
    if (owner != nullptr) owner->referrer_filters.push_back(std::move(row.value));
  }
  void add(UserKeyRow row) {
    if (draft(row.service_id) != nullptr) user_keys.add(std::move(row));
  }
  /// Rows and maps of one service do not come together.
  void put(std::map<std::string, UserKeyMaps> maps) {
    for (auto& [service_id, of_service] : maps) {
      Draft* owner = draft(ServiceId{service_id});
      if (owner == nullptr) return;
      owner->service.user_keys = std::move(of_service.owners);
      owner->service.user_keys_of = std::move(of_service.of_applications);
    }
  }
};

CatalogBuilder::CatalogBuilder() : impl_(std::make_unique<Impl>()) {}
CatalogBuilder::~CatalogBuilder() = default;

void CatalogBuilder::add(CatalogRow row) {
  std::visit([this](auto&& typed) { impl_->add(std::move(typed)); }, std::move(row));
}

void CatalogBuilder::add(std::map<std::string, UserKeyMaps> user_keys) {
  impl_->put(std::move(user_keys));
}

Result<Catalog> CatalogBuilder::build() {
  impl_->put(impl_->user_keys.build());
  if (impl_->failure) return *impl_->failure;
  std::vector<std::pair<std::string, Service>> services;
  services.reserve(impl_->drafts.size());
  for (auto& [id, draft] : impl_->drafts) {
    MS_TRY(auto service, finish(std::move(draft)));
    services.emplace_back(id, std::move(service));
  }
  Catalog catalog;
  catalog.services = PersistentMap<Service>::of(std::move(services));
  catalog.providers = frozen(std::move(impl_->providers));
  catalog.tokens = PersistentMap<TokenGrant>::of(std::move(impl_->tokens));
  return catalog;
}

}  // namespace mainstay::apim
