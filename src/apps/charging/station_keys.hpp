#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/inbound/ocpp/station_gate.hpp"
#include "apps/charging/ports/security_store.hpp"
#include "platform/auth/keys.hpp"
#include "platform/auth/password_hasher.hpp"

namespace mainstay::charging {

enum class StationKeyErrc : std::uint8_t {
  key_invalid = 1,  // not 16 to 40 bytes of text
  busy,
  unsettled,  // proposals_max new keys, and the station has not shown that it uses one
};
const ErrorRow& error_row(StationKeyErrc code);

/// What is kept of a key: an HMAC of a random one, slow for one that a person chose, "" for none.
std::string kept_of_key(const auth::Keys& server, const auth::PasswordHasher& hasher,
                        StationId station, const std::string& key);

/// Why a connection is closed whose certificate counts no longer.
inline constexpr std::string_view revoked_text = "the station's certificate was revoked";

struct StationKeysOptions {
  auth::Keys server;                     // made of a secret that is kept outside the store
  std::string organization;              // O of certificates of our stations
  auth::HashCost cost{};                 // for keys that people chose
  std::size_t checks_waiting_max = 256;  // slow ones; more: busy
};

/// Who may connect as which station, and how: AuthorizationKeys, security profiles.
///
/// Of a key with at least 128 random bits an HMAC under the server's key is kept: a storm of
/// reconnecting stations costs a microsecond each, and a stolen store is of no use without the
/// server's key. One that a person chose is kept as Argon2id, checked on a lane of its own, and
/// after its first use with an HMAC beside it, so that only the first check is slow.
///
/// Life: construct, start() (loads; blocks), stop(). Any thread.
class StationKeys final : public ocpp::StationGate {
 public:
  /// `noted` hears of what is worth a security event: (station, kind, detail).
  using Noted = std::function<void(StationId, std::string_view kind, std::string detail)>;
  StationKeys(SecurityStore& store, const Clock& clock, StationKeysOptions options, Noted noted);
  ~StationKeys() override;

  Result<> start();
  void stop();

  Verdict admit(const ocpp::Knock& knock) override;
  void admit_slowly(ocpp::Knock knock, UniqueFunction<void(Verdict)> done) override;

  /// Nobody is let in with these certificates any more, by their serial numbers; what the store
  /// has is known from start() on.
  void revoke(const std::vector<std::string>& serials);
  /// The same with what was revoked in the store meanwhile, by others too. Blocks; one at a time.
  Result<> revoke_what_is_new();
  /// Whose newest connection was made with one of them. To be asked again: a connection that was
  /// admitted a moment before is not there yet.
  [[nodiscard]] std::vector<StationId> to_be_cut_off() const;

  /// Keys that commands left: from now on they count, as by set(). start() does so too. Blocks;
  /// one at a time.
  Result<> take_up_left();

  using Done = SecurityStore::Done;
  /// From now on this key counts, and no other; an empty one: none.
  void set(StationId station, std::string key, Done done);
  /// Both the old key and this one count, and those proposed before, until settle(), or until the
  /// station uses one: then those before it are over. `done` gets what settle() wants: the station
  /// has answered to this one.
  using Proposed = UniqueFunction<void(Result<std::string>)>;
  void propose(StationId station, std::string key, Proposed done);
  enum class Settled : std::uint8_t { taken, refused };
  void settle(StationId station, const std::string& proposal, Settled how);
  static constexpr std::size_t proposals_max = 4;  // of a station; more: unsettled

  struct Summary {
    std::uint8_t profile = 0;
    bool has_key = false;
    bool is_slow = false;  // the key was chosen by a person
    bool has_proposed = false;
    SystemTime changed_at{};
  };
  [[nodiscard]] Summary summary(StationId station) const;
  /// Lets a station connect with a lower profile again: an operator's decision, never OCPP's.
  void lower_profile(StationId station, std::uint8_t profile, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
