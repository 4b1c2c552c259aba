#include "apps/exchange/inbound/http/signer.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint64_t recv_window_usual = 5'000;

}  // namespace

Signer* Signers::find(std::string_view key, SystemTime now, std::uint64_t generation) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const Signer& signer = found->second;
  const bool fresh = now >= signer.checked && now - signer.checked < Limits::signer_cached_for;
  if (fresh && signer.generation == generation && now < signer.ends) return &found->second;
  by_key_.erase(found);
  return nullptr;
}

Signer& Signers::remember(std::string_view key, Signer signer) {
  if (by_key_.size() >= Limits::signers_cached_max) by_key_.clear();
  return by_key_.insert_or_assign(std::string{key}, std::move(signer)).first->second;
}

Result<> verify(Signer& signer, const SignedText& text, Parameters& parameters, SystemTime now) {
  MS_TRY(const auto timestamp, parameters.number("timestamp"));
  if (!timestamp) return missing("timestamp");
  MS_TRY(const auto recv_window, parameters.number("recvWindow"));
  if (text.signature.empty()) return missing("signature");
  const std::string made = hexadecimal(signer.hmac.of(std::span{text.parts}.first(text.count)));
  if (!equals_in_constant_time(made, lower_case(text.signature))) return ApiErrc::signature_invalid;

  const auto window = Millis{recv_window.value_or(recv_window_usual)};
  if (window > Limits::recv_window_max || window < Millis{0}) return ApiErrc::recv_window_too_long;
  const auto now_ms = std::chrono::duration_cast<Millis>(now.time_since_epoch()).count();
  const auto sent = static_cast<std::int64_t>(std::min<std::uint64_t>(*timestamp, INT64_MAX / 2));
  if (sent > now_ms + Limits::ahead_max.count()) {
    return Error{ApiErrc::timestamp_outside,
                 "Timestamp for this request was 1000ms ahead of the server's time."};
  }
  if (now_ms - sent > window.count()) return ApiErrc::timestamp_outside;
  return {};
}

bool looks_like_key(std::string_view key) {
  return key.size() == 32 && std::ranges::all_of(key, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace mainstay::exchange
