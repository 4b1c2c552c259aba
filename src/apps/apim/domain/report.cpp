#include "apps/apim/domain/report.hpp"

#include <algorithm>

#include "apps/apim/domain/timestamp.hpp"
#include "apps/apim/errc.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

Result<const Application*> application_of(const Service& service,
                                          const ReportedTransaction& transaction) {
  std::string_view id = transaction.app_id;
  if (!id.empty() && !transaction.user_key.empty()) return plain_error(Errc::authentication_error);
  if (id.empty() && !transaction.user_key.empty()) {
    const UserKeyOwner* owner = service.user_keys.find(transaction.user_key);
    if (owner == nullptr) return user_key_invalid(transaction.user_key);
    id = owner->application_id.get();
  }
  if (id.empty()) return application_not_found("");
  const Application* application = service.applications.find(id);
  if (application == nullptr) return application_not_found(id);
  return application;
}

Result<UnixSeconds> time_of(const ReportedTransaction& transaction, UnixSeconds now) {
  const UnixSeconds at = parse_timestamp(transaction.timestamp).value_or(now);
  if (at < now - Limits::report_age_max.count()) {
    return plain_error(Errc::transaction_timestamp_too_old);
  }
  if (at > now + Limits::report_ahead_max.count()) {
    return plain_error(Errc::transaction_timestamp_too_new);
  }
  return at;
}

/// What the transaction's plan limits by spikes. What carries no time of its own was used now.
void add_spikes(const Service& service, const Application& application, const ResolvedUsage& usage,
                UnixSeconds at, SystemTime now, std::vector<SpikeProbe>& out) {
  const UnixNanos now_nanos = unix_nanos(now);
  const UnixNanos used = at == unix_seconds(now) ? now_nanos : unix_nanos(SystemTime{Seconds{at}});
  for (const SpikeRow& row : service.plan(application.plan_id).spikes) {
    const UsageValue* value = usage.find(row.metric);
    if (value == nullptr || value->is_set || value->amount == 0) continue;
    out.push_back({.metric_id = service.metrics->at(row.metric).id.get(),
                   .rule = row.rule,
                   .amount = value->amount,
                   .at = std::min(used, now_nanos),
                   .now = now_nanos});
  }
}

/// A transaction whose parts are all known. Its usage lies in one vector with the others'.
struct Resolved {
  const Application* application;
  UnixSeconds at;
  int response_code;
  std::size_t first_charge;
  std::size_t charge_count;
  std::size_t first_spike;
  std::size_t spike_count;
};

}  // namespace

Result<std::vector<CountedTransaction>> count_report(Counters& counters, const Service& service,
                                                     std::span<const ReportedTransaction> batch,
                                                     Hierarchy hierarchy, SystemTime now) {
  const UnixSeconds now_seconds = unix_seconds(now);
  const MetricTree& tree = *service.metrics;
  std::vector<Resolved> resolved;
  std::vector<MetricCharge> metric_charges;
  std::vector<SpikeProbe> spikes;
  ResolvedUsage usage;
  for (const ReportedTransaction& transaction : batch) {
    MS_TRY(const UnixSeconds at, time_of(transaction, now_seconds));
    MS_TRY(const Application* application, application_of(service, transaction));
    MS_TRY_VOID(resolve_usage(tree, transaction.usage, hierarchy, usage));
    const std::size_t first_spike = spikes.size();
    if (service.extra_limits != 0) add_spikes(service, *application, usage, at, now, spikes);
    resolved.push_back({application, at, transaction.response_code, metric_charges.size(),
                        usage.entries().size(), first_spike, spikes.size() - first_spike});
    for (const MetricUsage& entry : usage.entries()) {
      metric_charges.push_back({tree.at(entry.metric).id.get(), entry.value});
    }
  }

  std::vector<Charge> charges;
  charges.reserve(resolved.size());
  std::size_t bytes = 0;
  for (const Resolved& one : resolved) {
    const std::span metrics = std::span{metric_charges}.subspan(one.first_charge, one.charge_count);
    const Subject subject{service.id.get(), one.application->id.get()};
    charges.push_back({subject, one.at, metrics, one.response_code,
                       std::span{spikes}.subspan(one.first_spike, one.spike_count)});
    bytes += charge_bytes(subject, metrics);
  }
  if (bytes > Limits::charge_bytes_max) return plain_error(Errc::usage_too_large);
  std::vector<Traffic> traffic(charges.size());
  counters.charge(charges, now_seconds, traffic);

  std::vector<CountedTransaction> counted;
  counted.reserve(resolved.size());
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    counted.push_back({resolved[i].application, traffic[i]});
  }
  return counted;
}

}  // namespace mainstay::apim
