#pragma once

#include <string>
#include <utility>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/ports/cluster_writer.hpp"
#include "apps/clusters/ports/seal_keeper.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// The cluster's sealed-secrets controller, which has the keys, as its own HTTP interface knows it
/// (pkg/controller/server.go of bitnami-labs/sealed-secrets), through the API server's proxy for
/// services. Which port it listens on stands in its Service. Any thread; answers come on the
/// cluster's.
class SealingController final : public SealKeeper {
 public:
  /// The cluster outlives it.
  SealingController(ClusterWriter& cluster, std::string namespace_name, std::string service)
      : cluster_(cluster), namespace_(std::move(namespace_name)), service_(std::move(service)) {}

  [[nodiscard]] std::string name() const { return "service " + namespace_ + "/" + service_; }

  /// GET /v1/cert.pem: its newest certificate.
  void certificate(Done<std::string> done);
  /// POST /v1/verify; it answers twice a second by default.
  void verify(const Document& sealed, Done<bool> done) override;
  /// POST /v1/rotate. Before 0.36 it takes the scope from the template (CVE-2026-22728).
  void rotate(const Document& sealed, Done<Document> done) override;

 private:
  void find(Done<std::string> then);
  void post(std::string path, std::string body, Done<ServiceAnswer> done);

  ClusterWriter& cluster_;
  std::string namespace_;
  std::string service_;
};

}  // namespace mainstay::clusters
