#include "apps/apim/domain/service_bundle.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "apps/apim/domain/alert.hpp"
#include "apps/apim/domain/catalog_builder.hpp"
#include "apps/apim/domain/catalog_edit.hpp"
#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/domain/metric_edit.hpp"
#include "apps/apim/domain/row_fields.hpp"
#include "apps/apim/domain/service_edit.hpp"
#include "apps/apim/domain/spike_limit_edit.hpp"
#include "apps/apim/domain/webhook_edit.hpp"
#include "apps/apim/limits.hpp"
#include "base/time_zone.hpp"

namespace mainstay::apim {
namespace {

/// Values one after the other, so that no two lists of values give the same text.
class JoinedText {
 public:
  template <class Tag>
  void operator()(std::string_view, const Strong<Tag, std::string>& id) {
    add(id.get());
  }
  void operator()(std::string_view, const std::string& value) { add(value); }
  void operator()(std::string_view, const std::optional<MetricId>& id) {
    add(id ? "+" + id->get() : std::string{});
  }
  void operator()(std::string_view, Period period) { add(to_text(period)); }
  void operator()(std::string_view, const TimeZone* zone) {
    add(zone != nullptr ? zone->name() : std::string{});
  }
  void operator()(std::string_view, std::int64_t value) { add(std::to_string(value)); }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void add(std::string_view value) {
    text_.append(std::to_string(value.size())).append(":").append(value);
  }
  std::string text_;
};

std::string fields_text(const CatalogRow& any) {
  JoinedText joined;
  std::visit([&](const auto& row) { visit_fields(row, joined); }, any);
  return joined.text();
}

std::string key_text(const CatalogRow& any) {
  JoinedText joined;
  std::visit(
      [&](const auto& row) {
        std::apply([&](const auto&... part) { (joined("", part), ...); }, row.key());
      },
      any);
  return joined.text();
}

template <class V>
std::vector<std::string> sorted_keys(const PersistentMap<V>& map) {
  std::vector<std::string> keys;
  map.for_each([&](const std::string& key, const V&) { keys.push_back(key); });
  std::ranges::sort(keys);
  return keys;
}

void add_plans(const Service& service, ServiceBundle& out) {
  for (const std::string& id : sorted_keys(service.plans)) {
    for (const UsageLimit& limit : service.plans.find(id)->limits) {
      out.rows.emplace_back(UsageLimitRow{service.id, PlanId{id}, limit.metric_id, limit.period,
                                          limit.max, limit.grace_percent, limit.shadow});
    }
    for (const SpikeLimit& limit : service.plans.find(id)->spike_limits) {
      out.rows.emplace_back(SpikeLimitRow{service.id, PlanId{id}, limit.metric_id, limit.rule});
    }
  }
}

void add_applications(const Service& service, ServiceBundle& out) {
  for (const std::string& id : sorted_keys(service.applications)) {
    const Application& one = *service.applications.find(id);
    out.rows.emplace_back(ApplicationRow{service.id, one.id, one.state, one.plan_id, one.plan_name,
                                         one.redirect_url});
    for (const ApplicationKey& key : one.keys) {
      out.rows.emplace_back(ApplicationKeyRow{service.id, one.id, key});
    }
    for (const std::string& filter : one.referrer_filters) {
      out.rows.emplace_back(ReferrerFilterRow{service.id, one.id, filter});
    }
    if (one.alert_webhook) {
      out.rows.emplace_back(ApplicationWebhookRow{service.id, one.id, one.alert_webhook->url,
                                                  one.alert_webhook->secret});
    }
  }
  for (const std::string& key : sorted_keys(service.user_keys)) {
    out.rows.emplace_back(
        UserKeyRow{service.id, UserKey{key}, service.user_keys.find(key)->application_id});
  }
}

/// What may be empty: everything else is an id or a key.
bool may_be_empty(std::string_view row, std::string_view field) {
  if (row == "service") return field == "backend_version" || field == "state";
  if (row == "application") {
    return field == "plan_id" || field == "plan_name" || field == "redirect_url";
  }
  return false;
}

/// Looks at each field of a row by itself, and remembers the first that is wrong.
class FieldCheck {
 public:
  FieldCheck(std::string_view row, const ServiceId& service) : row_(row), service_(service) {}

