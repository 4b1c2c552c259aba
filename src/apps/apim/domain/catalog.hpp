#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/metric_tree.hpp"
#include "apps/apim/domain/period.hpp"
#include "apps/apim/fundamental.hpp"
#include "base/persistent_map.hpp"
#include "base/time_zone.hpp"

namespace mainstay::apim {

/// How callers of a service prove who they are: "1" by user key, "oauth" by client id (the gateway
/// checked the token), anything else by application id and key.
enum class BackendVersion : std::uint8_t { user_key, app_id, oauth };

struct UsageLimit {
  MetricId metric_id;
  Period period = Period::minute;
  std::int64_t max = 0;  // 0: the metric is disabled
};

/// One limit as answers show it: the metric resolved in the service's tree.
struct LimitRow {
  MetricIndex metric = 0;
  Period period = Period::minute;
  std::int64_t max = 0;
};

/// The limits of a plan. `rows`: in the order of reports (metrics in the tree's order, periods
/// longest first), without limits whose metric is gone.
struct Plan {
  PlanId id;
  std::vector<UsageLimit> limits;
  std::vector<LimitRow> rows;
};

struct Application {
  ApplicationId id;
  std::string state;  // any word; only "active" passes
  PlanId plan_id;
  std::string plan_name;
  std::string redirect_url;
  std::vector<ApplicationKey> keys;           // in the order of making
  std::vector<std::string> referrer_filters;  // sorted

  [[nodiscard]] bool is_active() const { return state == "active"; }
};

/// What a user key leads to. The application need not exist (yet).
struct UserKeyOwner {
  ApplicationId application_id;
};

/// A service with everything under it. Immutable once published; a change makes a new one that
/// shares what did not change.
struct Service {
  ServiceId id;
  ProviderKey provider_key;
  std::string backend_version;  // as stored; may be empty
  std::string state;            // empty means active
  bool referrer_filters_required = false;
  /// Whose calendar its usage is counted by; null: UTC. Lives as long as the process.
  const TimeZone* zone = nullptr;

  std::shared_ptr<const MetricTree> metrics = std::make_shared<MetricTree>();
  PersistentMap<Plan> plans;                // by plan id
  PersistentMap<Application> applications;  // by application id
  PersistentMap<UserKeyOwner> user_keys;    // by user key
  /// By application id: the keys that lead to it, sorted; never an empty list.
  PersistentMap<std::vector<UserKey>> user_keys_of;
  std::vector<int> alert_limits;  // allowed bins, ascending

  [[nodiscard]] BackendVersion version() const;
  [[nodiscard]] bool is_active() const { return state.empty() || state == "active"; }
  /// The rows of that plan; empty when it has none.
  [[nodiscard]] const std::vector<LimitRow>& limit_rows(const PlanId& plan) const;
};

struct Provider {
  ProviderKey key;
  std::optional<ServiceId> default_service;
  std::vector<ServiceId> services;  // in the order of making
};

/// A pair that authenticates a gateway for one service.
struct TokenGrant {
  ServiceToken token;
  ServiceId service_id;
};

/// Everything configured. An immutable snapshot: readers load it without a lock and never see half
/// a change.
struct Catalog {
  PersistentMap<Service> services;    // by service id
  PersistentMap<Provider> providers;  // by provider key
  PersistentMap<TokenGrant> tokens;   // by token_slot(token, service id)

  /// Ids of the form `x-y-123` are first tried as the part after the last '-', then whole.
  [[nodiscard]] const Service* find_service_loosely(std::string_view id) const;
  [[nodiscard]] bool has_token(std::string_view token, std::string_view service_id) const;
};

/// The key of Catalog::tokens: length-prefixed, so that no two pairs meet.
std::string token_slot(std::string_view token, std::string_view service_id);

/// Orders and resolves `plan.limits` against `metrics` into `plan.rows`.
void resolve_rows(Plan& plan, const MetricTree& metrics);

}  // namespace mainstay::apim
