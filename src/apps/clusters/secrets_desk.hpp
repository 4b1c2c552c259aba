#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

class SealingCertificates;
}
namespace mainstay::tls {
class SealingCertificate;
}

namespace mainstay::clusters {

/// A SealedSecret, ready for the repository.
struct SealedFile {
  std::string path;     // infrastructure/_catalog/templates/sealed-secret-NAME.yaml
  std::string content;  // YAML, begins with ---
  Document object;
  std::string sealed_with;            // the certificate's fingerprint: for the audit log
  std::vector<std::string> warnings;  // for people: of the certificate's age
};

/// What stands behind POST /api/secrets and /api/secrets/render. Any thread; a value costs about
/// 0.1 ms of CPU (RSA-4096), so not an I/O thread. Values are in nothing that it gives back, and in
/// no error.
class SecretsDesk {
 public:
  SecretsDesk(const SealingCertificates& certificates, const Clock& clock)
      : certificates_(certificates), clock_(clock) {}

  /// Seals all values. Errc::certificate_unavailable (503), certificate_expired, seal_failed.
  /// Whoever calls has checked that the caller may use a scope wider than strict (scopes_role).
  [[nodiscard]] Result<SealedFile> seal(const SecretContent& content) const;
  /// The same into a file that is there: its other keys stay. `existing` is that file's text.
  [[nodiscard]] Result<SealedFile> seal_into(std::string_view existing,
                                             const SecretContent& content) const;

 private:
  const SealingCertificates& certificates_;
  const Clock& clock_;
};

/// Without asking how old the certificate is.
Document seal_content(const SecretContent& content, const tls::SealingCertificate& certificate);

/// An object as the text of a file, which was read again and compared.
Result<std::string> checked_yaml(const Document& object);

/// "infrastructure/_catalog/templates/sealed-secret-NAME.yaml"
std::string sealed_secret_path(const SecretName& name);

}  // namespace mainstay::clusters
