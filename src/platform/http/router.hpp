#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_function.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace mainstay::http {

using Handler = UniqueFunction<void(const Request&, Response&)>;

/// Finds the handler of a request. Filled before the server starts, read-only afterwards: any
/// thread.
///
/// A pattern is a path whose segments are literal or a parameter:
/// `/internal/services/{service}/metrics/{id:u64}`.
/// `{name}` takes one non-empty segment, percent-decoded (so `%2F` stays inside its segment);
/// `{name:u64}` takes digits only and does not match otherwise. A pattern that ends in `[/]` also
/// matches with a slash behind it. Literal segments win over parameters, among the routes that take
/// the method. A bad escape or bad UTF-8
/// in a parameter is 400 `bad_path`. HEAD is served by GET's handler (the server leaves the body
/// out) unless HEAD has a route of its own.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// MS_CHECKs that no route has this method and pattern already and that the pattern is well
  /// formed.
  void add(Method method, std::string_view pattern, Handler handler);

  /// What answers when nothing matches below a prefix. Prefixes match whole segments ("/a" covers
  /// "/a" and "/a/b", not "/ab"); "" covers everything; the longest wins. An empty handler keeps
  /// the outer scope's.
  struct Scope {
    Handler not_found;        // default: 404 problem `not_found`
    Handler method_mismatch;  // default: 405 problem `method_not_allowed` with Allow
    Handler options;          // default: 204 with Allow where a route is; else everywhere below
    Handler failure = {};     // a handler threw; default: 500 problem `internal_error`
  };
  void scope(std::string_view prefix, Scope scope);

  /// Replaces each route's handler by what `wrapper` makes of it, in the order of registration.
  /// Scopes keep theirs.
  void wrap(const UniqueFunction<Handler(Handler)>& wrapper);

  /// Notes that somebody stands in front of the route (by its place in routes()) who may refuse.
  void mark_guarded(std::size_t route);

  /// Takes every route and scope of `inner` under `prefix` ("" for none).
  void mount(std::string_view prefix, Router inner);

  /// Fills request.params and calls the handler; its exception becomes what fail() answers.
  void handle(Request& request, Response& response) const;

  /// Answers, in the place of whatever the response has, a request whose handler could not.
  void fail(const Request& request, Response& response) const;

  struct Route {
    Method method;
    std::string pattern;
    bool guarded = false;  // see mark_guarded()

    friend bool operator==(const Route&, const Route&) = default;
  };
  /// In the order of registration, for the OpenAPI document and for tests.
  [[nodiscard]] std::vector<Route> routes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::http
