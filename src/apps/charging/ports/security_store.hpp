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
  std::uint8_t profile = 0;  // the highest it has connected with
  std::string current = {};  // "hmac$<hex>" or "$argon2id$..."; empty: no key
  std::string quick = {};    // of an Argon2id one: "hmac$<hex>" since its first use
  /// Like current, the oldest first: the station may be using any of them.
  std::vector<std::string> proposed = {};
  SystemTime changed_at{};
};

/// A key that a command set beside the server, which takes it up.
struct LeftKey {
  StationId station{};
  std::string kept = {};  // as StationKeyRow::current
};

struct SecurityEventRow {
  std::int64_t id = 0;  // from 1, in the order of receipt
  StationId station{};
  std::string kind = {};
  SystemTime at{};
  SystemTime received_at{};
  std::string detail = {};
};

/// A certificate by which a station may connect (security profile 3).
struct CertificateRow {
  std::int64_t id = 0;      // from 1, as they became known
  std::string serial = {};  // capital hexadecimal
  StationId station{};      // 0: of another root than ours
  SystemTime issued_at{};   // none: not by us
  SystemTime expires_at{};
  SystemTime revoked_at{};  // none: it counts
};

struct CertificateFilter {
  std::int64_t before = 0;  // the newest first, below that id; 0: all
  std::size_t limit = 100;
  StationId station{};  // 0: all
};

struct RevokedSerial {
  std::int64_t id = 0;
  std::string serial = {};
};

/// What shall count no longer: some, or all of a station that have not expired.
struct Revocation {
  std::vector<std::string> serials = {};
  StationId station{};
  SystemTime at{};
  bool takes_foreign = false;  // also those that our root has not signed
};

/// Keeps all of it. Any thread; what `done` says holds: after success the row survives a crash.
class SecurityStore {
 public:
  using Done = UniqueFunction<void(Result<>)>;
  virtual ~SecurityStore() = default;

  virtual Result<std::vector<StationKeyRow>> load_keys() = 0;
  /// Replaces the station's row. Puts of one station are kept in the order of the calls.
  virtual void put_key(StationKeyRow row, Done done) = 0;
  /// Instead of one that was left before. Blocks until it is on disk.
  virtual Result<> leave_key(LeftKey key) = 0;
  /// Blocks.
  virtual Result<std::vector<LeftKey>> left_keys() = 0;
  /// As put_key(), of a row whose current key was left: it no longer is.
  virtual void take_up_key(StationKeyRow row, Done done) = 0;
  /// The id is the store's to give.
  virtual void add_event(SecurityEventRow row, Done done) = 0;
  /// Behind `after`, oldest first; `station` 0: of all. NetworkErrc::events_gone as the network's.
  virtual void events(std::int64_t after, StationId station, std::size_t limit,
                      UniqueFunction<void(Result<std::vector<SecurityEventRow>>)> done) = 0;

  /// The id is the store's to give. Blocks until it is on disk.
  virtual Result<> add_certificate(CertificateRow row) = 0;
  virtual void certificates(const CertificateFilter& filter,
                            UniqueFunction<void(Result<std::vector<CertificateRow>>)> done) = 0;
  /// Gives the serial numbers that are revoked by it, those that were already included.
  /// NetworkErrc::certificate_unknown, and nothing is revoked.
  virtual void revoke(Revocation wanted,
                      UniqueFunction<void(Result<std::vector<std::string>>)> done) = 0;
  /// Behind `after`, in the order in which they were revoked. Blocks.
  virtual Result<std::vector<RevokedSerial>> revoked(std::int64_t after) = 0;
};

}  // namespace mainstay::charging
