#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/clusters/access.hpp"
#include "apps/clusters/change_desk.hpp"
#include "apps/clusters/domain/change.hpp"
#include "apps/clusters/fundamental.hpp"
#include "apps/clusters/inbound/http/event_hub.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/instance_catalogue.hpp"
#include "apps/clusters/ports/proposals.hpp"
#include "base/clock.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/http/router.hpp"

namespace mainstay::clusters {

class SealedDesk;
class SealingCertificates;

/// What the routes under /api work on. All of it outlives the router.
struct ApiParts {
  const Access& access;
  const Clock& clock;
  ClusterReader& cluster;
  InstanceCatalogue& catalogue;
  Proposals& proposals;
  ChangeDesk& desk;
  SealedDesk& sealed;
  const SealingCertificates& certificates;
  EventHub& events;
  NamespaceName default_namespace;
};

// The groups of routes.
void register_group_routes(http::Router& router, const ApiParts& parts);
void register_secret_routes(http::Router& router, const ApiParts& parts);
void register_sealed_routes(http::Router& router, const ApiParts& parts);
void register_type_routes(http::Router& router, const ApiParts& parts);
void register_change_routes(http::Router& router, const ApiParts& parts);

// --- what they have in common --------------------------------------------------------------------

/// Shared: callbacks come on other threads.
using ApiReply = std::shared_ptr<http::JsonReply>;
ApiReply api_reply(http::Response& response);

/// A problem; with Retry-After when trying again is worth it.
void refuse_call(http::Response& response, const Error& error);

/// The parameters of a query string, each asked for by name. Errc::query_invalid for one that comes
/// twice or that nobody reads.
class ApiQuery {
 public:
  static Result<ApiQuery> parse(std::string_view query,
                                std::initializer_list<std::string_view> known);
  /// "" when it is not there.
  [[nodiscard]] std::string_view text(std::string_view name) const;
  /// Errc::query_invalid unless it is a whole number in that range.
  [[nodiscard]] Result<std::int64_t> number(std::string_view name, std::int64_t fallback,
                                            std::int64_t least, std::int64_t most) const;
  /// "true" and "1" are true; absent is false.
  [[nodiscard]] Result<bool> flag(std::string_view name) const;

 private:
  http::FormFields fields_;
};

/// Errc::body_invalid, too_large.
Result<Document> parse_api_body(const http::Request& request);

/// X-Cache-Resource-Version, and X-Cache-Age: seconds since the cluster was heard of.
void tell_staleness(http::Response& response, std::string_view resource_version, SystemTime heard,
                    SystemTime now);

/// Order::asked: of method, target and `what`, which is the body unless that holds secrets.
std::string asked_of(const http::Request& request, std::string_view what);

/// How a change is wanted, by Idempotency-Key, `Prefer: respond-async` and ?plan=true, and whether
/// the asker may. `skip_pull_request` and `reason` are those of the body, if it has them.
Result<Order> read_order(const http::Request& request, const Asker& asker, const Document* body);

/// The answer to a change that was asked for: 200 with request and url, 202 when it goes on without
/// the client, 502 when the forge or git refused.
ChangeDesk::Done change_reply(http::Response& response, Order order);

// How a request for a change looks to clients.
enum class Detail : std::uint8_t { brief, whole };
json::Value change_json(const ChangeRequest& request, Detail detail);
/// RFC 3339, in UTC; null for the epoch.
json::Value time_json(SystemTime at);

}  // namespace mainstay::clusters
