#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/inbound/http/network_routes.hpp"
#include "apps/charging/inbound/http/role_guard.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

// What the operators' routes have in common.

inline constexpr std::int64_t page_rows_max = 1'000;
inline constexpr std::int64_t csv_rows_max = 10'000;

inline void refuse_busy(http::Response& response) {
  response.header("Retry-After", "1");
  http::problem(response, 503, "charging_busy", "Too much waits. Try again in a second.");
}

/// Shared: callbacks come on other threads.
using ReplyPtr = std::shared_ptr<http::JsonReply>;
inline ReplyPtr later(http::Response& response) {
  return std::make_shared<http::JsonReply>(response, refuse_busy);
}

/// Answers with what `make` makes of the network, on its lane.
template <class Make>
void answer_from(const NetworkParts& parts, http::Response& response, Make make) {
  auto reply = later(response);
  (void)parts.network.look(
      [reply, make = std::move(make)](const Network& network) { reply->give(make(network)); });
}

/// Decides, and answers with `show` of the network once that is stored.
template <class Show>
void change_and_answer(const NetworkParts& parts, http::Response& response,
                       NetworkService::Change change, int status, Show show) {
  auto reply = later(response);
  NetworkService& network = parts.network;
  network.change(
      std::move(change), [&network, reply, status, show = std::move(show)](Result<> stored) {
        if (stored.has_error()) return reply->give(std::move(stored).error());
        (void)network.look(
            [reply, status, show](const Network& state) { reply->give(show(state), status); });
      });
}

inline std::string page_cursor(std::int64_t number) { return std::to_string(number); }
inline std::string page_cursor(const std::string& text) { return text; }

/// {NAME: [rows], "next": cursor of the last one when the page is full}.
template <class Rows, class Show, class Cursor>
json::Value page_of(std::string_view name, const Rows& rows, std::size_t limit, Show show,
                    Cursor cursor) {
  json::Array all;
  for (const auto& row : rows) all.push_back(show(row));
  json::Object out{{std::string{name}, std::move(all)}};
  if (rows.size() == limit && !rows.empty()) {
    out.push_back({"next", page_cursor(cursor(rows.back()))});
  }
  return out;
}

using NetworkRoute = void (*)(const NetworkParts&, const http::Request&, http::Response&,
                              const auth::Caller&);

/// Adds routes that only operators may call.
class OperatorRoutes {
 public:
  OperatorRoutes(http::Router& router, const NetworkParts& parts, auth::Guard& guard)
      : router_(router), parts_(parts), guard_(guard) {}

  void add(http::Method method, std::string_view pattern, NetworkRoute route) {
    router_.add(
        method, pattern,
        require_role(guard_, operator_role,
                     [parts = parts_, route](const http::Request& request, http::Response& response,
                                             const auth::Caller& caller) {
                       route(parts, request, response, caller);
                     }));
  }

 private:
  http::Router& router_;
  NetworkParts parts_;
  auth::Guard& guard_;
};

}  // namespace mainstay::charging
