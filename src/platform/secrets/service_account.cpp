#include "platform/secrets/service_account.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/secrets/errc.hpp"

namespace mainstay::secrets {
namespace {

constexpr std::int64_t claim_seconds = 3'600;

std::string base64url(std::string_view bytes) {
  std::string out = base64_encode(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Result<std::string> sign(std::string_view text, const std::string& private_key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem{
      BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())), BIO_free};
  char no_passphrase[] = "";
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
      PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, no_passphrase), EVP_PKEY_free};
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return Error{Errc::malformed, "private_key is no RSA key in PEM"};
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free};
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::string out(static_cast<std::size_t>(EVP_PKEY_size(key.get())), '\0');
  std::size_t size = out.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes,
                     text.size()) == 1;
  if (!done) return Error{Errc::malformed, "private_key cannot sign"};
  out.resize(size);
  return out;
}

}  // namespace

Result<ServiceAccount> parse_service_account(std::string_view text) {
  const auto parsed = json::parse(text);
  if (parsed.has_error()) return Error{Errc::malformed, "the key file is no JSON"};
  const auto member = [&](std::string_view name) {
    const std::string* const found = parsed->find_string(name);
    return found != nullptr ? *found : std::string{};
  };
  if (member("type") != "service_account") {
    return Error{Errc::malformed,
                 "the key file's type is not service_account; make one with "
                 "`gcloud iam service-accounts keys create`"};
  }
  ServiceAccount out{member("client_email"), member("private_key_id"), member("private_key"),
                     member("token_uri")};
  if (out.email.empty() || out.private_key.empty() || out.token_uri.empty()) {
    return Error{Errc::malformed, "the key file lacks client_email, private_key or token_uri"};
  }
  return out;
}

Result<std::string> signed_claim(const ServiceAccount& account, std::string_view scope,
                                 SystemTime now) {
  const std::int64_t issued = std::chrono::duration_cast<Seconds>(now.time_since_epoch()).count();
  const json::Object claim{{"iss", account.email},
                           {"scope", scope},
                           {"aud", account.token_uri},
                           {"iat", issued},
                           {"exp", issued + claim_seconds}};
  return signed_token(claim, account.private_key, account.key_id);
}

Result<std::string> signed_token(const json::Object& claims, const std::string& private_key,
                                 const std::string& key_id) {
  json::Object header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) header.push_back({"kid", key_id});
  std::string token = base64url(json::dump(header)) + "." + base64url(json::dump(claims));
  MS_TRY(const auto signature, sign(token, private_key));
  return token.append(".").append(base64url(signature));
}

}  // namespace mainstay::secrets
