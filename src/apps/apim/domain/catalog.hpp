#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/metric_tree.hpp"
#include "apps/apim/domain/period.hpp"
#include "apps/apim/domain/spike.hpp"
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
  std::int64_t max = 0;   // 0: the metric is disabled
  int grace_percent = 0;  // calls pass up to so much above max
  bool shadow = false;    // refuses nobody, only tells whom it would have refused

  [[nodiscard]] bool is_plain() const { return grace_percent == 0 && !shadow; }
};

/// `max` and so many percent of it, rounded down; stops at the largest int64. `percent` is not
/// negative.
std::int64_t with_grace(std::int64_t max, int percent);

/// One limit as answers show it: the metric resolved in the service's tree.
struct LimitRow {
  MetricIndex metric = 0;
  Period period = Period::minute;
  std::int64_t max = 0;
  std::int64_t allowed = 0;  // max with its grace: what calls are held to
  bool shadow = false;
  friend bool operator==(const LimitRow&, const LimitRow&) = default;
};

struct SpikeLimit {
  MetricId metric_id;
  SpikeRule rule;
};
struct SpikeRow {
  MetricIndex metric = 0;
  SpikeRule rule;
  friend bool operator==(const SpikeRow&, const SpikeRow&) = default;
};

/// The limits of a plan. All rows are in the order of reports (metrics in the tree's order, periods
/// longest first), without limits whose metric is gone.
struct Plan {
  PlanId id;
  std::vector<UsageLimit> limits;
  std::vector<LimitRow> rows;          // that calls are held to
  std::vector<LimitRow> watched = {};  // with a grace, and shadows: whoever is above is told of
  std::vector<SpikeLimit> spike_limits = {};  // by metric id
  std::vector<SpikeRow> spikes = {};

  [[nodiscard]] bool empty() const { return limits.empty() && spike_limits.empty(); }
  /// Limits that a plan of the original cannot have.
  [[nodiscard]] std::size_t extras() const;
};

/// Where alerts of an application are sent.
struct AlertWebhook {
  std::string url;
  std::string secret;  // "whsec_" and base64 of 24 to 64 bytes
  friend bool operator==(const AlertWebhook&, const AlertWebhook&) = default;
};

struct Application {
  ApplicationId id;
  std::string state;  // any word; only "active" passes
  PlanId plan_id;
  std::string plan_name;
  std::string redirect_url;
  std::vector<ApplicationKey> keys;                        // in the order of making
  std::vector<std::string> referrer_filters;               // sorted
  std::shared_ptr<const AlertWebhook> alert_webhook = {};  // null: its service's

  [[nodiscard]] bool is_active() const { return state == "active"; }
};

/// What a user key leads to. The application need not exist (yet).
struct UserKeyOwner {
  ApplicationId application_id;
};

/// One without metrics. Not made here: every file that knows a service would compile how.
std::shared_ptr<const MetricTree> empty_metric_tree();

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

  std::shared_ptr<const MetricTree> metrics = empty_metric_tree();
  PersistentMap<Plan> plans;                // by plan id
  PersistentMap<Application> applications;  // by application id
  PersistentMap<UserKeyOwner> user_keys;    // by user key
  /// By application id: the keys that lead to it, sorted; never an empty list.
  PersistentMap<std::vector<UserKey>> user_keys_of;
  std::vector<int> alert_limits;                      // allowed bins, ascending
  std::shared_ptr<const AlertWebhook> alert_webhook;  // of applications without their own
  std::size_t extra_limits = 0;  // of all plans; 0: nobody needs to look for one

  [[nodiscard]] BackendVersion version() const;
  [[nodiscard]] bool is_active() const { return state.empty() || state == "active"; }
  /// Without limits when there are none of it.
  [[nodiscard]] const Plan& plan(const PlanId& plan_id) const;
  /// The webhook of an application: its own, else the service's; null: none.
  [[nodiscard]] const AlertWebhook* webhook_of(const Application& application) const;
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

/// Orders and resolves the limits of a plan against `metrics` into its rows.
void resolve_rows(Plan& plan, const MetricTree& metrics);

}  // namespace mainstay::apim
