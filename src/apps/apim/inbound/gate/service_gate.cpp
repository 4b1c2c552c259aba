#include "apps/apim/inbound/gate/service_gate.hpp"

#include <functional>
#include <string>
#include <utility>

#include "apps/apim/domain/limit_headers.hpp"
#include "apps/apim/inbound/http/stored_error.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

using gate::Decision;
using Outcome = Decision::Outcome;

constexpr Decision invalid_credentials{Outcome::refused, "credentials_invalid",
                                       "the credentials are not known here"};
constexpr Decision unavailable{Outcome::unavailable, "gate_unavailable",
                               "access to this resource cannot be checked as it is set up"};
constexpr Decision unrecorded{.outcome = Outcome::unavailable,
                              .code = "journal_unavailable",
                              .detail = "nothing can be recorded at the moment",
                              .retry_after = Seconds{1}};

/// The host of `Referer`, which is what filters are about. Clients say what they like there: the
/// gateway's word for "let it pass" is not theirs to use.
std::string_view referring_host(std::string_view referer) {
  const std::size_t scheme = referer.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = referer.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto user = host.rfind('@'); user != std::string_view::npos) {
    host.remove_prefix(user + 1);
  }
  host = host.substr(0, host.find(':'));
  return host == "*" ? std::string_view{} : host;
}

Decision of_error(const Error& error) {
  if (error.is(Errc::application_not_found) || error.is(Errc::user_key_invalid)) {
    return invalid_credentials;
  }
  if (error.is(Errc::authentication_error)) {
    return {Outcome::refused, "credentials_ambiguous",
            "send either user_key, or app_id and app_key, not both"};
  }
  return unavailable;  // a metric of the route is gone, its charge is beyond all bounds
}

Decision of_rejection(Errc code, const std::optional<gate::RateLimit>& rate) {
  switch (code) {
    case Errc::application_key_invalid:
      return invalid_credentials;
    case Errc::referrer_not_allowed:
      return {Outcome::refused, "referrer_not_allowed", "not from this referrer"};
    case Errc::application_not_active:
      return {Outcome::refused, "application_not_active", "the application is not active"};
    case Errc::service_not_active:
      return {Outcome::refused, "service_not_active", "the service is not active"};
    case Errc::limits_exceeded:
      break;
    default:
      return unavailable;
  }
  if (rate && rate->limit == 0) {
    return {Outcome::refused, "metric_disabled", "the plan does not include this"};
  }
  return {Outcome::limited, "limits_exceeded", "usage limits are exceeded", rate};
}

std::optional<gate::RateLimit> rate_limit(const Status& status, const AuthorizeCommand& command,
                                          SystemTime now) {
  if (command.usage.empty()) return std::nullopt;
  const LimitHeaders tightest = limit_headers(status, command, now);
  if (!tightest.max_value) return std::nullopt;
  return gate::RateLimit{*tightest.max_value, tightest.units_left, tightest.reset};
}

}  // namespace

/// A route's charges as an authrep's usage.
class ServiceGate::Route final : public gate::Admission {
 public:
  Route(ServiceGate& gate, std::span<const gate::Charge> charges) : gate_(gate) {
    texts_.reserve(2 * charges.size());  // the usage points into them
    for (const gate::Charge& charge : charges) {
      const std::string& name = texts_.emplace_back(charge.metric);
      usage_.push_back({name, texts_.emplace_back(std::to_string(charge.cost))});
    }
  }

  Decision admit(const http::Request& request, const gate::Credentials& credentials) override {
    const bool records = gate_.parts_.log.accepts();
    const Decision decision = records ? decide(request, credentials) : unrecorded;
    gate_.parts_.probe.gated(decision.outcome == Outcome::admitted, decision.code);
    return decision;
  }

  void answered(std::string_view caller, int status, SystemTime at, std::size_t thread) override {
    if (response_code_metrics(status).of_class.empty() || !gate_.parts_.log.accepts()) return;
    const UnixSeconds now = unix_seconds(at);
    Workspace& work = *gate_.workspaces_[thread];
    const CatalogReader::Reading reading{work.reader};
    const Service* service = reading.catalog().services.find(gate_.service_id_.get());
    if (service == nullptr) return;
    Charge charge{{gate_.service_id_.get(), caller}, now, {}, status};
    if (service->zone != nullptr) charge.windows = &work.windows_of_now.at(now, service->zone);
    Traffic traffic;  // the charge before this one has told of it
    // Nothing to compare: one lock, where a batch takes those of all its applications.
    gate_.parts_.counters.check_and_charge({}, charge, now, traffic);
  }

