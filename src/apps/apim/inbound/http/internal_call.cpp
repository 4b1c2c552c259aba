#include "apps/apim/inbound/http/internal_call.hpp"

#include <limits>
#include <memory>
#include <utility>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/errc.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "apps/apim/inbound/http/public_call.hpp"
#include "apps/apim/inbound/page/page_session.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/http/router.hpp"

namespace mainstay::apim {
namespace {

constexpr std::string_view json_type = "application/json";

void fill(http::Response& response, int status, std::string_view text) {
  response.status(status);
  response.content_type(json_type);
  response.body().append(text);
}

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

/// The word that goes with an error; empty where the protocol has none.
std::string_view status_word(const Error& error) {
  if (error.is(CatalogErrc::application_has_no_state)) return "bad_request";
  for (const auto bare :
       {CatalogErrc::service_is_default_service, CatalogErrc::invalid_provider_keys,
        CatalogErrc::provider_key_exists, CatalogErrc::provider_key_not_found,
        CatalogErrc::referrer_filter_invalid, CatalogErrc::alert_limit_invalid}) {
    if (error.is(bare)) return {};
  }
  if (error.http_status() == 404) return "not_found";
  if (error.http_status() == 405) return "exists";
  return "error";
}

}  // namespace

Result<json::Value> InternalCall::body() const {
  if (trimmed(request.body).empty()) return json::Value{json::Object{}};
  auto parsed = json::parse(request.body);
  if (parsed.has_error()) {
    return value_invalid("the request's body", "is malformed JSON: " + parsed.error().message());
  }
  if (parsed->if_object() == nullptr) {
    return value_invalid("the request's body", "must be a JSON object");
  }
  return std::move(*parsed);
}

Result<std::optional<std::string>> InternalCall::query(std::string_view name) const {
  Parameters parameters{secret_u64()};
  MS_TRY_VOID(parameters.add_query(request.query));
  if (parameters.find(name) == nullptr) return std::optional<std::string>{};
  return std::optional{std::string{parameters.text(name)}};
}

void InternalCall::answer(int status, const json::Object& object) const {
  answer_text(status, json::dump(object));
}

void InternalCall::answer_text(int status, std::string_view text) const {
  fill(response, status, text);
}

const json::Value* Attributes::find(std::string_view name) const {
  const json::Value* found = object_.find(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

void Attributes::fail(std::string_view name, std::string_view expected) {
  if (!failure_) failure_ = wrong_type(name, expected);
}

std::optional<std::string> Attributes::text(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* text = found->if_string()) return *text;
  if (const auto* number = found->if_int()) return std::to_string(*number);
  fail(name, "a string");
  return std::nullopt;
}

std::optional<bool> Attributes::flag(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* flag = found->if_bool()) return *flag;
  fail(name, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Attributes::number(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* number = found->if_int()) return *number;
  if (const auto* text = found->if_string()) {
    if (const auto number = parse_i64(*text)) return number;
  }
  fail(name, "an integer");
  return std::nullopt;
}

std::vector<std::string> Attributes::texts(std::string_view name) {
  std::vector<std::string> out;
  const json::Value* found = find(name);
  if (found == nullptr) return out;
  const json::Array* list = found->if_array();
  if (list == nullptr) {
    fail(name, "a list of strings");
    return out;
  }
  for (const json::Value& value : *list) {
    const std::string* text = value.if_string();
    if (text == nullptr) fail(name, "a list of strings");
    out.push_back(text != nullptr ? *text : std::string{});
  }
  return out;
}

Result<> Attributes::checked() const {
  if (failure_) return *failure_;
  return {};
}

Error missing_parameter(std::string_view name) {
  return {CatalogErrc::value_missing, std::string{"missing parameter '"}.append(name).append("'")};
}

Error wrong_type(std::string_view name, std::string_view expected) {
  std::string what{"parameter '"};
  return value_invalid(what.append(name).append("'"), std::string{"must be "}.append(expected));
}

Result<const json::Value*> required_object(const json::Value& body, std::string_view name) {
  const json::Value* found = body.find(name);
  if (found == nullptr || found->is_null()) return missing_parameter(name);
  if (found->if_object() == nullptr) return wrong_type(name, "an object");
  return found;
}

void refuse(http::Response& response, const Error& error) {
  response.promise_nothing();
  json::Object object;
  const std::string_view word = status_word(error);
  if (!word.empty()) object.emplace_back("status", word);
  // What failed inside is for the log; its detail names paths and statements. The store's rows
  // are of the inside whatever their status.
  const bool inside = error.http_status() >= 500 || error.name().starts_with("store_");
  object.emplace_back("error", inside ? error.text() : std::string_view{error.detail()});
  if (error.retryable()) response.header("Retry-After", "1");
  fill(response, error.http_status(), json::dump(object));
}

void edit(InternalCall& call, InternalEdit change, UniqueFunction<void()> after_commit) {
  const auto answer = std::make_shared<InternalAnswer>();
  call.api.catalog.edit(
      [answer, change = std::move(change)](const Catalog& catalog) {
        return change(catalog, *answer);
      },
      [answer, after_commit = std::move(after_commit),
       deferred = call.response.defer()](Result<> committed) mutable {
        if (committed.has_value() && after_commit) after_commit();
        deferred.complete([answer, committed = std::move(committed)](http::Response& response) {
          if (committed.has_error()) return refuse(response, committed.error());
          fill(response, answer->status, json::dump(answer->object));
        });
      });
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value{} : json::Value{text};
}

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
    fill(response, 404, R"({"status":"not_found","error":"Not found"})");
  };
  router.scope("/internal", {not_found, not_found, not_found, answer_failure});

  InternalRoutes routes{router, api};
  routes.add(http::Method::get, "/check.json[/]", [](InternalCall& call) -> Result<> {
    call.answer_text(200, R"({"status":"ok"})");
    return {};
  });
  routes.add(http::Method::get, "/status[/]", [](InternalCall& call) -> Result<> {
    // The version of the backend whose protocol this is: clients compare it.
    call.answer_text(200, R"({"status":"ok","version":{"backend":"3.4.3"}})");
    return {};
  });
  add_service_routes(routes);
  add_application_routes(routes);
  add_batch_routes(routes);
  add_application_key_routes(routes);
  add_referrer_filter_routes(routes);
  add_metric_routes(routes);
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
