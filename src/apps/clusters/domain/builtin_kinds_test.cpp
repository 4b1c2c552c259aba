#include <doctest/doctest.h>

#include "apps/clusters/domain/node_group_kinds.hpp"

namespace mainstay::clusters::builtin_kinds_test {

TEST_CASE("built-in kinds: all are configuration that is taken, each under a name of its own") {
  std::string names;
  for (const Document& one : builtin_node_group_kinds()) {
    const auto kind = node_group_kind(one);
    if (kind.has_error()) FAIL(kind.error().detail());
    names += kind->name + ' ' + kind->api_version() + '/' + kind->plural + '\n';
  }
  CHECK(names ==
        "nodegroup cluster.unicron.mpi-internal.com/v1alpha1/nodegroups\n"
        "nodepool karpenter.sh/v1/nodepools\n"
        "machinepool cluster.x-k8s.io/v1beta2/machinepools\n");
}

}  // namespace mainstay::clusters::builtin_kinds_test