 private:
  Decision decide(const http::Request& request, const gate::Credentials& credentials) {
    Workspace& work = *gate_.workspaces_[request.thread];
    const CatalogReader::Reading reading{work.reader};
    const Catalog& catalog = reading.catalog();
    const std::uint64_t version = reading.version();
    Known& known = work.place_of(*this, credentials);
    AuthorizeCommand command;
    command.kind = AuthorizeCommand::Kind::authrep;
    command.user_key = credentials.user_key;
    command.app_id = credentials.app_id;
    command.app_key = credentials.app_key;
    command.usage = usage_;
    if (!known.is(*this, version, credentials)) {
      known.route = nullptr;
      const Service* service = catalog.services.find(gate_.service_id_.get());
      if (service == nullptr) return unavailable;
      const bool by_referrer = service->referrer_filters_required;
      if (by_referrer) command.referrer = referring_host(request.header("Referer"));
      const auto prepared = gate_.authorizer_.prepare_for(*service, command, known.status);
      if (prepared.has_error()) {
        keep_error(request, prepared.error());
        return of_error(prepared.error());
      }
      if (!by_referrer) known.keep(*this, version, credentials);
    }
    return judge(request, command, known.status);
  }

  Decision judge(const http::Request& request, const AuthorizeCommand& command, Status& status) {
    gate_.authorizer_.judge(command, request.at, status);
    const auto rate = rate_limit(status, command, request.at);
    if (!status.authorized()) return of_rejection(status.rejection->code, rate);
    Decision admitted{.rate = rate};
    if (status.charged) {
      gate_.parts_.probe.shadow_exceeded(gate_.parts_.notices.after_charge(
          *status.service, *status.application, status.traffic, unix_seconds(request.at)));
      admitted.caller = status.application->id.get();
    }
    return admitted;
  }

  void keep_error(const http::Request& request, const Error& error) {
    gate_.parts_.errors.add(gate_.service_id_.get(), stored_error(request, error));
  }

  ServiceGate& gate_;
  std::vector<std::string> texts_;
  std::vector<UsageParameter> usage_;
};

bool ServiceGate::Known::is(const Route& asked, std::uint64_t version,
                            const gate::Credentials& credentials) const {
  if (route != &asked || catalog_version != version || user_key != credentials.user_key ||
      app_id != credentials.app_id || app_key.has_value() != credentials.app_key.has_value()) {
    return false;
  }
  return !app_key || equals_in_constant_time(*app_key, *credentials.app_key);
}

void ServiceGate::Known::keep(const Route& asked, std::uint64_t version,
                              const gate::Credentials& credentials) {
  const std::string_view key = credentials.app_key.value_or("");
  const std::size_t bytes = credentials.user_key.size() + credentials.app_id.size() + key.size();
  if (bytes > Workspace::credential_bytes_max) return;
  route = &asked;
  catalog_version = version;
  user_key = credentials.user_key;
  app_id = credentials.app_id;
  app_key.reset();
  if (credentials.app_key) app_key.emplace(key);
}

ServiceGate::Known& ServiceGate::Workspace::place_of(const Route& route,
                                                     const gate::Credentials& credentials) {
  const std::hash<std::string_view> hash;
  const std::size_t by_caller = hash(credentials.user_key) ^ (3 * hash(credentials.app_id));
  const std::size_t by_route = std::hash<const void*>{}(&route) >> 4U;
  std::unique_ptr<Known>& slot = known[(by_caller + by_route) % known_count];
  if (slot == nullptr) slot = std::make_unique<Known>();
  return *slot;
}

ServiceGate::ServiceGate(const ServiceGateParts& parts, ServiceId service)
    : parts_(parts),
      service_id_(std::move(service)),
      authorizer_(parts.counters, parts.referrer_match) {
  for (std::size_t i = 0; i < parts.threads; ++i) {
    workspaces_.push_back(std::make_unique<Workspace>(parts.catalog));
  }
}

std::unique_ptr<gate::Admission> ServiceGate::admission(std::span<const gate::Charge> charges) {
  for (const gate::Charge& charge : charges) metrics_.insert(charge.metric);
  return std::make_unique<Route>(*this, charges);
}

std::string ServiceGate::missing() const {
  const auto catalog = parts_.catalog.current();
  const Service* service = catalog->services.find(service_id_.get());
  if (service == nullptr) {
    return "there is no service \"" + service_id_.get() + "\" in API management";
  }
  for (const std::string& metric : metrics_) {
    if (service->metrics->find_name(metric)) continue;
    return "service \"" + service_id_.get() + "\" has no metric \"" + metric + "\"";
  }
  return {};
}

}  // namespace mainstay::apim
