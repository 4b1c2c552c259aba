#pragma once

#include <memory>
#include <vector>

#include "apps/exchange/inbound/http/meters.hpp"
#include "apps/exchange/inbound/http/rest_call.hpp"
#include "apps/exchange/inbound/http/signer.hpp"
#include "platform/http/router.hpp"

namespace mainstay::exchange {

/// The REST API under /exchange/api/v3, shaped like Binance's spot API: who calls, what it costs,
/// and whether all was said; then the route's handler. Any I/O thread.
///
/// Callers of private routes sign with a key (X-MBX-APIKEY, `timestamp`, `signature`), or bring an
/// API token or a session of the platform's users, as for any other route.
class RestDoor {
 public:
  explicit RestDoor(RestParts parts);
  ~RestDoor();

  /// The door outlives the router.
  void register_routes(http::Router& router);

 private:
  void add(http::Router& router, const RestRoute& route);
  void enter(const RestRoute& route, const http::Request& request, http::Response& response);
  void enter_with_key(const RestRoute& route, const http::Request& request,
                      http::Response& response, std::string_view key);
  void enter_signed(const RestRoute& route, RestCall call, Parameters& parameters,
                    http::Response& response, std::string_view key);
  void find_signer(const RestRoute& route, const RestCall& call, http::Response& response,
                   std::string_view key);
  void enter_as(const RestRoute& route, const http::Request& request, http::Response& response,
                const auth::Caller& caller);
  /// Reads the parameters and spends the peer's weight, once a request, before it is looked at who
  /// calls: wrong keys, signatures and parameters cost as much as right ones.
  Result<> begin(const RestRoute& route, RestCall& call, Parameters& parameters);
  void carry_out(const RestRoute& route, RestCall call, Parameters& parameters,
                 http::Response& response, Result<> passed);
  static void refuse_call(const RestCall& call, http::Response& response, const Error& error);
  Result<> count_order(const RestRoute& route, RestCall& call);

  const RestParts parts_;
  Meters meters_;
  std::vector<Signers> signers_;  // one an I/O thread
};

}  // namespace mainstay::exchange
