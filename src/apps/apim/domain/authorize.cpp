#include "apps/apim/domain/authorize.hpp"

#include <algorithm>
#include <utility>

#include "apps/apim/domain/idempotency.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

using Refusal = std::optional<Rejection>;

Rejection reject(Errc code) { return {code, std::string{error_row(code).text}}; }

Rejection reject(Errc code, std::string_view what, std::string_view value, std::string_view rest) {
  return {code, std::string{what}.append(" \"").append(value).append("\" ").append(rest)};
}

bool has_key(const Application& application, std::string_view wanted) {
  bool found = false;
  for (const ApplicationKey& key : application.keys) {
    found |= equals_in_constant_time(key.get(), wanted);
  }
  return found;
}

Rejection key_rejection(const std::optional<std::string_view>& key) {
  if (!key || key->empty()) return reject(Errc::application_key_invalid);
  return reject(Errc::application_key_invalid, "application key", *key, "is invalid");
}

/// Services known by user key need no application key; others do if the application has any.
Refusal refuse_key(const AuthorizeCommand& command, const Status& status) {
  const Application& application = *status.application;
  if (status.service->version() == BackendVersion::user_key || application.keys.empty()) return {};
  if (command.app_key && has_key(application, *command.app_key)) return {};
  return key_rejection(command.app_key);
}

/// With OAuth a key may be left out, but one that is sent must be right; the empty one is always
/// wrong.
Refusal refuse_oauth_key(const AuthorizeCommand& command, const Status& status) {
  if (!command.app_key) return {};
  if (!command.app_key->empty() && has_key(*status.application, *command.app_key)) return {};
  return key_rejection(command.app_key);
}

Refusal refuse_redirect(const AuthorizeCommand& command, const Status& status) {
  if (command.redirect.empty() || command.redirect == status.application->redirect_url) return {};
  if (command.redirect_named_url) {
    return reject(Errc::redirect_url_invalid, "redirect_url", command.redirect, "is invalid");
  }
  return reject(Errc::redirect_uri_invalid, "redirect_uri", command.redirect, "is invalid");
}

Refusal refuse_referrer(const AuthorizeCommand& command, const Status& status,
                        ReferrerMatch match) {
  const Application& application = *status.application;
  if (!status.service->referrer_filters_required || application.referrer_filters.empty()) return {};
  if (command.referrer.empty()) return reject(Errc::referrer_not_allowed);
  if (referrer_allowed(application.referrer_filters, command.referrer, match)) return {};
  return reject(Errc::referrer_not_allowed, "referrer", command.referrer, "is not allowed");
}

/// The usage of this call as the counters are charged with it; nothing when every value is zero.
void fill_charges(const MetricTree& tree, Status& status) {
  status.charges.clear();
  for (const MetricUsage& usage : status.usage.entries()) {
    if (usage.value.amount == 0 && !usage.value.is_set) continue;
    status.charges.push_back({tree.at(usage.metric).id.get(), usage.value});
  }
}

void fill_probes(const AuthorizeCommand& command, bool compare, Status& status) {
  const MetricTree& tree = *status.service->metrics;
  status.probes.clear();
  for (const LimitRow& row : *status.limits) {
    LimitProbe& probe = status.probes.emplace_back();
    probe.metric_id = tree.at(row.metric).id.get();
    probe.period = row.period;
    probe.max = row.allowed;
    if (const UsageValue* usage = status.usage.find(row.metric)) {
      probe.usage = *usage;
      if (compare) probe.compare = LimitProbe::Compare::with_usage;
    } else if (compare && command.usage.empty()) {
      probe.compare = LimitProbe::Compare::stored;
    }
  }
}

/// Which spike limits the usage counts towards; values that are set count towards none, and of a
/// refused caller nothing does.
void fill_spikes(const AuthorizeCommand& command, Status& status) {
  status.spikes.clear();
  if (status.plan->spikes.empty() || status.refused_caller || command.usage.empty()) return;
  const MetricTree& tree = *status.service->metrics;
  for (const SpikeRow& row : status.plan->spikes) {
    const UsageValue* usage = status.usage.find(row.metric);
    if (usage == nullptr || usage->is_set || usage->amount == 0) continue;
    status.spikes.push_back(
        {.metric_id = tree.at(row.metric).id.get(), .rule = row.rule, .amount = usage->amount});
  }
}

