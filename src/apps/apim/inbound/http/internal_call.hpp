#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/apim/domain/catalog_edit.hpp"
#include "apps/apim/inbound/http/internal_api.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/json/json.hpp"

namespace mainstay::apim {

/// One request to the internal API, with what its routes share.
struct InternalCall {
  InternalApi& api;
  const http::Request& request;
  http::Response& response;
  std::shared_ptr<const Catalog> catalog;

  [[nodiscard]] std::string param(std::string_view name) const {
    return std::string{request.params.text(name)};
  }
  [[nodiscard]] ServiceId service_id() const { return ServiceId{param("service")}; }
  [[nodiscard]] ApplicationId application_id() const { return ApplicationId{param("application")}; }
  [[nodiscard]] UnixSeconds now() const { return unix_seconds(request.at); }

  /// The body's JSON object, an empty one without a body. Error value_invalid.
  [[nodiscard]] Result<json::Value> body() const;
  /// A parameter of the query; nothing when absent. Error bad_request.
  [[nodiscard]] Result<std::optional<std::string>> query(std::string_view name) const;

  void answer(int status, const json::Object& object) const;
  /// JSON that is ready made.
  void answer_text(int status, std::string_view text) const;
};

/// JSON that is ready made.
void answer_json(http::Response& response, int status, std::string_view text);

/// `{"status":...,"error":...}` as the protocol has it for that error; 503 with Retry-After when
/// the store has too much to do.
void refuse(http::Response& response, const Error& error);

/// An answer that is made with an edit and sent after its commit.
struct InternalAnswer {
  int status = 200;
  json::Object object;
};
using InternalEdit = UniqueFunction<Result<CatalogEdit>(const Catalog&, InternalAnswer&)>;

/// Answers later: runs the edit on the store's writer, sends its answer once it is on disk, or the
/// refusal. `after_commit` runs before the answer is sent.
void edit(InternalCall& call, InternalEdit change, UniqueFunction<void()> after_commit = {});

/// The zone of that name; null for UTC, which the empty name is too. May read a file: not on an I/O
/// thread.
/// Error value_invalid.
Result<const TimeZone*> time_zone(InternalApi& api, std::string_view name);

/// Null for an empty text, as the original shows attributes that were never set.
json::Value text_or_null(const std::string& text);

/// A route's handler; what it returns as an error is refused.
using InternalHandler = Result<> (*)(InternalCall&);

/// Adds routes whose handlers run after the credentials were checked.
class InternalRoutes {
 public:
  InternalRoutes(http::Router& router, InternalApi& api) : router_(router), api_(api) {}
  /// `pattern` begins below /internal.
  void add(http::Method method, std::string_view pattern, InternalHandler handler);
  [[nodiscard]] InternalApi& api() const { return api_; }

 private:
  http::Router& router_;
  InternalApi& api_;
};

// One function a resource, each in its internal_<resource>.cpp.
void add_service_routes(InternalRoutes& routes);
void add_application_routes(InternalRoutes& routes);
void add_batch_routes(InternalRoutes& routes);
void add_user_key_routes(InternalRoutes& routes);
void add_application_key_routes(InternalRoutes& routes);
void add_referrer_filter_routes(InternalRoutes& routes);
void add_metric_routes(InternalRoutes& routes);
void add_plan_routes(InternalRoutes& routes);
void add_usage_limit_routes(InternalRoutes& routes);
void add_alert_limit_routes(InternalRoutes& routes);
void add_error_routes(InternalRoutes& routes);
void add_event_routes(InternalRoutes& routes);
void add_service_token_routes(InternalRoutes& routes);
void add_stats_routes(InternalRoutes& routes);
void add_utilization_routes(InternalRoutes& routes);
void add_spike_limit_routes(InternalRoutes& routes);
void add_alert_webhook_routes(InternalRoutes& routes);
void add_usage_routes(InternalRoutes& routes);

}  // namespace mainstay::apim
