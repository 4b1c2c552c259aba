#pragma once

#include <string>
#include <utility>

#include "apps/clusters/ports/certificate_source.hpp"

namespace mainstay::clusters {

class ClusterWriter;

/// The controller's own answer (GET /v1/cert.pem), through the API server's proxy for services,
/// which has checked who it is. Which port it listens on stands in its Service.
class ControllerCertificate final : public CertificateSource {
 public:
  /// The cluster outlives it.
  ControllerCertificate(ClusterWriter& cluster, std::string namespace_name, std::string service)
      : cluster_(cluster), namespace_(std::move(namespace_name)), service_(std::move(service)) {}
  [[nodiscard]] std::string name() const override {
    return "service " + namespace_ + "/" + service_;
  }
  void fetch(UniqueFunction<void(Result<std::string>)> done) override;

 private:
  ClusterWriter& cluster_;
  std::string namespace_;
  std::string service_;
};

}  // namespace mainstay::clusters
