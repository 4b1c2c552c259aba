#include "platform/tls/sealing.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "platform/tls/context.hpp"
#include "platform/tls/test_certificates.hpp"

// tests/sealing holds a key pair made for tests and values that another implementation (Python's
// cryptography) sealed with it, once.
namespace mainstay::tls::sealing_test {
namespace {

std::string file_text(const std::string& name) {
  std::ifstream file{"tests/sealing/" + name, std::ios::binary};
  REQUIRE(file);
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

std::shared_ptr<const SealingCertificate> test_certificate() {
  auto certificate = SealingCertificate::parse(file_text("certificate.pem"));
  REQUIRE(certificate.has_value());
  return *std::move(certificate);
}

UnsealingKeys test_keys() {
  UnsealingKeys keys;
  REQUIRE(keys.add(file_text("key.pem")).has_value());
  return keys;
}

std::string opened(const UnsealingKeys& keys, std::string_view sealed, std::string_view label) {
  const auto found = keys.open(sealed, label);
  if (found.has_error()) FAIL(found.error().message());
  return std::string{found->value.view()};
}

/// The texts of all members of that name in vectors.json, which is flat.
std::vector<std::string> members(const std::string& json, const std::string& name) {
  std::vector<std::string> found;
  const std::string mark = "\"" + name + "\": \"";
  for (std::size_t at = json.find(mark); at != std::string::npos; at = json.find(mark, at)) {
    at += mark.size();
    found.push_back(json.substr(at, json.find('"', at) - at));
  }
  return found;
}

}  // namespace

TEST_CASE("sealing: values that another implementation sealed are opened, under their label") {
  const std::string json = file_text("vectors.json");
  const auto labels = members(json, "label");
  const auto values = members(json, "value");
  const auto sealed = members(json, "sealed");
  REQUIRE(labels.size() == 12);
  REQUIRE(values.size() == 12);
  REQUIRE(sealed.size() == 12);
  const UnsealingKeys keys = test_keys();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    CAPTURE(labels[i]);
    CHECK(hexadecimal(opened(keys, sealed[i], labels[i])) == values[i]);
    CHECK(sealed[i].starts_with("Ag"));
    CHECK(keys.open(sealed[i], labels[i] + "x").error().is(SealErrc::not_opened));
  }
}

TEST_CASE("sealing: what is sealed is opened again, for all labels and sizes") {
  const auto certificate = test_certificate();
  const UnsealingKeys keys = test_keys();
  for (const std::string_view label : {"", "n", "n/name"}) {
    for (const std::size_t size : {0U, 1U, 5U, 70'000U}) {
      const std::string value(size, 'v');
      const std::string sealed = certificate->seal(value, label);
      CHECK(base64_decode(sealed)->size() == 2 + 512 + size + 16);
      CHECK(opened(keys, sealed, label) == value);
    }
  }
  CHECK(certificate->seal("same", "") != certificate->seal("same", ""));
  CHECK(keys.open(certificate->seal("a", "n"), "").error().is(SealErrc::not_opened));
  CHECK(keys.open(certificate->seal("a", ""), "n").error().is(SealErrc::not_opened));
}

TEST_CASE("sealing: a value that was changed is not opened") {
  const UnsealingKeys keys = test_keys();
  const std::string sealed = *base64_decode(test_certificate()->seal("value", "n"));
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{3}, sealed.size() - 17, sealed.size() - 1}) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK(keys.open(base64_encode(changed), "n").has_error());
  }
  CHECK(keys.open("Ag==", "n").error().is(SealErrc::malformed));
  CHECK(keys.open("no base64", "n").error().is(SealErrc::malformed));
  CHECK(keys.open("", "n").error().is(SealErrc::malformed));
  CHECK(keys.open(base64_encode(sealed.substr(0, 2 + 512 + 15)), "n")
            .error()
            .is(SealErrc::malformed));
}

TEST_CASE("sealing: of several keys the one that fits opens, the newest is tried first") {
  const SystemTime now{Seconds{1'800'000'000}};
  const auto other = make_sealing_pair(2048, now, std::chrono::days{10});
  REQUIRE(other.has_value());
  UnsealingKeys keys = test_keys();
  REQUIRE(keys.add(other->key).has_value());
  CHECK(keys.size() == 2);
  const auto certificate = SealingCertificate::parse(other->certificate);
  REQUIRE(certificate.has_value());
  CHECK((*certificate)->not_before() == now);
  CHECK((*certificate)->not_after() == now + std::chrono::days{10});
  CHECK((*certificate)->key_bytes() == 256);
  CHECK(keys.fingerprints().back() == (*certificate)->key_fingerprint());
  CHECK(keys.open((*certificate)->seal("a", "n"), "n")->key == 1);
  CHECK(keys.open(test_certificate()->seal("a", "n"), "n")->key == 0);
  CHECK(UnsealingKeys{}.open((*certificate)->seal("a", "n"), "n").error().is(SealErrc::not_opened));
}

TEST_CASE("sealing: certificates are named as others name them") {
  const auto certificate = test_certificate();
  CHECK(certificate->fingerprint() ==
        "d31c8c8da6e84192116484bae8b646df458ac77a426e5632b79e847b2c30a577");
  CHECK(certificate->key_fingerprint() == "SHA256:GXb4sBGlnnJdpamRWwHJBd0JV4QZhn86qnW/Y6Q9YlQ");
  CHECK(test_keys().fingerprints().front() == certificate->key_fingerprint());
  CHECK(SealingCertificate::parse(certificate->pem()).value()->fingerprint() ==
        certificate->fingerprint());
}

TEST_CASE("sealing: what is no certificate and no key to seal with is refused") {
  CHECK(SealingCertificate::parse("").error().is(Errc::certificate_invalid));
  CHECK(SealingCertificate::parse("-----BEGIN CERTIFICATE-----\n").has_error());
  const test::Authority curve;
  CHECK(SealingCertificate::parse(curve.pem()).error().is(Errc::certificate_invalid));
  UnsealingKeys keys;
  CHECK(keys.add("").error().is(Errc::key_invalid));
  CHECK(keys.add(test::Authority::protected_key()).error().is(Errc::key_invalid));
  CHECK(keys.add(curve.issue().key).error().is(Errc::key_invalid));
  CHECK(make_sealing_pair(1024, {}, std::chrono::days{1}).error().is(Errc::key_invalid));
}

}  // namespace mainstay::tls::sealing_test
