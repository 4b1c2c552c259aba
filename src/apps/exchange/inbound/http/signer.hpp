#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/exchange/fundamental.hpp"
#include "apps/exchange/inbound/http/meters.hpp"
#include "apps/exchange/inbound/http/parameters.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::exchange {

/// What the keys of the API sign for (auth::Guard::signing_secret).
inline constexpr std::string_view signing_purpose = "exchange";

/// Whose key it is, and how he signs.
struct Signer {
  Signer(std::string_view secret, AccountId of, std::shared_ptr<WindowCount> order_count)
      : hmac(secret), account(of), orders(std::move(order_count)) {}

  tls::HmacSha256 hmac;
  AccountId account;
  std::shared_ptr<WindowCount> orders;
  SystemTime checked{};  // that the key counts
  SystemTime ends{};
  std::uint64_t generation = 0;  // of the guard's memory, then
};

/// The signers that one I/O thread remembers; only that thread uses it.
class Signers {
 public:
  /// Null: ask (again).
  Signer* find(std::string_view key, SystemTime now, std::uint64_t generation);
  Signer& remember(std::string_view key, Signer signer);

 private:
  std::unordered_map<std::string, Signer, StringHash, std::equal_to<>> by_key_;
};

/// That the request's parameters are signed by `signer`, and meant for now. Errors: parameter
/// missing, signature_invalid, recv_window_too_long, timestamp_outside.
Result<> verify(Signer& signer, const SignedText& text, Parameters& parameters, SystemTime now);

/// 32 hexadecimal digits: the public id of an API token.
bool looks_like_key(std::string_view key);

}  // namespace mainstay::exchange
