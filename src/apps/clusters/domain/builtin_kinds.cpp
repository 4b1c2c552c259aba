#include "apps/clusters/domain/node_group_kinds.hpp"

namespace mainstay::clusters {
namespace {

using Members = DocumentObject;
using Items = DocumentArray;

/// What the service whose API ours is compatible with reads, and what its template writes.
Document nodegroup_kind() {
  return Members{{"name", "nodegroup"},
                 {"group", "cluster.unicron.mpi-internal.com"},
                 {"version", "v1alpha1"},
                 {"plural", "nodegroups"},
                 {"kind", "NodeGroup"},
                 {"namespaced", false},
                 {"provider", "aws"},
                 {"paths", Members{{"min", "spec.size.min"},
                                   {"max", "spec.size.max"},
                                   {"target", "spec.size.target"},
                                   {"default_instance_type", Items{"spec.instanceTypes.default",
                                                                   "spec.instance_types.default"}},
                                   {"alternates", Items{"spec.instanceTypes.alternates",
                                                        "spec.instance_types.alternates"}},
                                   {"capacity", "spec.lifecycle"},
                                   {"ephemeral_storage", "spec.storage.ephemeral"},
                                   {"labels", "spec.kubernetes.labels"},
                                   {"taints", "spec.kubernetes.taints"},
                                   {"state", "status.state"}}},
                 {"fixed", Members{{"spec.enabled", true},
                                   {"spec.availabilityZoneNumber", 1},
                                   {"spec.lifecycle", "ondemand"},
                                   {"spec.spotAllocationStrategy", "capacity-optimized"},
                                   {"spec.kubernetes.labels", Members{}},
                                   {"spec.kubernetes.taints", Items{}}}},
                 {"capacity_words", Members{{"on_demand", "ondemand"}, {"spot", "spot"}}}};
}

/// https://karpenter.sh/docs/concepts/nodepools/; a pool has a limit, and a static one replicas.
Document nodepool_kind() {
  return Members{
      {"name", "nodepool"},
      {"group", "karpenter.sh"},
      {"version", "v1"},
      {"plural", "nodepools"},
      {"kind", "NodePool"},
      {"namespaced", false},
      {"provider", "karpenter"},
      {"paths",
       Members{
           {"max", "spec.limits.nodes"},
           {"target", "spec.replicas"},
           {"instance_types",
            "spec.template.spec.requirements[key=node.kubernetes.io/instance-type].values"},
           {"capacity", "spec.template.spec.requirements[key=karpenter.sh/capacity-type].values"},
           {"zones", "spec.template.spec.requirements[key=topology.kubernetes.io/zone].values"},
           {"labels", "spec.template.metadata.labels"},
           {"taints", "spec.template.spec.taints"},
           {"state", "status.conditions[type=Ready].status"}}},
      {"fixed",
       Members{
           {"spec.template.spec.requirements[key=node.kubernetes.io/instance-type].operator", "In"},
           {"spec.template.spec.requirements[key=karpenter.sh/capacity-type].operator", "In"},
           {"spec.template.spec.requirements[key=topology.kubernetes.io/zone].operator", "In"},
           {"spec.template.spec.nodeClassRef",
            Members{
                {"group", "karpenter.k8s.aws"}, {"kind", "EC2NodeClass"}, {"name", "default"}}}}},
      {"capacity_words", Members{{"on_demand", "on-demand"}, {"spot", "spot"}}},
      {"state_words",
       Members{{"True", "present"}, {"False", "invalid"}, {"Unknown", "processing"}}}};
}

/// https://cluster-api.sigs.k8s.io; its limits are annotations of the autoscaler's, and what its
/// machines are is told by the object that spec.template refers to: a label tells us.
Document machinepool_kind() {
  return Members{
      {"name", "machinepool"},
      {"group", "cluster.x-k8s.io"},
      {"version", "v1beta2"},
      {"plural", "machinepools"},
      {"kind", "MachinePool"},
      {"namespaced", true},
      {"provider", "cluster-api"},
      {"paths",
       Members{
           {"min",
            "metadata.annotations['cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size']"},
           {"max",
            "metadata.annotations['cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size']"},
           {"target", "spec.replicas"},
           {"default_instance_type", "metadata.labels['node.kubernetes.io/instance-type']"},
           {"zones", "spec.failureDomains"},
           {"labels", "spec.template.metadata.labels"},
           {"state", "status.phase"}}},
      {"state_words", Members{{"Running", "present"},
                              {"Pending", "processing"},
                              {"Provisioning", "processing"},
                              {"Provisioned", "processing"},
                              {"Scaling", "processing"},
                              {"ScalingUp", "processing"},
                              {"ScalingDown", "processing"},
                              {"Deleting", "absent"},
                              {"Failed", "invalid"}}}};
}

}  // namespace

const std::vector<Document>& builtin_node_group_kinds() {
  static const std::vector<Document> kinds{nodegroup_kind(), nodepool_kind(), machinepool_kind()};
  return kinds;
}

}  // namespace mainstay::clusters
