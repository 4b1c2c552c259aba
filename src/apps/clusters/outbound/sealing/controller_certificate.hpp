#pragma once

#include <string>
#include <utility>

#include "apps/clusters/outbound/sealing/sealing_controller.hpp"
#include "apps/clusters/ports/certificate_source.hpp"

namespace mainstay::clusters {

/// The controller's own answer, through the API server, which has checked who it is.
class ControllerCertificate final : public CertificateSource {
 public:
  /// The controller outlives it.
  explicit ControllerCertificate(SealingController& controller) : controller_(controller) {}
  [[nodiscard]] std::string name() const override { return controller_.name(); }
  void fetch(UniqueFunction<void(Result<std::string>)> done) override {
    controller_.certificate(std::move(done));
  }

 private:
  SealingController& controller_;
};

}  // namespace mainstay::clusters
