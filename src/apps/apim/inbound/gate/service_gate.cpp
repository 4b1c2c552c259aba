#include "apps/apim/inbound/gate/service_gate.hpp"

#include <string>
#include <utility>

#include "apps/apim/inbound/gate/gate_decision.hpp"
#include "apps/apim/inbound/http/stored_error.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

using gate::Decision;
using Outcome = Decision::Outcome;

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
    const Decision decision = records ? decide(request, credentials) : gate_unrecorded();
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
    KnownCaller& known = work.known.place_of(this, credentials);
    AuthorizeCommand command;
    command.kind = AuthorizeCommand::Kind::authrep;
    command.user_key = credentials.user_key;
    command.app_id = credentials.app_id;
    command.app_key = credentials.app_key;
    command.usage = usage_;
    if (!known.is(this, version, credentials)) {
      known.route = nullptr;
      const Service* service = catalog.services.find(gate_.service_id_.get());
      if (service == nullptr) return gate_unavailable();
      const bool by_referrer = service->referrer_filters_required;
      if (by_referrer) command.referrer = referring_host(request.header("Referer"));
      const auto prepared = gate_.authorizer_.prepare_for(*service, command, known.status);
      if (prepared.has_error()) {
        keep_error(request, prepared.error());
        return gate_decision(prepared.error());
      }
      if (!by_referrer) known.keep(this, version, credentials);
    }
    return judge(request, command, known.status);
  }

  Decision judge(const http::Request& request, const AuthorizeCommand& command, Status& status) {
    gate_.authorizer_.judge(command, request.at, status);
    const auto rate = rate_limit(status, command, request.at);
    if (!status.authorized()) return gate_decision(status.rejection->code, rate);
    Decision admitted{.rate = rate};
    if (status.charged) {
      gate_.parts_.probe.shadow_exceeded(gate_.parts_.notices.after_charge(
          *status.service, *status.application, unix_seconds(request.at)));
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

ServiceGate::ServiceGate(const ServiceGateParts& parts, ServiceId service)
    : parts_(parts),
      service_id_(std::move(service)),
      authorizer_(parts.counters, parts.referrer_match) {
  for (std::size_t i = 0; i < parts.threads; ++i) {
    workspaces_.push_back(std::make_unique<Workspace>(parts.catalog));
  }
}

std::unique_ptr<gate::Admission> ServiceGate::admission(std::span<const gate::Charge> charges) {
  for (const gate::Charge& charge : charges) metrics_.push_back(charge.metric);
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
