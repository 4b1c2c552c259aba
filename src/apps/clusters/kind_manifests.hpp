#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/node_group_kinds.hpp"
#include "apps/clusters/manifest_templates.hpp"
#include "apps/clusters/ports/group_manifests.hpp"

namespace mainstay::clusters {

/// Manifests as the configured kinds write them; a new group's as the operator's template of that
/// kind's name says, if there is one. Immutable; any thread.
class KindManifests final : public GroupManifests {
 public:
  /// `templates` outlives this.
  KindManifests(std::vector<NodeGroupKind> kinds, const ManifestTemplates& templates);

  [[nodiscard]] std::vector<std::string> kinds() const override;
  [[nodiscard]] Result<Document> write(const NodeGroup& group,
                                       const Document* existing) const override;
  [[nodiscard]] Result<NodeGroup> read(std::string_view kind,
                                       const Document& manifest) const override;

 private:
  [[nodiscard]] const NodeGroupKind* find(std::string_view name) const;

  std::vector<NodeGroupKind> kinds_;
  const ManifestTemplates& templates_;
};

/// What a template of a node group may name: NAME, NAMESPACE, MIN_SIZE, MAX_SIZE, TARGET_SIZE,
/// DEFAULT_INSTANCE_TYPE, ALTERNATE_INSTANCE_TYPE (the first), ALTERNATE_INSTANCE_TYPES,
/// EPHEMERAL_STORAGE, CAPACITY_TYPE, ZONES, LABELS, TAINTS, TEAM. What the group does not say is
/// not there.
Document template_values(const NodeGroup& group);

}  // namespace mainstay::clusters
