#include "platform/tls/validity.hpp"

#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "platform/tls/context.hpp"

namespace mainstay::tls {

Result<SystemTime> certificate_end(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem{BIO_new_file(file.c_str(), "rb"), BIO_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      pem == nullptr ? nullptr : PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr),
      X509_free};
  std::tm parts{};
  if (certificate == nullptr ||
      ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) != 1) {
    return Error{Errc::certificate_invalid, file};
  }
  return SystemTime{Seconds{::timegm(&parts)}};
}

}  // namespace mainstay::tls
