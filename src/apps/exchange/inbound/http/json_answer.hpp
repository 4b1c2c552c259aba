#pragma once

#include <string_view>

#include "platform/http/json_reply.hpp"

namespace mainstay::exchange {

// What the routes under /exchange/v1 have in common.

/// Who runs the market: sees and changes everybody's.
inline constexpr std::string_view operator_role = "exchange";

inline void answer(http::Response& response, const json::Value& body) {
  http::answer_json(response, body);
}
using http::refuse_problem;

inline void refuse_busy(http::Response& response) {
  response.header("Retry-After", "1");
  http::problem(response, 503, "exchange_busy", "Too much waits. Try again in a second.");
}

/// Dropped unanswered it says that the server is busy.
class Reply : public http::JsonReply {
 public:
  explicit Reply(http::Response& response) : JsonReply(response, refuse_busy) {}
};

}  // namespace mainstay::exchange
