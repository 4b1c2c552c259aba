#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/http/router.hpp"
#include "platform/json/json.hpp"

namespace mainstay::openapi {

enum class Errc : std::uint8_t { fragment_invalid = 1 };
const ErrorRow& error_row(Errc code);

/// An OpenAPI 3.1 document, made from the routes that are registered and from fragments that
/// describe them: JSON files beside the code of the routes, in OpenAPI's own words. A fragment is
///
///   {"tag":        {"name": .., "description": ..},           of its operations; in their order
///    "common":     {"security": .., "responses": {..}, ..},   what its operations share
///    "operations": {"GET /things/{thing}": {"summary": .., "responses": {..}, ..}, ..},
///    "components": {"schemas": {..}, "parameters": {..}, ..}}  all optional but the tag
///
/// An operation's name is its route's method and pattern, without `[/]` and `:u64`. Not written
/// down, since the route says it: `tags`, `operationId`, and path parameters; a path parameter that
/// components.parameters describes as `path_NAME` refers to that. A response of `common` yields to
/// the operation's own of that status, and the response `Problem`, when there is one, becomes
/// `default`.
class Document {
 public:
  /// `name` is for messages. Errors (fragment_invalid): no JSON, unknown members, an operation
  /// without summary or responses, one that is described twice, a component that differs from one
  /// of the same name.
  Result<> add(std::string_view name, std::string_view fragment);

  struct Info {
    std::string_view title;
    std::string_view version;
    std::string_view description;
  };
  struct Rendered {
    std::string text;                      // JSON
    std::vector<std::string> undescribed;  // "GET /x": routes that no fragment describes
    std::vector<std::string> unused;       // operations without a route; left out
  };
  [[nodiscard]] Rendered render(const Info& info,
                                std::span<const http::Router::Route> routes) const;

 private:
  struct Operation {
    std::string tag;
    json::Object members;
  };
  Result<> add_operations(std::string_view name, const std::string& tag, const json::Value& parsed);
  Result<> add_components(std::string_view name, const json::Value& components);
  [[nodiscard]] json::Object finished(const Operation& operation, const http::Router::Route& route,
                                      const std::string& path) const;
  [[nodiscard]] json::Array parameters(const Operation& operation, std::string_view pattern) const;
  [[nodiscard]] const json::Value* component(std::string_view kind, std::string_view name) const;

  json::Array tags_;
  std::map<std::string, Operation, std::less<>> operations_;
  json::Object components_;
};

}  // namespace mainstay::openapi