  template <class Tag>
  void operator()(std::string_view name, const Strong<Tag, std::string>& id) {
    text(name, id.get());
  }
  void operator()(std::string_view name, const ServiceId& id) {
    if (id != service_) note(value_invalid(name, "is another service's"));
    text(name, id.get());
  }
  void operator()(std::string_view name, const std::string& value) { text(name, value); }
  void operator()(std::string_view name, const std::optional<MetricId>& id) {
    if (id) text(name, id->get());
  }
  void operator()(std::string_view, bool) {}
  void operator()(std::string_view, Period) {}
  void operator()(std::string_view, const TimeZone*) {}
  void operator()(std::string_view name, int value) {
    if (value < 0) note(value_invalid(name, "must not be negative"));
  }
  void operator()(std::string_view name, std::int64_t value) {
    if (value < 0) note(value_invalid(name, "must not be negative"));
  }
  [[nodiscard]] Result<> checked() const {
    if (failure_) return *failure_;
    return {};
  }

 private:
  void text(std::string_view name, std::string_view value) {
    const std::string what = std::string{row_}.append(" ").append(name);
    auto good = may_be_empty(row_, name) ? check_text(what, value) : check_id(what, value);
    if (good.has_error()) note(good.error());
  }
  void note(Error error) {
    if (!failure_) failure_ = std::move(error);
  }

