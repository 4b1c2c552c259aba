#include <string>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/errc.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/public_answer.hpp"
#include "apps/apim/inbound/page/page_session.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "platform/http/router.hpp"

namespace mainstay::apim {
namespace {

/// The page gets no challenge that makes a browser ask: it asks itself.
void refuse_credentials(const http::Request& request, http::Response& response) {
  const bool is_page = request.has_header(csrf_header) || !session_token(request).empty();
  response.promise_nothing();
  response.status(401);
  response.header("WWW-Authenticate", is_page ? page_challenge : "Basic realm=\"\"");
}

void refuse_foreign(http::Response& response) {
  response.promise_nothing();
  http::problem(response, 403, "foreign_request",
                "a session's request must come from the page, and show its token for a change");
}

/// Basic credentials, else a session of the page. Otherwise false, and refused.
bool admit(const InternalApi& api, const http::Request& request, http::Response& response,
           bool changes) {
  const std::string_view authorization = request.header("Authorization");
  if (passes(api.credentials, authorization)) return true;
  const Admission admission = authorization.empty() && api.sessions != nullptr
                                  ? admit(*api.sessions, request, changes)
                                  : Admission::no_session;
  if (admission == Admission::no_session) refuse_credentials(request, response);
  if (admission == Admission::foreign) refuse_foreign(response);
  return admission == Admission::passes;
}

}  // namespace

void InternalRoutes::add(http::Method method, std::string_view pattern, InternalHandler handler) {
  router_.add(method, std::string{"/internal"}.append(pattern),
              [&api = api_, handler, reads = method == http::Method::get](
                  const http::Request& request, http::Response& response) {
                if (reads) response.promise_nothing();
                if (!admit(api, request, response, !reads)) return;
                if (!reads && api.log != nullptr && !api.log->accepts()) {
                  return refuse(response, plain_error(Errc::journal_unavailable));
                }
                InternalCall call{api, request, response, api.catalog.current()};
                const Result<> handled = handler(call);
                if (handled.has_error()) refuse(response, handled.error());
              });
}

void register_internal_routes(http::Router& router, InternalApi& api) {
  const auto not_found = [&api](const http::Request& request, http::Response& response) {
    if (!admit(api, request, response, false)) return;
    answer_json(response, 404, R"({"status":"not_found","error":"Not found"})");
  };
  router.scope("/internal", {not_found, not_found, not_found, answer_failure});

  InternalRoutes routes{router, api};
  routes.add(http::Method::get, "/check.json[/]", [](InternalCall& call) -> Result<> {
    call.answer_text(200, R"({"status":"ok"})");
    return {};
  });
  routes.add(http::Method::get, "/status[/]", [](InternalCall& call) -> Result<> {
    call.answer_text(200, backend_status);
    return {};
  });
  add_service_routes(routes);
  add_application_routes(routes);
  add_batch_routes(routes);
  add_user_key_routes(routes);
  add_application_key_routes(routes);
  add_referrer_filter_routes(routes);
  add_metric_routes(routes);
  add_plan_routes(routes);
  add_usage_limit_routes(routes);
  add_alert_limit_routes(routes);
  add_error_routes(routes);
  add_event_routes(routes);
  add_service_token_routes(routes);
  add_stats_routes(routes);
  add_utilization_routes(routes);
  add_spike_limit_routes(routes);
  add_alert_webhook_routes(routes);
  add_usage_routes(routes);
}

}  // namespace mainstay::apim
