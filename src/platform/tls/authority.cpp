#include "platform/tls/authority.hpp"

#include <array>
#include <ctime>
#include <utility>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "platform/tls/context.hpp"
#include "platform/tls/openssl.hpp"

namespace mainstay::tls {
namespace {

Error bad_certificate(std::string what) {
  ERR_clear_error();
  return {Errc::certificate_invalid, std::move(what)};
}

int no_passphrase(char*, int, int, void*) { return -1; }

std::string bio_text(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_text(X509* certificate) {
  const BioPtr bio{BIO_new(BIO_s_mem())};
  MS_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return bio_text(bio);
}

/// Seconds from 1970; X509_time_adj takes it so.
void set_validity(X509* certificate, SystemTime now, std::chrono::days valid) {
  constexpr long tolerance = 300;  // for clocks that are behind
  std::time_t at = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -tolerance, &at);
  X509_time_adj_ex(X509_getm_notAfter(certificate), static_cast<int>(valid.count()), 0, &at);
}

/// 127 random bits: unique without a register, and positive.
void set_serial(X509* certificate) {
  std::array<std::byte, 16> bytes;
  fill_secret(bytes);
  bytes[0] = (bytes[0] & std::byte{0x7F}) | std::byte{0x40};
  const NumberPtr number{BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()), nullptr)};
  MS_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

bool add_name(X509_NAME* name, const char* kind, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, kind, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  MS_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

bool is_strong(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  if (kind == EVP_PKEY_RSA) return bits >= 2048 && bits <= 8192;
  return kind == EVP_PKEY_EC && bits >= 224;
}

/// The request, when it is well-formed, signed by its own key, and for whom we expect.
Result<RequestPtr> read_request(std::string_view text, const Expected& expected) {
  const BioPtr bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  RequestPtr request{PEM_read_bio_X509_REQ(bio.get(), nullptr, no_passphrase, nullptr)};
  if (request == nullptr) return bad_certificate("no certificate signing request in PEM");
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1) {
    return bad_certificate("the request is not signed by its own key");
  }
  if (!is_strong(key))
    return bad_certificate("the key is too weak: RSA from 2048 bits, or a curve from 224");
  const X509_NAME* const name = X509_REQ_get_subject_name(request.get());
  if (name_part(name, NID_commonName) != expected.common_name) {
    return bad_certificate("the common name must be " + expected.common_name);
  }
  if (name_part(name, NID_organizationName) != expected.organization) {
    return bad_certificate("the organization must be " + expected.organization);
  }
  return request;
}

struct SelfSigned {
  std::string name;
  std::string organization;
  const char* constraints;
  const char* usage;
  const char* extended_usage = nullptr;
  std::string alternative_names = {};
};

Result<KeyPair> make_self_signed(const SelfSigned& wanted, SystemTime now,
                                 std::chrono::days valid) {
  const KeyPtr key{EVP_EC_gen("P-256")};
  const CertificatePtr root{X509_new()};
  MS_CHECK(key != nullptr && root != nullptr);
  X509_NAME* const subject = X509_get_subject_name(root.get());
  if (!add_name(subject, "O", wanted.organization) || !add_name(subject, "CN", wanted.name)) {
    return bad_certificate("the name and the organization must have 1 to 64 characters");
  }
  X509_set_version(root.get(), X509_VERSION_3);
  X509_set_issuer_name(root.get(), subject);
  X509_set_pubkey(root.get(), key.get());
  set_serial(root.get());
  set_validity(root.get(), now, valid);
  add_extension(root.get(), root.get(), NID_basic_constraints, wanted.constraints);
  add_extension(root.get(), root.get(), NID_key_usage, wanted.usage);
  add_extension(root.get(), root.get(), NID_subject_key_identifier, "hash");
  if (wanted.extended_usage != nullptr) {
    add_extension(root.get(), root.get(), NID_ext_key_usage, wanted.extended_usage);
  }
  if (!wanted.alternative_names.empty()) {
    add_extension(root.get(), root.get(), NID_subject_alt_name, wanted.alternative_names.c_str());
  }
  MS_CHECK(X509_sign(root.get(), key.get(), EVP_sha256()) > 0);
  const BioPtr bio{BIO_new(BIO_s_mem())};
  MS_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr) == 1);
  return KeyPair{bio_text(bio), certificate_text(root.get())};
}

}  // namespace

