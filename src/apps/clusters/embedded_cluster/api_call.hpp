#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/embedded_cluster/cluster_state.hpp"
#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "apps/clusters/embedded_cluster/resource_type.hpp"

// The request line and headers of Kubernetes' API, read.
namespace mainstay::clusters::embedded {

/// Where a path leads.
struct Place {
  enum class Kind {
    unknown,
    api,            // /api
    apis,           // /apis
    group,          // /apis/GROUP
    group_version,  // /api/v1, /apis/GROUP/VERSION
    resource,       // a collection or an object
    proxy,          // .../services/NAME/proxy/PATH
    other,          // /version, /healthz, /openapi/...: `path`
  };
  Kind kind = Kind::unknown;
  std::string group = {};
  std::string version = {};
  std::string plural = {};
  std::string space = {};
  std::string name = {};
  std::string subresource = {};
  std::string path = {};  // of the proxied, or the whole one
};
/// `path` as sent, still percent-encoded.
Place parse_place(std::string_view path);

/// The shape that a client takes objects in.
enum class Shape { object, metadata, table };
struct Acceptance {
  Shape shape = Shape::object;
  std::string table_version = "v1";    // of meta.k8s.io: v1 or v1beta1
  std::string discovery_version = {};  // of aggregated discovery: "v2", "v2beta1"; empty: plain
  bool protobuf = false;               // of OpenAPI v2
};
/// Nothing when the client takes none of what there is: 406.
std::optional<Acceptance> parse_accept(std::string_view accept);

/// A query's parameters, of all verbs.
struct Query {
  std::string label_selector, field_selector;
  std::string resource_version, resource_version_match, continue_token;
  std::size_t limit = 0;
  bool watch = false;
  bool allow_bookmarks = false;
  bool send_initial_events = false;
  std::optional<Seconds> timeout = {};
  std::string include_object = {};
  WriteOptions write = {};  // but for `now`

  static Outcome<Query> parse(std::string_view query);
};

/// Who writes when the query names nobody: the User-Agent up to its first slash.
std::string default_manager(std::string_view user_agent);

/// Where a list goes on: the revision it shows, and the last key it told.
struct ContinueToken {
  Revision revision = 0;
  std::string after = {};

  [[nodiscard]] std::string text() const;
  static std::optional<ContinueToken> parse(std::string_view text);
};

}  // namespace mainstay::clusters::embedded
