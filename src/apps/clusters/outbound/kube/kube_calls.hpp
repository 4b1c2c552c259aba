#pragma once

#include <memory>
#include <string>

#include "apps/clusters/outbound/kube/kube_transport.hpp"
#include "apps/clusters/ports/cluster_writer.hpp"

namespace mainstay::clusters {

/// Dry runs, applies and questions over a transport. What the server answers with 429, 503 or 504
/// is asked again, after the time that it names or 200 ms doubling, for ten seconds at most. Kinds
/// are found by discovery, which is remembered for ten minutes.
class KubeCalls final : public ClusterWriter {
 public:
  /// `namespace_name`: of objects that need one and name none. The transport outlives it and has
  /// stopped before it ends.
  KubeCalls(KubeTransport& transport, const Clock& clock, std::string namespace_name);
  ~KubeCalls() override;

  void apply(ApplyRequest request, Done<ApplyVerdict> done) override;
  void remove(ObjectReference object, ApplyRequest::Mode mode, Done<ApplyVerdict> done) override;
  void read(ObjectReference object, Done<Document> done) override;
  void may(AccessQuestion question, Done<bool> done) override;
  void fetch(std::string namespace_name, std::string service, std::string path,
             Done<std::string> done) override;
  void post(std::string namespace_name, std::string service, std::string path, std::string body,
            Done<ServiceAnswer> done) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
