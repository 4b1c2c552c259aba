#include "apps/apim/inbound/http/public_api.hpp"

#include <utility>

#include "apps/apim/inbound/http/extensions.hpp"
#include "apps/apim/inbound/http/public_call.hpp"
#include "apps/apim/inbound/http/stored_error.hpp"
#include "platform/health/health.hpp"

namespace mainstay::apim {
namespace {

using http::Method;
using http::Request;
using http::Response;

/// What a client of 3scale's backend learns of its version; gateways compare it.
constexpr std::string_view backend_status = R"({"status":"ok","version":{"backend":"3.4.3"}})";

void answer_status(const Request&, Response& response) {
  response.promise_nothing();
  response.content_type("application/json");
  add_common_headers(response);
  response.body().append(backend_status);
}

void answer_check(const Request&, Response& response) {
  response.promise_nothing();
  response.content_type("text/plain;charset=utf-8");
  add_common_headers(response);
  response.body().append("ok");
}

void answer_empty(Response& response, int status) {
  response.promise_nothing();
  response.status(status);
  response.content_type(xml_type);
  add_common_headers(response);
}

void answer_not_found(const Request&, Response& response) { answer_empty(response, 404); }

void answer_options(const Request&, Response& response) {
  response.status(204);
  add_common_headers(response);
  response.header_block(
      "Access-Control-Max-Age: 86400\r\n"
      "Access-Control-Allow-Methods: GET, POST, PATCH, PUT, DELETE\r\n"
      "Access-Control-Allow-Headers: Authorization, Accept-Encoding, Content-Type, Cache-Control, "
      "Accept, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, X-Requested-With, "
      "X-HTTP-Method-Override, 3scale-options\r\n");
}

}  // namespace

PublicApi::PublicApi(const PublicApiParts& parts)
    : parts_(parts), authorizer_(parts.counters, parts.referrer_match) {
  for (std::size_t i = 0; i < parts.threads; ++i) {
    workspaces_.push_back(std::make_unique<Workspace>(parts.catalog, parts.seed));
  }
}

void PublicApi::register_routes(http::Router& router, bool everywhere) {
  const auto add = [&](std::string_view path, CallKind kind) {
    router.add(Method::get, path, [this, kind](const Request& request, Response& response) {
      authorize(kind, request, response);
    });
  };
  add("/transactions/authorize.xml", CallKind::authorize);
  add("/transactions/authrep.xml", CallKind::authrep);
  add("/transactions/oauth_authorize.xml", CallKind::authorize_oauth);
  add("/transactions/oauth_authrep.xml", CallKind::authrep_oauth);
  router.add(Method::post, "/transactions.xml",
             [this](const Request& request, Response& response) { report(request, response); });
  router.add(Method::get, "/status", answer_status);
  router.add(Method::get, "/check.txt", answer_check);
  // To a load balancer 404 says that this server is about to leave.
  router.add(Method::head, "/available",
             [health = parts_.health](const Request&, Response& response) {
               answer_empty(response, health != nullptr && health->draining() ? 404 : 200);
             });

  const auto own = [&](std::string_view prefix) {
    router.scope(prefix, {answer_not_found, answer_not_found, answer_options, answer_failure});
  };
  if (everywhere) return own("");
  for (const std::string_view prefix :
       {"/transactions", "/transactions.xml", "/status", "/check.txt", "/available"}) {
    own(prefix);
  }
}

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