void add_shadow_probes(Status& status) {
  for (const LimitRow& row : status.plan->watched) {
    if (!row.shadow) continue;
    LimitProbe& probe = status.probes.emplace_back();
    probe.metric_id = status.service->metrics->at(row.metric).id.get();
    probe.period = row.period;
    if (const UsageValue* usage = status.usage.find(row.metric)) probe.usage = *usage;
  }
}

UsageReport report_of(const LimitRow& row, const LimitProbe& probe, bool with_usage) {
  return {row, probe.current, with_usage ? applied(probe.current, probe.usage) : probe.current};
}

void fill_shadow_reports(bool with_usage, Status& status) {
  std::size_t at = status.limits->size();
  for (const LimitRow& row : status.plan->watched) {
    if (!row.shadow) continue;
    status.shadow_reports.push_back(report_of(row, status.probes[at++], with_usage));
  }
}

void fill_reports(const AuthorizeCommand& command, Status& status) {
  const std::vector<LimitRow>& rows = *status.limits;
  // A repeated call's usage is in the stored values already.
  const bool with_usage =
      command.kind == AuthorizeCommand::Kind::authrep && status.authorized() && !status.repeated;
  status.reports.clear();
  status.shadow_reports.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    status.reports.push_back(report_of(rows[i], status.probes[i], with_usage));
  }
  if (command.extensions.shadow_limits) fill_shadow_reports(with_usage, status);
}

/// What counters and time have said of an earlier call is forgotten. The charge of this one.
Charge begin_judging(const AuthorizeCommand& command, SystemTime now, Status& out) {
  const UnixSeconds at = unix_seconds(now);
  const Window& minute = out.windows[index(Period::minute)];
  if (at < minute.begin || at >= minute.end || out.zone != out.service->zone) {
    out.zone = out.service->zone;
    out.windows = out.of_now != nullptr ? out.of_now->at(at, out.zone) : windows_at(at, out.zone);
  }
  out.rejection = out.refused_caller;
  out.charged = false;
  out.repeated = false;
  out.traffic = {};
  for (SpikeProbe& spike : out.spikes) spike.at = spike.now = unix_nanos(now);
  return {{out.service->id.get(), out.application->id.get()},
          at,
          out.charges,
          command.response_code,
          out.zone != nullptr ? &out.windows : nullptr,
          out.spikes,
          {},
          &out.memo};
}

/// Whether the call, if it passes, is one to be counted.
bool may_count(const AuthorizeCommand& command, const Status& status) {
  return command.kind == AuthorizeCommand::Kind::authrep && status.authorized();
}

bool counts_something(const Charge& charge) {
  return !charge.metrics.empty() || charge.response_code != 0;
}

void end_judging(const AuthorizeCommand& command, bool passed, Status& out) {
  if (out.authorized() && !passed) out.rejection = reject(Errc::limits_exceeded);
  fill_reports(command, out);
}

}  // namespace

Result<> Authorizer::decide(const Catalog& catalog, std::string_view provider_key,
                            const AuthorizeCommand& command, SystemTime now, Status& out) {
  MS_TRY_VOID(prepare(catalog, provider_key, command, out));
  if (!command.idempotency_key.empty()) return judge_once(command, now, out);
  judge(command, now, out);
  return {};
}

Result<> Authorizer::prepare(const Catalog& catalog, std::string_view provider_key,
                             const AuthorizeCommand& command, Status& out) const {
  out.service = nullptr;
  MS_TRY(const Service* service, resolve_service(catalog, provider_key, command.caller.service_id));
  return prepare_for(*service, command, out);
}

Result<> Authorizer::prepare_for(const Service& service, const AuthorizeCommand& command,
                                 Status& out) const {
  out.service = &service;
  out.application = nullptr;
  out.usage.clear();
  out.memo.forget();
  MS_TRY_VOID(find_application(command, out));

  const Hierarchy hierarchy =
      command.extensions.flat_usage ? Hierarchy::flat : Hierarchy::propagate;
  const MetricTree& tree = *out.service->metrics;
  if (command.extensions.no_body) {
    // Without a body only the named metrics are looked at, so a wrong name is found before anything
    // is judged.
    for (const UsageParameter& parameter : command.usage) {
      const std::string_view name = trimmed(parameter.name);
      if (!tree.find_name(name)) return metric_invalid(name);
    }
  }
  out.refused_caller = refuse_caller(command, out);
  if (!out.refused_caller) MS_TRY_VOID(resolve_usage(tree, command.usage, hierarchy, out.usage));
  fill_charges(tree, out);
  const Subject subject{out.service->id.get(), out.application->id.get()};
  if (charge_bytes(subject, out.charges) > Limits::charge_bytes_max) {
    return plain_error(Errc::usage_too_large);
  }
  out.plan = &out.service->plan(out.application->plan_id);
  out.limits = &out.plan->rows;
  fill_probes(command, !out.refused_caller, out);
  if (command.extensions.shadow_limits) add_shadow_probes(out);
  fill_spikes(command, out);
  return {};
}

