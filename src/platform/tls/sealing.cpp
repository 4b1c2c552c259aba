#include "platform/tls/sealing.hpp"

#include <array>
#include <cstring>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/tls/context.hpp"
#include "platform/tls/openssl.hpp"

namespace mainstay::tls {
namespace {

using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER, Free<EVP_CIPHER_free>>;
using CipherContextPtr = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;

constexpr std::size_t session_key_bytes = 32;
constexpr std::size_t gcm_tag_bytes = 16;
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;
constexpr std::array<unsigned char, 12> zero_nonce{};

unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const char* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

int no_sealing_passphrase(char*, int, int, void*) { return -1; }

Error bad_sealing_certificate(std::string what) {
  ERR_clear_error();
  return {Errc::certificate_invalid, std::move(what)};
}

bool is_usable_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= rsa_bits_min && bits <= rsa_bits_max;
}

SystemTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return SystemTime{Seconds{::timegm(&parts)}};
}

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  unsigned size = 0;
  MS_CHECK(EVP_Digest(bytes.data(), bytes.size(), raw(digest.data()), &size, EVP_sha256(),
                      nullptr) == 1);
  return digest;
}

/// RFC 4251's string.
void append_ssh(std::string& out, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(size >> shift));
  out.append(part);
}

/// RFC 4251's mpint of a positive number.
void append_ssh_number(std::string& out, const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  MS_CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  const NumberPtr owned{number};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, raw(bytes.data()));
  if (!bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0) {
    bytes.insert(bytes.begin(), '\0');
  }
  append_ssh(out, bytes);
}

std::string ssh_fingerprint(const EVP_PKEY* key) {
  std::string blob;
  append_ssh(blob, "ssh-rsa");
  append_ssh_number(blob, key, OSSL_PKEY_PARAM_RSA_E);
  append_ssh_number(blob, key, OSSL_PKEY_PARAM_RSA_N);
  std::string text = "SHA256:" + base64_encode(sha256(blob));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

/// RSA-OAEP with SHA-256, all but the label.
bool set_oaep(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

/// The context takes a copy over, which only OpenSSL's own allocator may have made.
bool set_oaep_label(EVP_PKEY_CTX* context, std::string_view label) {
  if (label.empty()) return true;  // that is what it has
  void* const copy = OPENSSL_memdup(label.data(), label.size());
  MS_CHECK(copy != nullptr);
  if (EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy, static_cast<int>(label.size())) == 1) {
    return true;
  }
  OPENSSL_free(copy);
  return false;
}

std::string pem_of_certificate(X509* certificate) {
  const BioPtr bio{BIO_new(BIO_s_mem())};
  MS_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string der_of_certificate(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  MS_CHECK(size > 0);
  std::string der{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  OPENSSL_free(bytes);
  return der;
}

}  // namespace

const ErrorRow& error_row(SealErrc code) {
  static constexpr std::array<ErrorRow, 2> rows{{
      {"sealed_value_malformed", "this is no sealed value", 422},
      {"sealed_value_not_opened", "no key opens this sealed value", 422},
  }};
  return rows[static_cast<std::size_t>(code) - 1];
}

// ---- SealingCertificate

struct SealingCertificate::Impl {
  KeyPtr key;
  KeyContextPtr encryption;  // without a label; each value works on a copy of it
  CipherPtr aes{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  std::string key_fingerprint;
  std::string fingerprint;
  std::string pem;
  SystemTime not_before;
  SystemTime not_after;
  std::size_t key_bytes = 0;

  /// Into `out`, which has room for it.
  void encrypt_key(const unsigned char* session_key, std::string_view label,
                   unsigned char* out) const {
    const KeyContextPtr context{EVP_PKEY_CTX_dup(encryption.get())};
    MS_CHECK(context != nullptr && set_oaep_label(context.get(), label));
    std::size_t size = key_bytes;
    MS_CHECK(EVP_PKEY_encrypt(context.get(), out, &size, session_key, session_key_bytes) == 1 &&
             size == key_bytes);
  }

  void encrypt_value(const unsigned char* session_key, std::string_view value,
                     unsigned char* out) const {
    const CipherContextPtr context{EVP_CIPHER_CTX_new()};
    int size = 0;
    int rest = 0;
    MS_CHECK(context != nullptr &&
             EVP_EncryptInit_ex2(context.get(), aes.get(), session_key, zero_nonce.data(),
                                 nullptr) == 1 &&
             EVP_EncryptUpdate(context.get(), out, &size, raw(value.data()),
                               static_cast<int>(value.size())) == 1 &&
             EVP_EncryptFinal_ex(context.get(), out + size, &rest) == 1 &&
             EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, gcm_tag_bytes,
                                 out + value.size()) == 1);
  }
};

SealingCertificate::SealingCertificate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SealingCertificate::~SealingCertificate() = default;

Result<std::shared_ptr<const SealingCertificate>> SealingCertificate::parse(std::string_view pem) {
  constexpr std::size_t pem_bytes_max = 1U << 20U;
  if (pem.size() > pem_bytes_max) return bad_sealing_certificate("more than 1 MiB");
  const BioPtr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const CertificatePtr certificate{
      PEM_read_bio_X509(bio.get(), nullptr, no_sealing_passphrase, nullptr)};
  if (certificate == nullptr) return bad_sealing_certificate("no certificate in PEM");
  auto impl = std::make_unique<Impl>();
  impl->key.reset(X509_get_pubkey(certificate.get()));
  if (impl->key == nullptr || !is_usable_rsa(impl->key.get())) {
    return bad_sealing_certificate("its key is not RSA of 2048 to 8192 bits");
  }
  impl->encryption.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, impl->key.get(), nullptr));
  MS_CHECK(impl->aes != nullptr && impl->encryption != nullptr);
  if (EVP_PKEY_encrypt_init(impl->encryption.get()) != 1 || !set_oaep(impl->encryption.get())) {
    return bad_sealing_certificate("its key cannot encrypt");
  }
  impl->key_fingerprint = ssh_fingerprint(impl->key.get());
  impl->fingerprint = hexadecimal(sha256(der_of_certificate(certificate.get())));
  impl->pem = pem_of_certificate(certificate.get());
  impl->not_before = time_of(X509_get0_notBefore(certificate.get()));
  impl->not_after = time_of(X509_get0_notAfter(certificate.get()));
  impl->key_bytes = static_cast<std::size_t>(EVP_PKEY_get_size(impl->key.get()));
  return std::shared_ptr<const SealingCertificate>{
      std::make_shared<SealingCertificate>(std::move(impl))};
}

