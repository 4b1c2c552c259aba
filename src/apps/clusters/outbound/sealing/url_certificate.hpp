#pragma once

#include <string>
#include <utility>

#include "apps/clusters/ports/certificate_source.hpp"

namespace mainstay::http {
class Client;
}

namespace mainstay::clusters {

/// An address that the operator configured.
class UrlCertificate final : public CertificateSource {
 public:
  /// The client outlives it.
  UrlCertificate(http::Client& client, std::string url) : client_(client), url_(std::move(url)) {}
  [[nodiscard]] std::string name() const override { return url_; }
  void fetch(UniqueFunction<void(Result<std::string>)> done) override;

 private:
  http::Client& client_;
  std::string url_;
};

}  // namespace mainstay::clusters
