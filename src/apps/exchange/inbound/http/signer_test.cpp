#include "apps/exchange/inbound/http/signer.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/inbound/http/api_errc.hpp"

namespace mainstay::exchange::signer_test {
namespace {

constexpr SystemTime now{Seconds{1'795'223'580}};
constexpr std::int64_t now_ms = 1'795'223'580'000;

// The example of Binance's documentation: its key, query and signature.
constexpr std::string_view secret =
    "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
constexpr std::string_view query =
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&"
    "timestamp=1499827319559";
constexpr std::string_view signature =
    "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";

Signer signer() { return Signer{secret, AccountId{1'000}, std::make_shared<WindowCount>()}; }

Result<> check(std::string_view whole, SystemTime at) {
  Parameters parameters;
  REQUIRE(parameters.read(whole, "").has_value());
  Signer one = signer();
  return verify(one, signed_text(whole, ""), parameters, at);
}

std::string with_signature(std::string_view text) {
  const std::string_view parts[] = {text};
  return std::string{text} + "&signature=" + hexadecimal(signer().hmac.of(parts));
}

std::string at(std::int64_t timestamp_ms, std::string_view more = {}) {
  return with_signature("timestamp=" + std::to_string(timestamp_ms) + std::string{more});
}

TEST_CASE("signer: the example of the API's documentation") {
  const SystemTime then{Millis{1'499'827'319'559}};
  const std::string whole = std::string{query} + "&signature=" + std::string{signature};
  CHECK(check(whole, then).has_value());
  std::string upper = whole;
  upper.replace(upper.size() - 1, 1, "1");
  CHECK(check(upper, then).has_value());
  std::string other = whole;
  other.back() = other.back() == '0' ? '1' : '0';
  CHECK(check(other, then).error().is(ApiErrc::signature_invalid));
  other = whole;
  other.replace(other.find("quantity=1"), 10, "quantity=2");
  CHECK(check(other, then).error().is(ApiErrc::signature_invalid));
}

TEST_CASE("signer: a timestamp counts within its window") {
  CHECK(check(at(now_ms), now).has_value());
  CHECK(check(at(now_ms - 5'000), now).has_value());
  CHECK(check(at(now_ms - 5'001), now).error().is(ApiErrc::timestamp_outside));
  CHECK(check(at(now_ms - 5'001, "&recvWindow=6000"), now).has_value());
  CHECK(check(at(now_ms + 1'000), now).has_value());
  CHECK(check(at(now_ms + 1'001), now).error().is(ApiErrc::timestamp_outside));
  CHECK(check(with_signature("timestamp=18446744073709551615"), now)
            .error()
            .is(ApiErrc::timestamp_outside));
  CHECK(check(at(now_ms, "&recvWindow=60001"), now).error().is(ApiErrc::recv_window_too_long));
  CHECK(check(at(now_ms, "&recvWindow=18446744073709551615"), now)
            .error()
            .is(ApiErrc::recv_window_too_long));
}

TEST_CASE("signer: what is missing is named") {
  CHECK(check(with_signature("a=1"), now).error().detail().find("'timestamp'") !=
        std::string::npos);
  CHECK(check("timestamp=1", now).error().detail().find("'signature'") != std::string::npos);
  CHECK(check(with_signature("timestamp=x"), now).error().is(ApiErrc::characters_illegal));
}

TEST_CASE("signer: who was checked is remembered for a moment") {
  Signers signers;
  CHECK(signers.find("k", now, 1) == nullptr);
  Signer one = signer();
  one.checked = now;
  one.ends = now + Seconds{3};
  one.generation = 1;
  signers.remember("k", std::move(one));
  REQUIRE(signers.find("k", now, 1) != nullptr);
  CHECK(signers.find("k", now, 1)->account == AccountId{1'000});
  CHECK(signers.find("k", now + Seconds{3}, 1) == nullptr);  // its end; forgotten
  CHECK(signers.find("k", now, 1) == nullptr);
  Signer again = signer();
  again.checked = now;
  again.ends = SystemTime::max();
  again.generation = 1;
  signers.remember("k", std::move(again));
  CHECK(signers.find("k", now, 2) == nullptr);  // something was forgotten
  CHECK(looks_like_key("0123456789abcdef0123456789abcdef"));
  CHECK(!looks_like_key("0123456789ABCDEF0123456789abcdef"));
  CHECK(!looks_like_key(""));
}

}  // namespace
}  // namespace mainstay::exchange::signer_test
