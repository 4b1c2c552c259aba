#include "platform/secrets/service_account.hpp"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/secrets/errc.hpp"

namespace mainstay::secrets::service_account_test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), BIO_free};
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool verifies(EVP_PKEY* key, std::string_view text, const std::string& signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free};
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

TEST_CASE("service account: the claim is a JSON Web Token that its key verifies") {
  const Key key{EVP_RSA_gen(2048), EVP_PKEY_free};
  const ServiceAccount account{"me@p.example", "k1", pem_of(key.get()), "https://t.example/token"};
  const auto claim = signed_claim(account, "a scope", SystemTime{Seconds{1'700'000'000}});
  REQUIRE(claim.has_value());
  const auto parts = split(*claim, '.');
  REQUIRE(parts.size() == 3);
  CHECK(*base64url_decode(parts[0]) == R"({"alg":"RS256","typ":"JWT","kid":"k1"})");
  CHECK(*base64url_decode(parts[1]) ==
        R"({"iss":"me@p.example","scope":"a scope","aud":"https://t.example/token",)"
        R"("iat":1700000000,"exp":1700003600})");
  CHECK(verifies(key.get(), claim->substr(0, claim->rfind('.')), *base64url_decode(parts[2])));
}

TEST_CASE("service account: key files of another kind are refused") {
  CHECK(parse_service_account("{").has_error());
  CHECK(parse_service_account(R"({"type":"authorized_user"})").error().is(Errc::malformed));
  CHECK(parse_service_account(R"({"type":"service_account","client_email":"a"})").has_error());
  const auto good = parse_service_account(
      R"({"type":"service_account","client_email":"a","private_key":"b","token_uri":"c"})");
  REQUIRE(good.has_value());
  CHECK(signed_claim(*good, "s", SystemTime{}).error().is(Errc::malformed));
}

}  // namespace
}  // namespace mainstay::secrets::service_account_test
