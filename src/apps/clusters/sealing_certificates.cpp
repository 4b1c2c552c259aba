#include "apps/clusters/sealing_certificates.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

std::string in_days(std::chrono::days days) {
  return std::to_string(days.count()) + (days.count() == 1 ? " day" : " days");
}

}  // namespace

SealingCertificates::SealingCertificates(std::unique_ptr<CertificateSource> source, Options options,
                                         const Clock& clock)
    : source_(std::move(source)), options_(std::move(options)), clock_(clock) {
  auto status = status_.lock();
  status->source = source_ == nullptr ? "none" : source_->name();
  if (source_ == nullptr) status->problem = options_.missing;
}

void SealingCertificates::refresh(UniqueFunction<void(Result<>)> done) {
  if (source_ == nullptr) {
    if (done) done(Error{Errc::certificate_unavailable, status().problem});
    return;
  }
  source_->fetch([this, done = std::move(done)](Result<std::string> answer) mutable {
    Result<> taken = take(std::move(answer));
    if (done) done(std::move(taken));
  });
}

Result<> SealingCertificates::take(Result<std::string> answer) {
  const auto parse = [&]() -> Result<std::shared_ptr<const tls::SealingCertificate>> {
    MS_TRY(const std::string pem, std::move(answer));
    MS_TRY(auto certificate, tls::SealingCertificate::parse(pem));
    if (is_pinned(*certificate, options_.pins)) return certificate;
    return Error{Errc::certificate_unavailable,
                 "its fingerprint " + certificate->fingerprint() + " (key " +
                     certificate->key_fingerprint() +
                     ") is none of apps.clusters.sealing_fingerprints"};
  };
  auto parsed = parse();
  auto status = status_.lock();
  if (parsed.has_error()) {
    status->problem = status->source + ": " + parsed.error().message();
    return Error{Errc::certificate_unavailable, status->problem};
  }
  status->certificate = *std::move(parsed);
  status->fetched = clock_.wall();
  status->problem.clear();
  return {};
}

Result<SealingCertificates::Usable> SealingCertificates::usable() const {
  const Status now = status();
  if (now.certificate == nullptr) return Error{Errc::certificate_unavailable, now.problem};
  MS_TRY(auto warnings, certificate_warnings(*now.certificate, clock_.wall(), options_.renewal));
  if (!now.problem.empty()) {
    warnings.push_back("the certificate could not be fetched again: " + now.problem);
  }
  return Usable{now.certificate, std::move(warnings)};
}

SealingCertificates::Status SealingCertificates::status() const {
  auto status = status_.lock();
  return *status;
}

Result<std::vector<std::string>> certificate_warnings(const tls::SealingCertificate& certificate,
                                                      SystemTime now, std::chrono::days renewal) {
  constexpr std::chrono::days soon{30};
  constexpr Seconds clocks_differ{300};
  if (now >= certificate.not_after()) {
    return Error{Errc::certificate_expired,
                 "the controller has newer ones: fetch one (kubeseal --fetch-cert)"};
  }
  if (now + clocks_differ < certificate.not_before()) {
    return Error{Errc::certificate_unavailable, "it is not good yet: compare the clocks"};
  }
  std::vector<std::string> warnings;
  const auto left = std::chrono::floor<std::chrono::days>(certificate.not_after() - now);
  if (left < soon) warnings.push_back("the certificate expires in " + in_days(left));
  const auto age = std::chrono::floor<std::chrono::days>(now - certificate.not_before());
  if (age > renewal) {
    warnings.push_back("the certificate is " + in_days(age) +
                       " old; a controller makes a new key every " + in_days(renewal) +
                       ": it has probably a newer one");
  }
  return warnings;
}

bool is_pinned(const tls::SealingCertificate& certificate, const std::vector<std::string>& pins) {
  return pins.empty() || std::ranges::any_of(pins, [&](std::string pin) {
           if (pin == certificate.key_fingerprint()) return true;
           std::erase(pin, ':');
           return equals_ignoring_case(pin, certificate.fingerprint());
         });
}

}  // namespace mainstay::clusters
