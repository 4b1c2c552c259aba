#pragma once

#include <string_view>
#include <utility>

#include "platform/http/response.hpp"
#include "platform/json/json.hpp"

namespace mainstay::http {

/// 200 with that document, compact, and a newline behind it.
inline void answer_json(Response& response, const json::Value& body) {
  response.content_type("application/json");
  json::append(response.body(), body);
  response.body().push_back('\n');
}

/// A problem document of the error's own status and name.
inline void refuse_problem(Response& response, const Error& error) {
  problem(response, error.http_status(), error.name(), error.message());
}

/// The right to answer later, once, from any thread. Dropped unanswered, as by a full queue, it
/// answers what `busy` does.
class JsonReply {
 public:
  using Busy = void (*)(Response&);
  JsonReply(Response& response, Busy busy) : deferred_(response.defer()), busy_(busy) {}
  JsonReply(JsonReply&& other) noexcept
      : deferred_(std::move(other.deferred_)), busy_(std::exchange(other.busy_, nullptr)) {}
  JsonReply& operator=(JsonReply&&) = delete;
  ~JsonReply() {
    if (busy_ != nullptr) deferred_.complete(busy_);
  }

  /// What it acknowledges is stored already.
  void give(Result<json::Value> body, int status = 200) {
    give_with([body = std::move(body), status](Response& response) {
      if (body.has_error()) return refuse_problem(response, body.error());
      response.status(status);
      answer_json(response, *body);
    });
  }

  /// The same for what is no JSON.
  void give_with(UniqueFunction<void(Response&)> fill) {
    busy_ = nullptr;
    deferred_.complete([fill = std::move(fill)](Response& response) {
      response.promise_nothing();
      fill(response);
    });
  }

 private:
  Deferred deferred_;
  Busy busy_;
};

}  // namespace mainstay::http
