#include "apps/apim/inbound/http/internal_call.hpp"

#include <memory>
#include <utility>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

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
  answer_json(response, status, text);
}

void answer_json(http::Response& response, int status, std::string_view text) {
  response.status(status);
  response.content_type("application/json");
  response.body().append(text);
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
  answer_json(response, error.http_status(), json::dump(object));
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
          answer_json(response, answer->status, json::dump(answer->object));
        });
      });
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value{} : json::Value{text};
}

}  // namespace mainstay::apim