  std::string_view row_;
  const ServiceId& service_;
  std::optional<Error> failure_;
};

// What a row may say beyond what FieldCheck sees of each field.

Result<> check_row(const auto&) { return {}; }
Result<> check_row(const AlertLimitRow& row) {
  if (is_alert_bin(row.bin)) return {};
  return value_invalid("bin", "is none of the alert bins");
}
Result<> check_row(const UsageLimitRow& row) {
  if (row.grace_percent <= Limits::grace_percent_max) return {};
  return value_invalid("grace_percent",
                       "must be 0 to " + std::to_string(Limits::grace_percent_max));
}
Result<> check_row(const SpikeLimitRow& row) { return check_spike_rule(row.rule); }
Result<> check_row(const ServiceWebhookRow& row) { return check_webhook({row.url, row.secret}); }
Result<> check_row(const ApplicationWebhookRow& row) {
  return check_webhook({row.url, row.secret});
}

Result<> check_fields(const ServiceBundle& bundle) {
  for (const CatalogRow& any : bundle.rows) {
    MS_TRY_VOID(std::visit(
        [&](const auto& row) {
          FieldCheck check{row_name(row), bundle.id};
          visit_fields(row, check);
          const Result<> good = check.checked();
          return good.has_value() ? check_row(row) : good;
        },
        any));
  }
  return {};
}

/// Two rows with the same key would be one in the store.
Result<> check_keys(const ServiceBundle& bundle) {
  std::set<std::pair<std::size_t, std::string>> seen;
  for (const CatalogRow& any : bundle.rows) {
    if (!seen.emplace(any.index(), key_text(any)).second) {
      return Error{CatalogErrc::rows_inconsistent,
                   std::visit([](const auto& row) { return std::string{row_name(row)}; }, any) +
                       " comes twice"};
    }
  }
  return {};
}

Result<> check_metrics(const MetricTree& tree) {
  if (tree.size() > Limits::metrics_per_service_max) {
    return too_many("metrics of a service", Limits::metrics_per_service_max);
  }
  for (MetricIndex i = 0; i < tree.size(); ++i) {
    const Metric& metric = tree.at(i);
    if (tree.find_name(metric.name) != i) return metric_name_taken(metric.name, metric.id.get());
    if (levels_above(tree, i) + 1 > Limits::metric_depth_max) {
      return too_many("levels of metrics", Limits::metric_depth_max);
    }
  }
  return {};
}

Result<> check_sizes(const Service& service) {
  Result<> good;
  const auto limit = [&good](std::size_t count, std::size_t count_max, std::string_view what) {
    if (count > count_max && good.has_value()) good = too_many(what, count_max);
  };
  service.plans.for_each([&](const std::string&, const Plan& plan) {
    limit(plan.limits.size(), Limits::usage_limits_per_plan_max, "usage limits of a plan");
  });
  service.applications.for_each([&](const std::string&, const Application& one) {
    limit(one.keys.size(), Limits::application_keys_max, "keys of an application");
    limit(one.referrer_filters.size(), Limits::referrer_filters_max,
          "referrer filters of an application");
  });
  service.user_keys_of.for_each([&](const std::string&, const std::vector<UserKey>& keys) {
    limit(keys.size(), Limits::user_keys_per_application_max, "user keys of an application");
  });
  return good;
}

}  // namespace

TokensOfServices tokens_of_services(const Catalog& catalog) {
  TokensOfServices tokens;
  catalog.tokens.for_each([&](const std::string&, const TokenGrant& grant) {
    tokens[grant.service_id.get()].push_back(grant.token);
  });
  for (auto& [service, list] : tokens) std::ranges::sort(list);
  return tokens;
}

ServiceBundle bundle_of(const Catalog& catalog, const Service& service,
                        const TokensOfServices& tokens) {
  ServiceBundle out;
  out.id = service.id;
  out.rows.emplace_back(ServiceRow{service.id, service.provider_key, service.backend_version,
                                   service.state, service.referrer_filters_required, service.zone});
  if (is_default_service(catalog, service)) {
    out.rows.emplace_back(DefaultServiceRow{service.provider_key, service.id});
  }
  if (const auto at = tokens.find(service.id.get()); at != tokens.end()) {
    for (const ServiceToken& token : at->second) {
      out.rows.emplace_back(ServiceTokenRow{service.id, token});
    }
  }
  for (const Metric& metric : service.metrics->all()) {
    out.rows.emplace_back(MetricRow{service.id, metric.id, metric.name, metric.parent_id});
  }
  add_plans(service, out);
  for (const int bin : service.alert_limits) out.rows.emplace_back(AlertLimitRow{service.id, bin});
  if (service.alert_webhook) {
    out.rows.emplace_back(
        ServiceWebhookRow{service.id, service.alert_webhook->url, service.alert_webhook->secret});
  }
  add_applications(service, out);
  return out;
}

Result<ServiceBundle> checked_bundle(const ServiceBundle& bundle) {
  if (bundle.rows.empty() || !std::holds_alternative<ServiceRow>(bundle.rows.front())) {
    return Error{CatalogErrc::rows_inconsistent, "the service itself comes first"};
  }
  MS_TRY_VOID(check_fields(bundle));
  MS_TRY_VOID(check_keys(bundle));
  CatalogBuilder builder;
  for (const CatalogRow& row : bundle.rows) builder.add(row);
  MS_TRY(const Catalog catalog, builder.build());
  const Service& service = *catalog.services.find(bundle.id.get());
  MS_TRY_VOID(check_metrics(*service.metrics));
  MS_TRY_VOID(check_sizes(service));
  return bundle_of(catalog, service, tokens_of_services(catalog));
}

bool same_rows(const ServiceBundle& a, const ServiceBundle& b) {
  return std::ranges::equal(a.rows, b.rows, [](const CatalogRow& x, const CatalogRow& y) {
    return x.index() == y.index() && fields_text(x) == fields_text(y);
  });
}

}  // namespace mainstay::apim