Result<> Authorizer::find_application(const AuthorizeCommand& command, Status& out) const {
  const Service& service = *out.service;
  if (command.oauth && command.app_id.empty()) return application_not_found("");
  if (!command.app_id.empty() && !command.user_key.empty()) {
    return plain_error(Errc::authentication_error);
  }
  std::string_view id = command.app_id;
  if (service.version() == BackendVersion::user_key) {
    const UserKeyOwner* owner = service.user_keys.find(command.user_key);
    if (command.user_key.empty() || owner == nullptr) return user_key_invalid(command.user_key);
    id = owner->application_id.get();
  }
  if (id.empty()) return application_not_found("");
  out.application = service.applications.find(id);
  if (out.application == nullptr) return application_not_found(id);
  return {};
}

/// Everything that can refuse a caller before limits are looked at; the first that does wins.
Refusal Authorizer::refuse_caller(const AuthorizeCommand& command, const Status& status) const {
  const bool oauth_service = status.service->version() == BackendVersion::oauth;
  if (command.oauth && !oauth_service) return reject(Errc::oauth_not_enabled);
  Refusal refusal = command.oauth || oauth_service ? refuse_oauth_key(command, status)
                                                   : refuse_key(command, status);
  if (!refusal && command.oauth) refusal = refuse_redirect(command, status);
  if (!refusal) refusal = refuse_referrer(command, status, referrer_match_);
  if (!refusal && !status.application->is_active()) refusal = reject(Errc::application_not_active);
  if (!refusal && !status.service->is_active()) refusal = reject(Errc::service_not_active);
  return refusal;
}

void Authorizer::judge(const AuthorizeCommand& command, SystemTime now, Status& out) {
  const Charge charge = begin_judging(command, now, out);
  bool passed = false;
  if (may_count(command, out) && counts_something(charge)) {
    passed = counters_.check_and_charge(out.probes, charge, charge.at, out.traffic);
    out.charged = passed;
  } else {
    passed = would_pass(charge, out);
  }
  end_judging(command, passed, out);
}

Result<> Authorizer::judge_once(const AuthorizeCommand& command, SystemTime now, Status& out) {
  const Charge charge = begin_judging(command, now, out);
  bool passed = false;
  if (may_count(command, out)) {
    MS_TRY(passed, charge_once(command, charge, out));
    out.charged = passed && !out.repeated && counts_something(charge);
  } else {
    passed = would_pass(charge, out);
  }
  end_judging(command, passed, out);
  return {};
}

/// Compares and counts nothing.
bool Authorizer::would_pass(const Charge& charge, Status& out) {
  if (charge.spikes.empty()) {
    return counters_.check(charge.subject, {charge.at, charge.windows}, out.probes);
  }
  Charge nothing = charge;
  nothing.metrics = {};
  nothing.response_code = 0;
  nothing.memo = nullptr;
  return counters_.check_and_charge(out.probes, nothing, charge.at, out.traffic);
}

/// Whether the call passes: for the first time, or again.
Result<bool> Authorizer::charge_once(const AuthorizeCommand& command, const Charge& charge,
                                     Status& out) {
  const std::string request = request_text(command, charge.subject.application_id);
  const CallKey key{charge.subject.service_id, CallKey::Kind::authrep, command.idempotency_key,
                    request};
  const Keyed outcome =
      counters_.check_and_charge_once(key, out.probes, charge, charge.at, out.traffic);
  MS_TRY_VOID(refused_key(outcome));
  out.repeated = outcome == Keyed::repeated;
  return outcome != Keyed::denied;
}

bool Status::in_grace() const {
  const auto above = [](const UsageReport& report) { return report.current > report.limit.max; };
  return authorized() && std::ranges::any_of(reports, above);
}

}  // namespace mainstay::apim