Result<KeyPair> make_root(const std::string& name, const std::string& organization, SystemTime now,
                          std::chrono::days valid) {
  return make_self_signed({.name = name,
                           .organization = organization,
                           .constraints = "critical,CA:TRUE,pathlen:0",
                           .usage = "critical,keyCertSign,cRLSign"},
                          now, valid);
}

Result<KeyPair> make_server_pair(const std::string& name, const std::string& alternative_names,
                                 SystemTime now, std::chrono::days valid) {
  return make_self_signed({.name = name,
                           .organization = name,
                           .constraints = "critical,CA:TRUE,pathlen:0",
                           .usage = "critical,digitalSignature,keyEncipherment,keyCertSign",
                           .extended_usage = "serverAuth",
                           .alternative_names = alternative_names},
                          now, valid);
}

struct RootAuthority::Impl {
  KeyPtr key;
  CertificatePtr root;
};

RootAuthority::RootAuthority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RootAuthority::~RootAuthority() = default;

Result<std::shared_ptr<const RootAuthority>> RootAuthority::load(
    const std::string& key_file, const std::string& certificate_file) {
  auto impl = std::make_unique<Impl>();
  const BioPtr key{BIO_new_file(key_file.c_str(), "r")};
  if (key != nullptr) {
    impl->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, no_passphrase, nullptr));
  }
  if (impl->key == nullptr) {
    ERR_clear_error();
    return Error{Errc::key_invalid, key_file + ": no readable private key in PEM"};
  }
  const BioPtr root{BIO_new_file(certificate_file.c_str(), "r")};
  if (root != nullptr) {
    impl->root.reset(PEM_read_bio_X509(root.get(), nullptr, no_passphrase, nullptr));
  }
  if (impl->root == nullptr)
    return bad_certificate(certificate_file + ": no readable certificate in PEM");
  if (X509_check_private_key(impl->root.get(), impl->key.get()) != 1) {
    return bad_certificate(key_file + ": not the key of the certificate in " + certificate_file);
  }
  return std::shared_ptr<const RootAuthority>{std::make_shared<RootAuthority>(std::move(impl))};
}

Result<RootAuthority::Signed> RootAuthority::sign(std::string_view request,
                                                  const Expected& expected, SystemTime now,
                                                  std::chrono::days valid) const {
  MS_TRY(const RequestPtr asked, read_request(request, expected));
  const CertificatePtr made{X509_new()};
  MS_CHECK(made != nullptr);
  X509* const root = impl_->root.get();
  X509_set_version(made.get(), X509_VERSION_3);
  X509_NAME* const subject = X509_get_subject_name(made.get());
  if (!add_name(subject, "O", expected.organization) ||
      !add_name(subject, "CN", expected.common_name)) {
    return bad_certificate("the names must have 1 to 64 characters");
  }
  X509_set_issuer_name(made.get(), X509_get_subject_name(root));
  X509_set_pubkey(made.get(), X509_REQ_get0_pubkey(asked.get()));
  set_serial(made.get());
  set_validity(made.get(), now, valid);
  add_extension(made.get(), root, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(made.get(), root, NID_key_usage, "critical,digitalSignature,keyEncipherment");
  add_extension(made.get(), root, NID_ext_key_usage, "clientAuth");
  add_extension(made.get(), root, NID_subject_key_identifier, "hash");
  add_extension(made.get(), root, NID_authority_key_identifier, "keyid");
  if (X509_sign(made.get(), impl_->key.get(), EVP_sha256()) <= 0) {
    return bad_certificate("the root's key cannot sign");
  }
  return Signed{certificate_text(made.get()) + certificate_text(root), serial_of(made.get()),
                std::chrono::floor<Seconds>(now) + valid};
}

}  // namespace mainstay::tls
