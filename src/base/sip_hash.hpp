#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace mainstay {

/// A secret that hashes are made under: who does not know it can neither guess a hash nor make two
/// texts meet.
struct SipKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend bool operator==(const SipKey&, const SipKey&) = default;
};

struct Hash128 {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

/// SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein, 2012). Pure; the same on every
/// machine, so that hashes may be stored.
Hash128 sip_hash(const SipKey& key, Bytes text);

}  // namespace mainstay
