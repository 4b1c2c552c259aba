#include "apps/apim/inbound/http/public_answer.hpp"
#include "apps/apim/inbound/http/public_call.hpp"
#include "apps/apim/inbound/http/stored_error.hpp"

namespace mainstay::apim {

/// While nothing can be recorded. Before anything else is looked at: whatever the call asks for, it
/// can be repeated as it is.
void PublicApi::refuse_unrecorded(Call& call) {
  refuse(call, plain_error(Errc::journal_unavailable));
  parts_.probe.answered(call.kind, call.response.status());
}

void PublicApi::refuse(Call& call, const Error& error) {
  http::Response& response = call.response;
  response.promise_nothing();
  response.status(error.http_status());
  response.content_type(xml_type);
  add_cors_headers(response);
  // A journal can be back within a second; room for keys comes as those of a day ago end.
  if (error.is(Errc::journal_unavailable)) response.header("Retry-After", "1");
  if (error.is(Errc::idempotency_store_full)) response.header("Retry-After", "60");
  const bool bodiless = call.extensions.no_body || error.is(Errc::usage_format_invalid);
  if (!bodiless) append_error_xml(response.body(), error);

  if (!call.records) return;
  // The owner of the service that was meant learns of it, whoever called.
  const CallerKeys& caller = call.caller;
  if (!caller.service_id.empty()) {
    const Service* service = call.catalog.find_service_loosely(caller.service_id);
    if (service != nullptr) keep_error(call, service->id.get(), error);
  } else if (const Provider* provider = call.catalog.providers.find(caller.provider_key)) {
    if (provider->default_service) keep_error(call, provider->default_service->get(), error);
  }
}

void PublicApi::keep_error(Call& call, std::string_view service_id, const Error& error) {
  parts_.errors.add(service_id, stored_error(call.request, error));
}

}  // namespace mainstay::apim