const std::string& SealingCertificate::key_fingerprint() const { return impl_->key_fingerprint; }
const std::string& SealingCertificate::fingerprint() const { return impl_->fingerprint; }
SystemTime SealingCertificate::not_before() const { return impl_->not_before; }
SystemTime SealingCertificate::not_after() const { return impl_->not_after; }
std::size_t SealingCertificate::key_bytes() const { return impl_->key_bytes; }
const std::string& SealingCertificate::pem() const { return impl_->pem; }

std::string SealingCertificate::seal(std::string_view value, std::string_view label) const {
  SecretText session_key = SecretText::of_size(session_key_bytes);
  fill_secret(std::as_writable_bytes(std::span{session_key.data(), session_key.size()}));
  const std::size_t key_bytes = impl_->key_bytes;
  std::string out(2 + key_bytes + value.size() + gcm_tag_bytes, '\0');
  out[0] = static_cast<char>(key_bytes >> 8U);
  out[1] = static_cast<char>(key_bytes & 0xFFU);
  impl_->encrypt_key(raw(session_key.data()), label, raw(out.data()) + 2);
  impl_->encrypt_value(raw(session_key.data()), value, raw(out.data()) + 2 + key_bytes);
  return base64_encode(out);
}

// ---- UnsealingKeys

struct UnsealingKeys::Impl {
  std::vector<KeyPtr> keys;

  /// Nothing when this key does not open it. OpenSSL's reasons are dropped: they tell attackers
  /// more than users.
  static std::optional<SecretText> session_key(EVP_PKEY* key, std::string_view encrypted,
                                               std::string_view label) {
    const KeyContextPtr context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    MS_CHECK(context != nullptr);
    SecretText opened = SecretText::of_size(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    std::size_t size = opened.size();
    const bool done = EVP_PKEY_decrypt_init(context.get()) == 1 && set_oaep(context.get()) &&
                      set_oaep_label(context.get(), label) &&
                      EVP_PKEY_decrypt(context.get(), raw(opened.data()), &size,
                                       raw(encrypted.data()), encrypted.size()) == 1;
    ERR_clear_error();
    if (!done || size != session_key_bytes) return std::nullopt;
    opened.shorten(size);
    return opened;
  }

  static std::optional<SecretText> value(SecretText& session_key, std::string_view sealed) {
    const std::string_view ciphertext = sealed.substr(0, sealed.size() - gcm_tag_bytes);
    std::array<unsigned char, gcm_tag_bytes> tag;
    std::memcpy(tag.data(), sealed.data() + ciphertext.size(), tag.size());
    // Room for one byte at least: OpenSSL takes no null.
    SecretText plain = SecretText::of_size(ciphertext.size() + 1);
    const CipherContextPtr context{EVP_CIPHER_CTX_new()};
    MS_CHECK(context != nullptr);
    int size = 0;
    int rest = 0;
    const bool done =
        EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), raw(session_key.data()),
                            zero_nonce.data(), nullptr) == 1 &&
        EVP_DecryptUpdate(context.get(), raw(plain.data()), &size, raw(ciphertext.data()),
                          static_cast<int>(ciphertext.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, gcm_tag_bytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), raw(plain.data()) + size, &rest) == 1;
    ERR_clear_error();
    if (!done) return std::nullopt;
    plain.shorten(ciphertext.size());
    return plain;
  }
};

