#include "apps/apim/domain/report.hpp"

#include <algorithm>

#include "apps/apim/domain/idempotency.hpp"
#include "apps/apim/domain/local_windows.hpp"
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

/// `batch` looked up; `wrong` as count_report() says.
Result<ReportCharges> resolved(const Service& service, std::span<const ReportedTransaction> batch,
                               Hierarchy hierarchy, SystemTime now,
                               std::optional<std::size_t>* wrong) {
  ReportCharges report;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto added = report.add(service, batch[i], hierarchy, unix_seconds(now));
    if (added.has_error()) {
      if (wrong != nullptr) *wrong = i;
      return added.error();
    }
    report.add_spikes(service, now);
  }
  if (report.bytes() > Limits::charge_bytes_max) return plain_error(Errc::usage_too_large);
  return report;
}

}  // namespace

Result<> ReportCharges::add(const Service& service, const ReportedTransaction& transaction,
                            Hierarchy hierarchy, UnixSeconds now) {
  MS_TRY(const UnixSeconds at, time_of(transaction, now));
  MS_TRY(const Application* application, application_of(service, transaction));
  MS_TRY_VOID(resolve_usage(*service.metrics, transaction.usage, hierarchy, usage_));
  const std::size_t first = metrics_.size();
  for (const MetricUsage& entry : usage_.entries()) {
    metrics_.push_back({service.metrics->at(entry.metric).id.get(), entry.value});
  }
  const Subject subject{service.id.get(), application->id.get()};
  bytes_ += charge_bytes(subject, std::span{metrics_}.subspan(first));
  if (service.zone != nullptr) note_windows(at, *service.zone);
  added_.push_back({application, at, transaction.response_code, first, metrics_.size() - first,
                    windows_.empty() ? 0 : windows_.size() - 1, 0, 0});
  return {};
}

void ReportCharges::add_spikes(const Service& service, SystemTime now) {
  if (service.extra_limits == 0) return;
  Added& last = added_.back();
  last.first_spike = spikes_.size();
  const UnixNanos now_nanos = unix_nanos(now);
  const bool is_now = last.at == unix_seconds(now);
  const UnixNanos used = is_now ? now_nanos : unix_nanos(SystemTime{Seconds{last.at}});
  for (const SpikeRow& row : service.plan(last.application->plan_id).spikes) {
    const UsageValue* value = usage_.find(row.metric);
    if (value == nullptr || value->is_set || value->amount == 0) continue;
    spikes_.push_back({.metric_id = service.metrics->at(row.metric).id.get(),
                       .rule = row.rule,
                       .amount = value->amount,
                       .at = std::min(used, now_nanos),
                       .now = now_nanos});
  }
  last.spike_count = spikes_.size() - last.first_spike;
}

void ReportCharges::note_windows(UnixSeconds at, const TimeZone& zone) {
  // Most moments share the minute of the one before.
  const Window minute = windows_.empty() ? Window{} : windows_.back()[index(Period::minute)];
  if (at < minute.begin || at >= minute.end) windows_.push_back(windows_at(at, &zone));
}

std::vector<Charge> ReportCharges::charges(const Service& service) {
  std::vector<Charge> charges;
  charges.reserve(added_.size());
  for (const Added& one : added_) {
    const std::span metrics = std::span{metrics_}.subspan(one.first_metric, one.metric_count);
    const Subject subject{service.id.get(), one.application->id.get()};
    const Windows* windows = service.zone != nullptr ? &windows_[one.windows] : nullptr;
    charges.push_back({subject, one.at, metrics, one.response_code, windows,
                       std::span{spikes_}.subspan(one.first_spike, one.spike_count)});
  }
  return charges;
}

void ReportCharges::clear() {
  added_.clear();
  metrics_.clear();
  windows_.clear();
  spikes_.clear();
  bytes_ = 0;
}

Result<std::vector<const Application*>> count_report(Counters& counters, const Service& service,
                                                     std::span<const ReportedTransaction> batch,
                                                     Hierarchy hierarchy, SystemTime now,
                                                     std::string_view idempotency_key,
                                                     std::optional<std::size_t>* wrong) {
  const UnixSeconds now_seconds = unix_seconds(now);
  const bool keyed = !idempotency_key.empty();
  const std::string request = keyed ? request_text(batch, hierarchy) : std::string{};
  const CallKey key{service.id.get(), CallKey::Kind::report, idempotency_key, request};
  auto report = resolved(service, batch, hierarchy, now, wrong);
  if (report.has_error()) {
    // What was counted then may be too old by now, or its application gone: still no error.
    if (keyed && counters.was_counted(key, now_seconds)) return std::vector<const Application*>{};
    return report.error();
  }
  const std::vector<Charge> charges = report->charges(service);
  std::vector<Traffic> traffic(charges.size());
  if (keyed) {
    const Keyed outcome = counters.charge_once(key, charges, now_seconds, traffic);
    MS_TRY_VOID(refused_key(outcome));
    if (outcome == Keyed::repeated) return std::vector<const Application*>{};
  } else {
    counters.charge(charges, now_seconds, traffic);
  }

  std::vector<const Application*> counted;
  counted.reserve(charges.size());
  for (std::size_t i = 0; i < charges.size(); ++i) {
    counted.push_back(&report->application(i));
  }
  return counted;
}

}  // namespace mainstay::apim
