#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/clusters/domain/node_group_kinds.hpp"
#include "apps/clusters/domain/reflector.hpp"
#include "apps/clusters/outbound/kube/kube_transport.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace mainstay::log {
class Log;
}
namespace mainstay::metrics {
class Registry;
}

namespace mainstay::clusters {

struct ClusterCacheOptions {
  std::vector<NodeGroupKind> node_group_kinds = {};
  /// Of whose secrets metadata is kept; "*": of all. "": no Secrets are asked for at all.
  std::string secrets_namespace = {};
  bool sealed_secrets = true;
  bool argo_cd = false;
  bool flux = false;
  ReflectorOptions reflector = {};
};

/// Copies of the cluster's objects, each kept by a Reflection, and read without waiting.
class ClusterCache final : public ClusterReader {
 public:
  /// What is referred to outlives it; the transport has stopped before it ends.
  ClusterCache(ClusterCacheOptions options, KubeTransport& transport, const Clock& clock,
               Random random, metrics::Registry& metrics, log::Log& log);
  ~ClusterCache() override;

  /// Once, behind on_change().
  void start();

  [[nodiscard]] std::shared_ptr<const NodeGroupsView> node_groups() const override;
  [[nodiscard]] std::shared_ptr<const CacheView<ObjectFacts>> secrets() const override;
  [[nodiscard]] std::shared_ptr<const CacheView<SealedSecretFacts>> sealed_secrets() const override;
  [[nodiscard]] std::vector<std::shared_ptr<const CacheView<Delivery>>> deliveries() const override;
  [[nodiscard]] std::vector<CacheState> states() const override;
  void on_change(UniqueFunction<void()> changed) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
