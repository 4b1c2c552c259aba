#include "platform/secrets/envelope.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "platform/secrets/errc.hpp"

namespace mainstay::secrets::envelope_test {
namespace {

std::string count_up(char count) {
  std::string out;
  for (char c = 0; c < count; ++c) out.push_back(c);
  return out;
}

// AESGCM(bytes(range(32))).encrypt(bytes(range(12)), b"hush", None) of Python's cryptography,
// behind its nonce.
constexpr std::string_view sealed_base64 = "AAECAwQFBgcICQoLL3elcypbS/ljCpXAWUktmrZVIDQ=";

TEST_CASE("envelope: opens what another implementation sealed") {
  const auto envelope = parse_envelope("a2V5:" + std::string{sealed_base64});
  REQUIRE(envelope.has_value());
  CHECK(envelope->encrypted_key == "key");
  CHECK(open_sealed(count_up(32), envelope->sealed).value() == "hush");
}

TEST_CASE("envelope: base64 is the standard one with padding, line ends ignored") {
  CHECK(parse_envelope("a2V\n5:" + std::string{sealed_base64} + "\r\n").has_value());
  for (const char* text :
       {"", "a2V5", ":AAAA", "a2V5:AA", "a2V5:A-_A", "a2V:AAAA", "a2V5:AAAA:AAAA", "a2V5: AAAA"}) {
    CAPTURE(text);
    CHECK(parse_envelope(text).error().is(Errc::malformed));
  }
}

TEST_CASE("envelope: any changed bit, a cut and another key are told") {
  const std::string sealed = *base64_decode(sealed_base64);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    CHECK(open_sealed(count_up(32), changed).error().is(Errc::malformed));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK(open_sealed(count_up(32), sealed.substr(0, size)).error().is(Errc::malformed));
  }
  CHECK(open_sealed(std::string(32, 'k'), sealed).has_error());
  CHECK(open_sealed(count_up(16), sealed).has_error());
}

}  // namespace
}  // namespace mainstay::secrets::envelope_test
