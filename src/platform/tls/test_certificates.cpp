#include "platform/tls/test_certificates.hpp"

#include <cstdlib>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.hpp"

namespace mainstay::tls::test {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;
using CertificatePtr = std::unique_ptr<X509, FreeCertificate>;

KeyPtr make_key(KeyKind kind) {
  KeyPtr key{kind == KeyKind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")};
  MS_CHECK(key != nullptr);
  return key;
}

/// Neither named by an issuer nor signed.
CertificatePtr make_certificate(EVP_PKEY* key, const char* name, const Subject& subject) {
  CertificatePtr certificate{X509_new()};
  MS_CHECK(certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), subject.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), subject.valid_until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

void add_extension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  MS_CHECK(extension != nullptr);
  MS_CHECK(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

template <class Write>
std::string written(Write write) {
  BIO* const bio = BIO_new(BIO_s_mem());
  MS_CHECK(write(bio) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string certificate_pem(X509* certificate) {
  return written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string key_pem(EVP_PKEY* key, const std::string& passphrase) {
  const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : EVP_aes_128_cbc();
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, passphrase.data(),
                                         static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

}  // namespace

TemporaryFile::TemporaryFile(std::string_view text) {
  const int file = ::mkstemp(path_);
  MS_CHECK(file >= 0);
  MS_CHECK(::write(file, text.data(), text.size()) == static_cast<::ssize_t>(text.size()));
  ::close(file);
}

TemporaryFile::~TemporaryFile() { ::unlink(path_); }

Requested make_request(const std::string& common_name, const std::string& organization,
                       KeyKind kind, int rsa_bits) {
  const KeyPtr key = kind == KeyKind::ecdsa
                         ? make_key(kind)
                         : KeyPtr{EVP_RSA_gen(static_cast<unsigned int>(rsa_bits))};
  X509_REQ* const request = X509_REQ_new();
  X509_NAME* const name = X509_REQ_get_subject_name(request);
  const auto add = [&](const char* what, const std::string& value) {
    if (value.empty()) return;
    X509_NAME_add_entry_by_txt(name, what, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
  };
  add("O", organization);
  add("CN", common_name);
  X509_REQ_set_pubkey(request, key.get());
  MS_CHECK(X509_REQ_sign(request, key.get(), EVP_sha256()) > 0);
  Requested made{written([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request); }),
                 key_pem(key.get(), {})};
  X509_REQ_free(request);
  return made;
}

struct Authority::Impl {
  KeyPtr key;
  CertificatePtr certificate;

  void sign(X509* other) const {
    X509_set_issuer_name(other, X509_get_subject_name(certificate.get()));
    MS_CHECK(X509_sign(other, key.get(), EVP_sha256()) > 0);
  }
};

Authority::Authority(KeyKind kind) : impl_(std::make_unique<Impl>()) {
  impl_->key = make_key(kind);
  impl_->certificate = make_certificate(impl_->key.get(), "Test Authority", {});
  add_extension(impl_->certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(impl_->certificate.get(), NID_key_usage, "critical,keyCertSign");
  impl_->sign(impl_->certificate.get());
}

Authority::~Authority() = default;

std::string Authority::pem() const { return certificate_pem(impl_->certificate.get()); }

Issued Authority::issue(const Subject& subject) const {
  const KeyPtr key = make_key(subject.key);
  const CertificatePtr certificate = make_certificate(key.get(), "Test Server", subject);
  add_extension(certificate.get(), NID_subject_alt_name, subject.alternative_names.c_str());
  impl_->sign(certificate.get());
  return {certificate_pem(certificate.get()), key_pem(key.get(), {})};
}

std::string Authority::protected_key() {
  return key_pem(make_key(KeyKind::ecdsa).get(), "passphrase");
}

}  // namespace mainstay::tls::test