UnsealingKeys::UnsealingKeys() : impl_(std::make_unique<Impl>()) {}
UnsealingKeys::~UnsealingKeys() = default;
UnsealingKeys::UnsealingKeys(UnsealingKeys&&) noexcept = default;
UnsealingKeys& UnsealingKeys::operator=(UnsealingKeys&&) noexcept = default;

Result<> UnsealingKeys::add(std::string_view pem) {
  const BioPtr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::size_t found = 0;
  while (true) {
    KeyPtr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_sealing_passphrase, nullptr)};
    if (key == nullptr) break;
    if (!is_usable_rsa(key.get())) {
      return Error{Errc::key_invalid, "a sealing key is RSA of 2048 to 8192 bits"};
    }
    impl_->keys.push_back(std::move(key));
    ++found;
  }
  ERR_clear_error();
  if (found > 0) return {};
  return Error{Errc::key_invalid, "no readable private key in PEM"};
}

std::size_t UnsealingKeys::size() const { return impl_->keys.size(); }

std::vector<std::string> UnsealingKeys::fingerprints() const {
  std::vector<std::string> all;
  for (const KeyPtr& key : impl_->keys) all.push_back(ssh_fingerprint(key.get()));
  return all;
}

Result<UnsealingKeys::Opened> UnsealingKeys::open(std::string_view base64,
                                                  std::string_view label) const {
  MS_TRY(const SealedBytes sealed, read_sealed(base64));
  const std::string_view rest = std::string_view{sealed.bytes}.substr(2);
  for (std::size_t i = impl_->keys.size(); i > 0; --i) {
    EVP_PKEY* const key = impl_->keys[i - 1].get();
    if (static_cast<std::size_t>(EVP_PKEY_get_size(key)) != sealed.key_bytes) continue;
    auto session_key = Impl::session_key(key, rest.substr(0, sealed.key_bytes), label);
    if (!session_key) continue;
    auto value = Impl::value(*session_key, rest.substr(sealed.key_bytes));
    if (value) return Opened{*std::move(value), i - 1};
  }
  return Error{SealErrc::not_opened};
}

Result<SealedBytes> read_sealed(std::string_view base64) {
  std::optional<std::string> bytes = base64_decode(base64);
  if (!bytes) return Error{SealErrc::malformed, "it is no base64"};
  if (bytes->size() < 2) return Error{SealErrc::malformed, "it is too short"};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>((*bytes)[i]); };
  const std::size_t key_bytes = (std::size_t{byte(0)} << 8U) | byte(1);
  if (key_bytes < rsa_bits_min / 8 || key_bytes > rsa_bits_max / 8 ||
      bytes->size() < 2 + key_bytes + gcm_tag_bytes) {
    return Error{SealErrc::malformed, "its length does not fit an RSA key's"};
  }
  return SealedBytes{*std::move(bytes), key_bytes};
}

// ---- keys

Result<KeyPair> make_sealing_pair(unsigned bits, SystemTime now, std::chrono::days valid) {
  if (bits < rsa_bits_min || bits > rsa_bits_max) {
    return Error{Errc::key_invalid, "a sealing key is RSA of 2048 to 8192 bits"};
  }
  const KeyPtr key{EVP_RSA_gen(bits)};
  const CertificatePtr made{X509_new()};
  MS_CHECK(key != nullptr && made != nullptr);
  X509_set_version(made.get(), X509_VERSION_3);
  X509_set_pubkey(made.get(), key.get());
  std::array<std::byte, 16> serial;
  fill_secret(serial);
  serial[0] &= std::byte{0x7F};
  const NumberPtr number{BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                                   static_cast<int>(serial.size()), nullptr)};
  MS_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr);
  std::time_t at = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  X509_time_adj_ex(X509_getm_notBefore(made.get()), 0, 0, &at);
  X509_time_adj_ex(X509_getm_notAfter(made.get()), static_cast<int>(valid.count()), 0, &at);
  for (const auto& [kind, value] :
       {std::pair{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "encipherOnly"}}) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    MS_CHECK(extension != nullptr && X509_add_ext(made.get(), extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  MS_CHECK(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  const BioPtr bio{BIO_new(BIO_s_mem())};
  MS_CHECK(PEM_write_bio_PrivateKey_traditional(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                                nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return KeyPair{{data, static_cast<std::size_t>(size)}, pem_of_certificate(made.get())};
}

}  // namespace mainstay::tls
