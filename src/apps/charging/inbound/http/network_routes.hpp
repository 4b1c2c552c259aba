#pragma once

#include <cstdint>
#include <functional>

#include "apps/charging/network_service.hpp"
#include "apps/charging/operations_desk.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

/// What the routes of operators work on. All of it outlives the router.
struct NetworkParts {
  NetworkService& network;
  OperationsDesk& operations;
  /// Sends what waits for a webhook now.
  std::function<void(std::int64_t webhook, UniqueFunction<void(Result<>)> done)> retry_webhook;
};

/// `/charging/v1/...` for those who run the network: stations, connectors, tags, transactions,
/// reservations, commands, events, webhooks. Callers need the role charging_operator.
void register_network(http::Router& router, const NetworkParts& parts, auth::Guard& guard);

// The groups that it consists of.
void register_stations(http::Router& router, const NetworkParts& parts, auth::Guard& guard);
void register_transactions(http::Router& router, const NetworkParts& parts, auth::Guard& guard);
void register_commands(http::Router& router, const NetworkParts& parts, auth::Guard& guard);
void register_events(http::Router& router, const NetworkParts& parts, auth::Guard& guard);

}  // namespace mainstay::charging
