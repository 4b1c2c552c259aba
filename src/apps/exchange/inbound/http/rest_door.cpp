#include "apps/exchange/inbound/http/rest_door.hpp"

#include <memory>
#include <string>
#include <utility>

#include "apps/exchange/inbound/http/api_errc.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::string_view key_header = "X-MBX-APIKEY";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

using CallerPtr = std::shared_ptr<const auth::Caller>;

Result<> read_parameters(const http::Request& request, Parameters& parameters) {
  if (!request.body.empty()) {
    const std::string_view type = request.header("Content-Type");
    if (!type.empty() && !type.starts_with(form_type)) {
      return Error{ApiErrc::parameter_invalid,
                   "The body must be empty or a form (application/x-www-form-urlencoded)."};
    }
  }
  return parameters.read(request.query, request.body);
}

}  // namespace

RestDoor::RestDoor(RestParts parts) : parts_(parts), signers_(parts.threads) {}
RestDoor::~RestDoor() = default;

void RestDoor::register_routes(http::Router& router) {
  for (const auto& routes : {market_routes(), order_routes(), account_routes()}) {
    for (const RestRoute& route : routes) add(router, route);
  }
}

void RestDoor::add(http::Router& router, const RestRoute& route) {
  const std::string pattern = std::string{"/exchange"}.append(route.path);
  if (route.security == Security::none || parts_.guard == nullptr) {
    router.add(route.method, pattern,
               [this, &route](const http::Request& request, http::Response& response) {
                 enter(route, request, response);
               });
    return;
  }
  http::Handler by_user = parts_.guard->require(
      {},
      [this, &route](const http::Request& request, http::Response& response,
                     const auth::Caller& caller) { enter_as(route, request, response, caller); });
  router.add(route.method, pattern,
             [this, &route, by_user = std::move(by_user)](const http::Request& request,
                                                          http::Response& response) {
               const std::string_view key = request.header(key_header);
               if (!key.empty()) return enter_with_key(route, request, response, key);
               const bool known_otherwise =
                   auth::has_bearer_token(request) || !auth::session_token_of(request).empty();
               if (known_otherwise) return by_user(request, response);
               refuse(response, ApiErrc::key_malformed);
             });
}

void RestDoor::enter(const RestRoute& route, const http::Request& request,
                     http::Response& response) {
  if (route.security != Security::none) {
    return refuse(response, Error{ApiErrc::unauthorized, "This server has no users."});
  }
  Parameters parameters;
  if (auto read = read_parameters(request, parameters); read.has_error()) {
    return refuse(response, read.error());
  }
  carry_out(route, {.request = request}, parameters, response);
}

void RestDoor::enter_with_key(const RestRoute& route, const http::Request& request,
                              http::Response& response, std::string_view key) {
  if (!looks_like_key(key)) return refuse(response, ApiErrc::key_malformed);
  Signer* const signer = signers_[request.thread].find(key, request.at, parts_.guard->generation());
  if (signer == nullptr) return find_signer(route, request, response, key);
  Parameters parameters;
  auto passed = read_parameters(request, parameters);
  if (passed.has_value() && route.security == Security::account) {
    passed = verify(*signer, signed_text(request.query, request.body), parameters, request.at);
  }
  if (passed.has_error()) return refuse(response, passed.error());
  carry_out(route, {.request = request, .account = signer->account, .orders = signer->orders},
            parameters, response);
}

