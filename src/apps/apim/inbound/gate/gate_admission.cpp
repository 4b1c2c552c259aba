#include "apps/apim/inbound/gate/gate_decision.hpp"
#include "apps/apim/inbound/gate/gate_route.hpp"
#include "apps/apim/inbound/http/stored_error.hpp"

namespace mainstay::apim {

using gate::Decision;
using Outcome = Decision::Outcome;

Decision ServiceGate::Route::admit(const http::Request& request,
                                   const gate::Credentials& credentials) {
  const bool records = gate_.parts_.log.accepts();
  const Decision decision = records ? decide(request, credentials) : gate_unrecorded();
  gate_.parts_.probe.gated(decision.outcome == Outcome::admitted, decision.code);
  return decision;
}

Decision ServiceGate::Route::decide(const http::Request& request,
                                    const gate::Credentials& credentials) {
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
  command.usage = usage_.parameters();
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

Decision ServiceGate::Route::judge(const http::Request& request, const AuthorizeCommand& command,
                                   Status& status) {
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

void ServiceGate::Route::keep_error(const http::Request& request, const Error& error) {
  gate_.parts_.errors.add(gate_.service_id_.get(), stored_error(request, error));
}

}  // namespace mainstay::apim
