#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "platform/auth/caller.hpp"
#include "platform/http/form.hpp"
#include "platform/json/json.hpp"

namespace mainstay::auth {

/// One thing that somebody wants, from a form or as JSON: what a request said, copied, so that a
/// lane can work on it.
struct Call {
  http::FormFields fields;
  bool is_json = false;
  SystemTime now{};
  std::string client;  // http::client_group of its address
  std::string address;
  std::string agent;
  std::shared_ptr<const Caller> caller;  // null: nobody
  std::string session_token;             // of the cookie, valid or not
  std::string csrf;                      // what the next form must show

  /// What a page says that is shown once more.
  std::string error;

  /// Set with Errc::too_many_attempts: how long to wait.
  Seconds retry_after{0};

  [[nodiscard]] std::string_view field(std::string_view name) const {
    return http::form_field(fields, name);
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const auto text = field(name);
    return text == "true" || text == "on" || text == "1" || text == "yes";
  }
};

/// What came of it. JSON clients get `json`; people are sent to `location`, or shown `page`.
struct Outcome {
  int status = 200;
  json::Object json;
  std::string location;
  std::string page;  // HTML
  struct Cookie {
    std::string token;   // empty: the session's cookie goes
    Seconds max_age{0};  // 0: until the browser is closed
  };
  std::optional<Cookie> cookie;
};

}  // namespace mainstay::auth
