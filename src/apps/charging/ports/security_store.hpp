#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// How a station proves who it is. No key is kept: only what a key can be checked with.
struct StationKeyRow {
  StationId station{};
  std::uint8_t profile = 0;   // the highest it has connected with
  std::string current = {};   // "hmac$<hex>" or "$argon2id$..."; empty: no key
  std::string quick = {};     // of an Argon2id one: "hmac$<hex>" since its first use
  std::string proposed = {};  // like current: the station may be using it
  SystemTime changed_at{};
};

struct SecurityEventRow {
  std::int64_t id = 0;  // from 1, in the order of receipt
  StationId station{};
  std::string kind = {};
  SystemTime at{};
  SystemTime received_at{};
  std::string detail = {};
};

/// Keeps both. Any thread; what `done` says holds: after success the row survives a crash.
class SecurityStore {
 public:
  using Done = UniqueFunction<void(Result<>)>;
  virtual ~SecurityStore() = default;

  virtual Result<std::vector<StationKeyRow>> load_keys() = 0;
  /// Replaces the station's row. Puts of one station are kept in the order of the calls.
  virtual void put_key(StationKeyRow row, Done done) = 0;
  /// The id is the store's to give.
  virtual void add_event(SecurityEventRow row, Done done) = 0;
  /// Behind `after`, oldest first; `station` 0: of all.
  virtual void events(std::int64_t after, StationId station, std::size_t limit,
                      UniqueFunction<void(Result<std::vector<SecurityEventRow>>)> done) = 0;
};

}  // namespace mainstay::charging
