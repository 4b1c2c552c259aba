#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "apps/clusters/domain/drift.hpp"
#include "apps/clusters/domain/node_group_kinds.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

class ClusterReader;
class Repository;

struct DriftReport {
  std::string commit{};  // of the repository's branch
  std::size_t in_repository = 0;
  std::size_t in_cluster = 0;
  std::vector<Drift> drift{};
  std::vector<std::string> unreadable{};  // "PATH: why", of files that are no YAML
};

/// Holds the node groups that the repository has against those that the cluster has. One thread.
class DriftDesk {
 public:
  struct Parts {
    Repository& repository;
    const ClusterReader& cluster;
    const std::vector<NodeGroupKind>& kinds;
    std::string default_namespace{};  // of namespaced objects that name none
  };
  explicit DriftDesk(Parts parts) : parts_(std::move(parts)) {}

  /// Blocks on git. Errc::not_ready before the cluster has been read whole; git's errors.
  Result<DriftReport> look();

 private:
  void read_file(const std::string& path, const std::string& content,
                 std::vector<NodeGroup>& groups, DriftReport& report) const;

  Parts parts_;
};

}  // namespace mainstay::clusters
