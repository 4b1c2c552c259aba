#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/clusters/embedded_cluster/api_call.hpp"
#include "apps/clusters/embedded_cluster/cluster_state.hpp"
#include "apps/clusters/embedded_cluster/presenter.hpp"
#include "apps/clusters/embedded_cluster/tokens.hpp"
#include "apps/clusters/embedded_cluster/watches.hpp"
#include "base/clock.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace mainstay::clusters::embedded {

struct ApiServerOptions {
  std::string admin_token;
  std::uint64_t seed = 0;          // of uids and names
  Millis bookmark_every{60'000};   // as Kubernetes does
  Seconds watch_longest{30 * 60};  // for clients that name no time
};

/// The embedded cluster's HTTP: each request becomes a call of ClusterState, each answer has the
/// shape that its client takes. Everything on one I/O thread, but for what runs before the server
/// starts.
class ApiServer {
 public:
  ApiServer(const Document& builtin, ApiServerOptions options, const Clock& clock);

  void handle(const http::Request& request, http::Response& response);

  /// Makes what is there from the beginning: namespaces, and `objects` (a list), which may have a
  /// status too. Before the server starts.
  Objection seed(const Document& objects);
  [[nodiscard]] const ClusterState& state() const { return state_; }

 private:
  struct Call;

  void serve(Call& call);
  void serve_other(Call& call);
  void serve_openapi(Call& call);
  void serve_discovery(Call& call);
  void serve_resource(Call& call);
  void serve_proxy(Call& call);

  void serve_get(Call& call, const Target& target);
  void serve_list(Call& call, const Target& target);
  void serve_watch(Call& call, const Target& target);
  void serve_create(Call& call, const Target& target);
  void serve_review(Call& call, const Target& target);
  void serve_update(Call& call, const Target& target);
  void serve_patch(Call& call, const Target& target);
  void serve_delete(Call& call, const Target& target);
  void serve_delete_collection(Call& call, const Target& target);

  Outcome<VersionedStore::Page> matching(const Target& target, const Selector& selector,
                                         Revision revision, const std::string& after,
                                         std::size_t limit) const;
  Outcome<Revision> revision_of_list(const Query& query) const;
  Objection seed_one(const Document& object);
  void on_change(const Change& change);

  const Clock& clock_;
  ApiServerOptions options_;
  ClusterState state_;
  Tokens tokens_;
  Watches watches_;
  // OpenAPI documents are large: made once for each generation of types.
  std::uint64_t openapi_generation_ = 0;
  std::string openapi_json_, openapi_protobuf_;
};

}  // namespace mainstay::clusters::embedded
