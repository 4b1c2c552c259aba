#include "apps/apim/outbound/memory/idempotency_keys.hpp"

#include <utility>

#include "apps/apim/outbound/journal/records.hpp"

namespace mainstay::apim {
namespace {

constexpr std::uint32_t minutes(Seconds time) {
  return static_cast<std::uint32_t>(time.count() / 60);
}

Error keys_malformed(std::string_view what) {
  return Error{RecordErrc::snapshot_malformed, "idempotency keys: " + std::string{what}};
}

}  // namespace

KeyMark IdempotencyKeys::mark_of(const CallKey& key, UnixSeconds now) const {
  const SipKey secret = secret_.value_or(SipKey{});
  std::string scoped;
  ByteWriter writer{scoped};
  writer.u8(static_cast<std::uint8_t>(key.kind));
  writer.text(key.service_id);
  writer.text(key.text);
  const Hash128 hash = sip_hash(secret, as_bytes(scoped));
  const Hash128 request = sip_hash(secret, as_bytes(key.request));
  return {hash.first, hash.second, static_cast<std::uint32_t>(request.first), call_key_expiry(now)};
}

Locked<KeyTable>::Access<KeyTable> IdempotencyKeys::lock(const KeyMark& mark) {
  return (*stripes_)[stripe_of(mark)].lock();
}

std::optional<Keyed> IdempotencyKeys::known(const Stripe& stripe, const KeyMark& mark,
                                            UnixSeconds now) {
  const KeyMark* found = stripe.find(mark);
  if (found == nullptr || now >= UnixSeconds{found->expires} * 60) return std::nullopt;
  return found->request == mark.request ? Keyed::repeated : Keyed::reused;
}

bool IdempotencyKeys::reserve(Stripe& stripe, const KeyMark& mark) {
  // Also by a call that is refused: when all room is taken, time must go on to make some.
  newest_expiry_.store(mark.expires, std::memory_order_relaxed);
  if (stripe.find(mark) == nullptr) {  // else one that has expired gives its place
    if (size_.fetch_add(1, std::memory_order_relaxed) >= keys_max_) {
      size_.fetch_sub(1, std::memory_order_relaxed);
      return false;
    }
    stripe.reserve_one();
  }
  return true;
}

bool IdempotencyKeys::was_counted(const CallKey& key, UnixSeconds now) const {
  const KeyMark mark = mark_of(key, now);
  auto stripe = std::as_const((*stripes_)[stripe_of(mark)]).lock();
  return known(*stripe, mark, now) == Keyed::repeated;
}

UnixSeconds IdempotencyKeys::newest_call() const {
  const UnixSeconds expiry{newest_expiry_.load(std::memory_order_relaxed)};
  return expiry * 60 - call_key_life.count();
}

void IdempotencyKeys::forget_expired(UnixSeconds now) {
  const std::uint32_t expiry = call_key_expiry(now);
  constexpr std::uint32_t kept = minutes(call_key_life) + minutes(clock_slack) + 1;
  if (expiry <= kept) return;
  const std::uint32_t before = expiry - kept;
  if (forgotten_before_.exchange(before, std::memory_order_relaxed) == before) return;
  for (Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    size_.fetch_sub(stripe->forget(before), std::memory_order_relaxed);
  }
}

std::size_t IdempotencyKeys::bytes() const {
  std::size_t sum = sizeof *stripes_;
  for (const Slot& slot : *stripes_) {
    auto stripe = slot.lock();
    sum += stripe->bytes();
  }
  return sum;
}

/// A key that expired and came again has two marks in the log: the later one holds, whichever of
/// them a snapshot knows already.
void IdempotencyKeys::replay(const KeyMark& mark) {
  auto stripe = lock(mark);
  if (stripe->put(mark)) size_.fetch_add(1, std::memory_order_relaxed);
  newest_expiry_.store(mark.expires, std::memory_order_relaxed);
}

/// The secret, then the marks, each behind a 1; a 0 ends them.
void IdempotencyKeys::save(std::string& out) const {
  const SipKey secret = secret_.value_or(SipKey{});
  ByteWriter head{out};
  head.u8(secret_ ? 1 : 0);
  head.u64(secret.first);
  head.u64(secret.second);
  head.u32(newest_expiry_.load(std::memory_order_relaxed));
  std::string saved;  // so that `out` grows outside of the locks
  for (const Slot& slot : *stripes_) {
    saved.clear();
    {
      auto stripe = slot.lock();
      saved.reserve(stripe->size() * (sizeof(KeyMark) + 1));
      ByteWriter writer{saved};
      stripe->for_each([&](const KeyMark& mark) {
        writer.u8(1);
        writer.u64(mark.high);
        writer.u64(mark.low);
        writer.u32(mark.request);
        writer.u32(mark.expires);
      });
    }
    out.append(saved);
  }
  ByteWriter{out}.u8(0);
}

Result<> IdempotencyKeys::load(ByteReader& in) {
  const bool has_secret = in.u8() == 1;
  SipKey secret;
  secret.first = in.u64();
  secret.second = in.u64();
  if (has_secret) secret_ = secret;
  const std::uint32_t newest = in.u32();
  std::uint8_t more = in.u8();
  for (; more == 1; more = in.u8()) {
    KeyMark mark;
    mark.high = in.u64();
    mark.low = in.u64();
    mark.request = in.u32();
    mark.expires = in.u32();
    if (!in.ok() || mark.expires == 0) return keys_malformed("a mark");
    replay(mark);
  }
  if (!in.ok() || more != 0) return keys_malformed("their end");
  newest_expiry_ = newest;
  return {};
}

}  // namespace mainstay::apim
