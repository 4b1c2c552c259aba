#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/ports/certificate_source.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "platform/tls/sealing.hpp"

namespace mainstay::clusters {

/// The certificate to seal with: fetched again and again, the last good one kept. Any thread.
class SealingCertificates {
 public:
  struct Options {
    /// Fingerprints that are admitted, of the certificate (64 hexadecimal digits, colons allowed)
    /// or of its key ("SHA256:..."); empty: any.
    std::vector<std::string> pins = {};
    /// How often the controller makes a new key: an older certificate deserves a warning.
    std::chrono::days renewal{30};
    /// Why there is no source, where there is none.
    std::string missing =
        "none is configured: set apps.clusters.sealing_certificate, or a cluster whose controller "
        "has one";
  };
  /// `source` null: none is configured, or none may be used.
  SealingCertificates(std::unique_ptr<CertificateSource> source, Options options,
                      const Clock& clock);

  /// Fetches once more; what comes replaces the certificate when it is good. `done` may be empty.
  /// The object must outlive the source's answer.
  void refresh(UniqueFunction<void(Result<>)> done = {});

  struct Usable {
    std::shared_ptr<const tls::SealingCertificate> certificate;
    std::vector<std::string> warnings;
  };
  /// Errc::certificate_unavailable (with why the last attempt failed), certificate_expired.
  [[nodiscard]] Result<Usable> usable() const;

  struct Status {
    std::string source;
    std::shared_ptr<const tls::SealingCertificate> certificate;  // null: none yet
    SystemTime fetched{};                                        // the last good answer
    std::string problem;                                         // of the last attempt; "": none
  };
  [[nodiscard]] Status status() const;

 private:
  Result<> take(Result<std::string> answer);

  std::unique_ptr<CertificateSource> source_;
  Options options_;
  const Clock& clock_;
  mutable Locked<Status> status_;
};

/// Whether a certificate may seal at `now`, and what should be said of its age.
/// Errc::certificate_expired; certificate_unavailable when it is not good yet.
Result<std::vector<std::string>> certificate_warnings(const tls::SealingCertificate& certificate,
                                                      SystemTime now, std::chrono::days renewal);

/// Whether one of `pins` is this certificate's; true without any.
bool is_pinned(const tls::SealingCertificate& certificate, const std::vector<std::string>& pins);

}  // namespace mainstay::clusters
