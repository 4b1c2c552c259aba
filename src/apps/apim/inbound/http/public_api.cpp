#include "apps/apim/inbound/http/public_api.hpp"

#include "apps/apim/inbound/http/public_answer.hpp"
#include "apps/apim/inbound/http/public_call.hpp"
#include "platform/health/health.hpp"

namespace mainstay::apim {
using http::Method;
using http::Request;
using http::Response;

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

}  // namespace mainstay::apim
