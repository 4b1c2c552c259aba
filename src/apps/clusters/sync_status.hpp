#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/repository.hpp"
#include "apps/clusters/ports/sync_watch.hpp"

namespace mainstay::clusters {

/// SyncWatch over the watch caches. A merged change is
/// - delivered, once an Argo CD application or a Flux kustomization has a revision that contains
/// its
///   merge commit (where several watch the repository, all of them), or `applied` gives such a
///   commit; where nothing delivers, at once;
/// - ready, once it is delivered and the object is there as its controller wants it (gone, for a
///   deletion); degraded, when either says so.
class SyncStatusReader final : public SyncWatch {
 public:
  /// `applied`: the commit that the embedded applier has brought into the cluster; empty function:
  /// there is no such thing. `url`: of the repository, as deliveries name it; empty: any.
  SyncStatusReader(ClusterReader& cluster, Repository& repository, std::string url,
                   std::function<std::string()> applied);

  SyncStatus look(const ChangeRequest& request) override;

 private:
  /// Nothing: it is delivered.
  std::optional<SyncStatus> before_delivery(const ChangeRequest& request);
  bool has(const std::string& revision, const std::string& commit);
  [[nodiscard]] SyncStatus look_at_group(const Change& change) const;
  [[nodiscard]] SyncStatus look_at_secret(const Change& change) const;

  ClusterReader& cluster_;
  Repository& repository_;
  const std::string url_;
  const std::function<std::string()> applied_;
  std::map<std::pair<std::string, std::string>, bool> known_;  // what git said, bounded
};

}  // namespace mainstay::clusters
