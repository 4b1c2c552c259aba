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
               const bool known_otherwise =
                   auth::has_bearer_token(request) || !auth::session_token_of(request).empty();
               if (key.empty() && known_otherwise) return by_user(request, response);
               enter_with_key(route, request, response, key);
             });
}

void RestDoor::enter(const RestRoute& route, const http::Request& request,
                     http::Response& response) {
  if (route.security != Security::none) {
    return refuse(response, Error{ApiErrc::unauthorized, "This server has no users."});
  }
  RestCall call{.request = request};
  Parameters parameters;
  auto passed = begin(route, call, parameters);
  carry_out(route, std::move(call), parameters, response, std::move(passed));
}

void RestDoor::enter_with_key(const RestRoute& route, const http::Request& request,
                              http::Response& response, std::string_view key) {
  RestCall call{.request = request};
  Parameters parameters;
  auto passed = begin(route, call, parameters);
  if (passed.has_value() && !looks_like_key(key)) passed = ApiErrc::key_malformed;
  if (passed.has_error()) return refuse_call(call, response, passed.error());
  enter_signed(route, std::move(call), parameters, response, key);
}

void RestDoor::enter_signed(const RestRoute& route, RestCall call, Parameters& parameters,
                            http::Response& response, std::string_view key) {
  const http::Request& request = call.request;
  Signer* const signer = signers_[request.thread].find(key, request.at, parts_.guard->generation());
  if (signer == nullptr) return find_signer(route, call, response, key);
  call.account = signer->account;
  call.orders = signer->orders;
  Result<> passed;
  if (route.security == Security::account) {
    passed = verify(*signer, signed_text(request.query, request.body), parameters, request.at);
  }
  carry_out(route, std::move(call), parameters, response, std::move(passed));
}

/// Asks whose key it is, and goes on.
void RestDoor::find_signer(const RestRoute& route, const RestCall& call, http::Response& response,
                           std::string_view key) {
  const std::uint64_t generation = parts_.guard->generation();
  auto later = std::make_shared<http::Deferred>(response.defer());
  // Only what runs within the answer may look at the request: the connection may have gone.
  const auto found = [this, &route, call, key, generation, later, at = call.request.at](
                         const CallerPtr& caller, const Result<AccountId>& is) {
    if (is.has_error() || caller == nullptr) {
      Error error = is.has_error() ? is.error() : Error{ApiErrc::key_unknown};
      return later->complete([call, error = std::move(error)](http::Response& answer) {
        refuse_call(call, answer, error);
      });
    }
    Signer made{parts_.guard->signing_secret(*caller, signing_purpose), *is,
                meters_.orders_of(*is)};
    made.checked = at;
    made.ends = caller->ends;
    made.generation = generation;
    auto signer = std::make_shared<Signer>(std::move(made));
    later->complete([this, &route, call, key, signer](http::Response& answer) {
      signers_[call.request.thread].remember(key, std::move(*signer));
      Parameters parameters;
      if (auto read = read_parameters(call.request, parameters); read.has_error()) {
        return refuse_call(call, answer, read.error());
      }
      enter_signed(route, call, parameters, answer, key);
    });
  };
  const SystemTime at = call.request.at;
  parts_.guard->find_token(key, at, [this, at, found](Result<CallerPtr> by) {
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
    RestCall call{.request = request, .account = *account, .orders = meters_.orders_of(*account)};
    Parameters parameters;
    auto passed = begin(route, call, parameters);
    // Clients that always send them may.
    (void)parameters.has("timestamp");
    (void)parameters.has("recvWindow");
    (void)parameters.has("csrf");
    return carry_out(route, std::move(call), parameters, response, std::move(passed));
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

Result<> RestDoor::begin(const RestRoute& route, RestCall& call, Parameters& parameters) {
  auto read = read_parameters(call.request, parameters);
  const std::uint64_t most = parts_.limits.weight_per_minute;
  if (most == 0) return read;
  const std::uint64_t weight =
      route.weight_of == nullptr ? route.weight : route.weight_of(parameters);
  call.weight_used = meters_.spend(call.request.peer, weight, most, call.request.at);
  if (call.weight_used > most) return ApiErrc::too_many_requests;
  return read;
}

void RestDoor::carry_out(const RestRoute& route, RestCall call, Parameters& parameters,
                         http::Response& response, Result<> passed) {
  if (passed.has_value()) passed = count_order(route, call);
  if (passed.has_value()) passed = route.handler(parts_, call, parameters, response);
  if (response.deferred()) return;
  if (passed.has_error()) return refuse_call(call, response, passed.error());
  begin_answer(response, call.weight_used, call.orders_used);
}

void RestDoor::refuse_call(const RestCall& call, http::Response& response, const Error& error) {
  begin_answer(response, call.weight_used, call.orders_used);
  const bool limited = error.is(ApiErrc::too_many_requests) || error.is(ApiErrc::too_many_orders);
  const Seconds window =
      error.is(ApiErrc::too_many_orders) ? Meters::orders_window : Meters::weight_window;
  refuse(response, error, limited ? WindowCount::left(call.request.at, window) : Seconds{1});
}

Result<> RestDoor::count_order(const RestRoute& route, RestCall& call) {
  const std::uint64_t most = parts_.limits.orders_per_10s;
  if (!route.counts_as_order || most == 0) return {};
  call.orders_used = call.orders->add(1, most, call.request.at, Meters::orders_window);
  if (call.orders_used <= most) return {};
  return Error{ApiErrc::too_many_orders, "Too many new orders; current limit is " +
                                             std::to_string(most) + " orders per 10 SECOND."};
}

}  // namespace mainstay::exchange
