#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "apps/clusters/ports/cluster_reader.hpp"
#include "base/locked.hpp"

namespace mainstay::clusters {

/// A cluster that is what it is told to be: without a connection, and in tests. Any thread.
class MemoryCluster final : public ClusterReader {
 public:
  struct Content {
    std::shared_ptr<const NodeGroupsView> node_groups = std::make_shared<NodeGroupsView>();
    std::shared_ptr<const CacheView<ObjectFacts>> secrets =
        std::make_shared<CacheView<ObjectFacts>>();
    std::shared_ptr<const CacheView<SealedSecretFacts>> sealed_secrets =
        std::make_shared<CacheView<SealedSecretFacts>>();
    std::vector<std::shared_ptr<const CacheView<Delivery>>> deliveries = {};
  };

  /// What readers get from now on.
  void publish(Content content) {
    {
      auto current = content_.lock();
      *current = std::move(content);
    }
    for (const auto& changed : changed_) changed();
  }
  [[nodiscard]] Content content() const {
    auto current = content_.lock();
    return *current;
  }

  [[nodiscard]] std::shared_ptr<const NodeGroupsView> node_groups() const override {
    return content().node_groups;
  }
  [[nodiscard]] std::shared_ptr<const CacheView<ObjectFacts>> secrets() const override {
    return content().secrets;
  }
  [[nodiscard]] std::shared_ptr<const CacheView<SealedSecretFacts>> sealed_secrets()
      const override {
    return content().sealed_secrets;
  }
  [[nodiscard]] std::vector<std::shared_ptr<const CacheView<Delivery>>> deliveries()
      const override {
    return content().deliveries;
  }
  [[nodiscard]] std::vector<CacheState> states() const override {
    const Content now = content();
    std::vector<CacheState> all;
    for (const auto& kind : now.node_groups->kinds) all.push_back(kind->state);
    all.push_back(now.secrets->state);
    all.push_back(now.sealed_secrets->state);
    for (const auto& kind : now.deliveries) all.push_back(kind->state);
    return all;
  }
  void on_change(UniqueFunction<void()> changed) override {
    changed_.push_back(std::move(changed));
  }

 private:
  Locked<Content> content_;
  std::vector<UniqueFunction<void()>> changed_;
};

}  // namespace mainstay::clusters
