#pragma once

#include <string>
#include <utility>

#include "apps/clusters/ports/certificate_source.hpp"

namespace mainstay::clusters {

/// A PEM file on this machine, read anew each time.
class FileCertificate final : public CertificateSource {
 public:
  explicit FileCertificate(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::string name() const override { return "file " + path_; }
  void fetch(UniqueFunction<void(Result<std::string>)> done) override;

 private:
  std::string path_;
};

}  // namespace mainstay::clusters
