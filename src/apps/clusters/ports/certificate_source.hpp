#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// Where the certificate to seal with comes from.
class CertificateSource {
 public:
  virtual ~CertificateSource() = default;

  /// For people: "file cert.pem", "https://...", "service kube-system/sealed-secrets-controller".
  [[nodiscard]] virtual std::string name() const = 0;
  /// Its PEM text as it is now, at most 1 MiB. `done` is called once, on any thread, maybe within
  /// the call.
  virtual void fetch(UniqueFunction<void(Result<std::string>)> done) = 0;
};

}  // namespace mainstay::clusters
