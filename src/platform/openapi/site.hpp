#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/router.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay::openapi {

/// What this module's own routes, and the problems that any route may answer with, look like.
Result<> describe(Document& document);

/// GET /openapi.json, and GET /docs, a page that renders it without asking anybody else. Lives as
/// long as the router.
class Site {
 public:
  using Make = UniqueFunction<Result<std::string>()>;

  void register_routes(http::Router& router);
  /// What makes the document, before the server starts. It runs once, on the thread of the first
  /// who asks: most processes end unasked, and of a start it would be the longest part.
  void publish(Make make) { make_ = std::move(make); }

 private:
  Make make_;
  std::once_flag once_;
  Result<std::string> text_{std::string{}};
};

}  // namespace mainstay::openapi
