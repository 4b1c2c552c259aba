#include "platform/secrets/envelope.hpp"

#include <memory>
#include <optional>
#include <utility>

#include <openssl/evp.h>

#include "base/text.hpp"
#include "platform/secrets/errc.hpp"

namespace mainstay::secrets {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

Error malformed(std::string_view why) { return Error{Errc::malformed, std::string{why}}; }

std::optional<std::string> decode(std::string_view text) {
  std::string letters;
  letters.reserve(text.size());
  for (const char c : text) {
    if (c != '\r' && c != '\n') letters.push_back(c);
  }
  return base64_decode(letters);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<Envelope> parse_envelope(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return malformed("the object is no Berglas secret: it has no colon");
  auto key = decode(text.substr(0, colon));
  auto sealed = decode(text.substr(colon + 1));
  if (!key || key->empty()) return malformed("the object's key is no base64");
  if (!sealed) return malformed("the object's ciphertext is no base64");
  return Envelope{*std::move(key), *std::move(sealed)};
}

Result<std::string> open_sealed(std::string_view key, std::string_view sealed) {
  if (key.size() != key_bytes) return malformed("Cloud KMS gave no key of 32 bytes");
  if (sealed.size() < nonce_bytes + tag_bytes) return malformed("the ciphertext is cut short");
  const std::string_view nonce = sealed.substr(0, nonce_bytes);
  std::string tag{sealed.substr(sealed.size() - tag_bytes)};
  const std::string_view body = sealed.substr(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  std::string plain(body.size() + 16, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(plain.data());
  int size = 0;
  int rest = 0;
  const bool sound =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                         bytes_of(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), out, &size, bytes_of(body), static_cast<int>(body.size())) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out + size, &rest) == 1;
  if (!sound) return malformed("the ciphertext was changed, or is of another key");
  plain.resize(static_cast<std::size_t>(size + rest));
  return plain;
}

}  // namespace mainstay::secrets
