#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/cluster_objects.hpp"
#include "apps/clusters/domain/node_group.hpp"
#include "apps/clusters/domain/object_set.hpp"
#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// How far a watch cache follows the cluster.
struct CacheState {
  std::string name = {};  // "nodegroups", "nodepools", "secrets", "sealedsecrets", "applications"
  bool synced = false;    // its first list came whole; until then it is empty
  std::string resource_version = {};  // opaque; "" before the first list
  SystemTime heard = {};              // the last list, event or bookmark
  std::size_t objects = 0;
  std::string problem = {};  // why it does not follow; "": it does
};

/// All objects of one kind at one moment, immutable.
template <class T>
struct CacheView {
  ObjectSet<T> objects = {};
  CacheState state = {};
};

/// Node groups of all configured kinds at one moment, in the order of configuration.
struct NodeGroupsView {
  std::vector<std::shared_ptr<const CacheView<NodeGroup>>> kinds = {};

  /// Of the first kind that has one of that name; null when none has.
  [[nodiscard]] std::shared_ptr<const NodeGroup> find(std::string_view name) const {
    for (const auto& kind : kinds) {
      if (auto found = kind->objects.find_anywhere(name)) return found;
    }
    return nullptr;
  }
  /// Kind by kind, each by name.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& kind : kinds) kind->objects.for_each(visit);
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& kind : kinds) sum += kind->objects.size();
    return sum;
  }
  /// Every kind's first list came. Without a kind: true.
  [[nodiscard]] bool synced() const {
    for (const auto& kind : kinds) {
      if (!kind->state.synced) return false;
    }
    return true;
  }
  /// For `X-Cache-Resource-Version`: one kind's own, several with commas between them.
  [[nodiscard]] std::string resource_version() const {
    std::string all;
    for (const auto& kind : kinds) {
      if (&kind != &kinds.front()) all.push_back(',');
      all.append(kind->state.resource_version);
    }
    return all;
  }
  /// When the kind that is furthest behind was heard of. Without a kind: the epoch.
  [[nodiscard]] SystemTime heard() const {
    SystemTime oldest{};
    for (const auto& kind : kinds) {
      if (&kind == &kinds.front() || kind->state.heard < oldest) oldest = kind->state.heard;
    }
    return oldest;
  }
};

/// The cluster as our watch caches see it. Any thread; never waits for the network or for a relist:
/// a call costs a pointer, and what it points to stays as it is. No pointer is null.
class ClusterReader {
 public:
  virtual ~ClusterReader() = default;

  [[nodiscard]] virtual std::shared_ptr<const NodeGroupsView> node_groups() const = 0;
  /// Without values: they never enter this process. Empty and not synced where Secrets are not
  /// watched (then sealed secrets are all there is).
  [[nodiscard]] virtual std::shared_ptr<const CacheView<ObjectFacts>> secrets() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const CacheView<SealedSecretFacts>> sealed_secrets()
      const = 0;
  /// Argo CD's applications and Flux' kustomizations, one view a watched kind.
  [[nodiscard]] virtual std::vector<std::shared_ptr<const CacheView<Delivery>>> deliveries()
      const = 0;
  /// Of all caches that are watched.
  [[nodiscard]] virtual std::vector<CacheState> states() const = 0;

  /// `changed` is called after each publication of new content, on the thread that follows the
  /// cluster: it must be short, and post elsewhere what is not. Before the start only.
  virtual void on_change(UniqueFunction<void()> changed) = 0;
};

}  // namespace mainstay::clusters