/// Asks whose key it is, and begins again.
void RestDoor::find_signer(const RestRoute& route, const http::Request& request,
                           http::Response& response, std::string_view key) {
  const std::uint64_t generation = parts_.guard->generation();
  auto later = std::make_shared<http::Deferred>(response.defer());
  // Only what runs within the answer may look at the request: the connection may have gone.
  const auto found = [this, &route, &request, key, generation, later, at = request.at](
                         const CallerPtr& caller, const Result<AccountId>& is) {
    if (is.has_error() || caller == nullptr) {
      Error error = is.has_error() ? is.error() : Error{ApiErrc::key_unknown};
      return later->complete(
          [error = std::move(error)](http::Response& answer) { refuse(answer, error); });
    }
    Signer made{parts_.guard->signing_secret(*caller, signing_purpose), *is,
                meters_.orders_of(*is)};
    made.checked = at;
    made.ends = caller->ends;
    made.generation = generation;
    auto signer = std::make_shared<Signer>(std::move(made));
    later->complete([this, &route, &request, key, signer](http::Response& answer) {
      signers_[request.thread].remember(key, std::move(*signer));
      enter_with_key(route, request, answer, key);
    });
  };
  parts_.guard->find_token(key, request.at, [this, at = request.at, found](Result<CallerPtr> by) {
    if (by.has_error()) return found(nullptr, std::move(by).error());
    const CallerPtr caller = *by;
    if (caller == nullptr) return found(nullptr, AccountId{});
    parts_.accounts.find(caller->user_id, at,
                         [caller, found](Result<AccountId> account) { found(caller, account); });
  });
}

void RestDoor::enter_as(const RestRoute& route, const http::Request& request,
                        http::Response& response, const auth::Caller& caller) {
  if (const auto account = parts_.accounts.remembered(caller.user_id)) {
    Parameters parameters;
    if (auto read = read_parameters(request, parameters); read.has_error()) {
      return refuse(response, read.error());
    }
    // Clients that always send them may.
    (void)parameters.has("timestamp");
    (void)parameters.has("recvWindow");
    (void)parameters.has("csrf");
    return carry_out(
        route, {.request = request, .account = *account, .orders = meters_.orders_of(*account)},
        parameters, response);
  }
  auto later = std::make_shared<http::Deferred>(response.defer());
  parts_.accounts.find(caller.user_id, request.at,
                       [this, &route, &request, later, caller = caller](Result<AccountId> account) {
                         later->complete([this, &route, &request, caller,
                                          account = std::move(account)](http::Response& answer) {
                           if (account.has_error()) return refuse(answer, account.error());
                           enter_as(route, request, answer, caller);
                         });
                       });
}

void RestDoor::carry_out(const RestRoute& route, RestCall call, Parameters& parameters,
                         http::Response& response) {
  auto done = meter(route, call, parameters);
  if (done.has_value()) done = route.handler(parts_, call, parameters, response);
  if (response.deferred()) return;
  begin_answer(response, call.weight_used, call.orders_used);
  if (!done.has_error()) return;
  const Error& error = done.error();
  const bool limited = error.is(ApiErrc::too_many_requests) || error.is(ApiErrc::too_many_orders);
  const Seconds window =
      error.is(ApiErrc::too_many_orders) ? Meters::orders_window : Meters::weight_window;
  refuse(response, error, limited ? WindowCount::left(call.request.at, window) : Seconds{1});
}

Result<> RestDoor::meter(const RestRoute& route, RestCall& call, Parameters& parameters) {
  const ApiLimits& limits = parts_.limits;
  if (limits.weight_per_minute != 0) {
    const std::uint64_t weight =
        route.weight_of == nullptr ? route.weight : route.weight_of(parameters);
    call.weight_used =
        meters_.spend(call.request.peer, weight, limits.weight_per_minute, call.request.at);
    if (call.weight_used > limits.weight_per_minute) return ApiErrc::too_many_requests;
  }
  if (route.counts_as_order && limits.orders_per_10s != 0) {
    call.orders_used =
        call.orders->add(1, limits.orders_per_10s, call.request.at, Meters::orders_window);
    if (call.orders_used > limits.orders_per_10s) {
      return Error{ApiErrc::too_many_orders, "Too many new orders; current limit is " +
                                                 std::to_string(limits.orders_per_10s) +
                                                 " orders per 10 SECOND."};
    }
  }
  return {};
}

}  // namespace mainstay::exchange
