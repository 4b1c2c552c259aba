#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/http/router.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay::openapi {

/// What this module's own routes, and the problems that any route may answer with, look like.
Result<> describe(Document& document);

/// GET /openapi.json, and GET /docs, a page that renders it without asking anybody else. Lives as
/// long as the router.
class Site {
 public:
  void register_routes(http::Router& router);
  /// The document, once all routes are known; before the server starts.
  void publish(std::string text) { text_ = std::move(text); }

 private:
  std::string text_;
};

}  // namespace mainstay::openapi
