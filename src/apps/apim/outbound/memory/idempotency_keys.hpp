#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/apim/outbound/memory/key_table.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/sip_hash.hpp"

namespace mainstay::apim {

/// The keys of calls that were counted, each for at least a day. Striped by key: who counts a call
/// with a key holds its stripe from before it looks the key up until the key is put, and takes the
/// counters' stripes meanwhile, never the other way round. Any thread.
///
/// Bounded: a key more than `keys_max` finds no room. Those that have expired make room when
/// forget_expired() is called, not before.
class IdempotencyKeys {
 public:
  static constexpr std::size_t keys_max_default = 10'000'000;
  /// A clock that ran ahead by so much and is set back has made nothing forgotten early.
  static constexpr Seconds clock_slack{3'600};

  explicit IdempotencyKeys(std::size_t keys_max = keys_max_default) : keys_max_(keys_max) {}

  /// What hashes are made under; to be chosen once for the life of what is stored, before the first
  /// mark. Not while others call anything.
  [[nodiscard]] bool has_secret() const { return secret_.has_value(); }
  void set_secret(const SipKey& secret) { secret_ = secret; }

  /// What would be kept of a key that comes at `now`.
  [[nodiscard]] KeyMark mark_of(const CallKey& key, UnixSeconds now) const;

  using Stripe = KeyTable;
  [[nodiscard]] Locked<Stripe>::Access<Stripe> lock(const KeyMark& mark);
  /// `repeated` or `reused`; nothing for a key that is not known. `now`: the call's.
  static std::optional<Keyed> known(const Stripe& stripe, const KeyMark& mark, UnixSeconds now);
  /// Makes room for the mark, so that put() cannot fail; false when all room is taken.
  [[nodiscard]] bool reserve(Stripe& stripe, const KeyMark& mark);
  /// Behind a reserve() that was true, under the same lock.
  static void put(Stripe& stripe, const KeyMark& mark) { stripe.put(mark); }
  [[nodiscard]] bool was_counted(const CallKey& key, UnixSeconds now) const;

  /// Drops what expired before `now` by `clock_slack` or more. `now` is a clock that has not just
  /// stepped: one call from a wrong day must not make others' keys count again.
  /// Cheap when called again within the minute; holds one stripe at a time.
  void forget_expired(UnixSeconds now);
  /// By the clock of the last call that asked for room.
  [[nodiscard]] UnixSeconds newest_call() const;

  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t bytes() const;

  // Recovery: load() into an empty one, then the marks of later records.
  void replay(const KeyMark& mark);
  /// Appends everything; holds one stripe at a time.
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
  static constexpr std::size_t stripe_bits = 8;  // KeyTable knows
  static constexpr std::size_t stripe_count = 1U << stripe_bits;
  [[nodiscard]] static std::size_t stripe_of(const KeyMark& mark) {
    return mark.high >> (64U - stripe_bits);
  }

  std::size_t keys_max_;
  std::optional<SipKey> secret_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::uint32_t> newest_expiry_{0};     // of the last mark that asked for room
  std::atomic<std::uint32_t> forgotten_before_{0};  // by forget_expired(), in minutes
  struct alignas(64) Slot : Locked<Stripe> {};
  std::unique_ptr<std::array<Slot, stripe_count>> stripes_ =
      std::make_unique<std::array<Slot, stripe_count>>();
};

}  // namespace mainstay::apim
