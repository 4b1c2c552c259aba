#pragma once

#include <string_view>
#include <utility>

#include "platform/http/response.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {

// What the routes under /exchange/v1 have in common.

/// Who runs the market: sees and changes everybody's.
inline constexpr std::string_view operator_role = "exchange";

inline void answer(http::Response& response, const json::Value& body) {
  response.content_type("application/json");
  json::append(response.body(), body);
  response.body().push_back('\n');
}

inline void refuse_busy(http::Response& response) {
  response.header("Retry-After", "1");
  http::problem(response, 503, "exchange_busy", "Too much waits. Try again in a second.");
}

inline void refuse_problem(http::Response& response, const Error& error) {
  http::problem(response, error.http_status(), error.name(), error.message());
}

/// The right to answer later, once, from any thread. Dropped unanswered (a full queue) it says that
/// the server is busy.
class Reply {
 public:
  explicit Reply(http::Response& response) : deferred_(response.defer()) {}
  Reply(Reply&& other) noexcept
      : deferred_(std::move(other.deferred_)), open_(std::exchange(other.open_, false)) {}
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (open_) deferred_.complete(refuse_busy);
  }

  /// What it acknowledges is stored already.
  void give(Result<json::Value> body, int status = 200) {
    open_ = false;
    deferred_.complete([body = std::move(body), status](http::Response& response) {
      response.promise_nothing();
      if (body.has_error()) return refuse_problem(response, body.error());
      response.status(status);
      answer(response, *body);
    });
  }

 private:
  http::Deferred deferred_;
  bool open_ = true;
};

}  // namespace mainstay::exchange
