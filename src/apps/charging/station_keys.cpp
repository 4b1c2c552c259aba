#include "apps/charging/station_keys.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "apps/charging/domain/station_key.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::charging {

namespace {

constexpr std::string_view quick_prefix = "hmac$";
constexpr std::size_t failures_max = 10;        // a minute, of a key that a person chose
constexpr std::size_t refusals_noted_max = 10;  // a minute: who goes on is refused all the same

bool is_quick(std::string_view kept) { return kept.starts_with(quick_prefix); }

/// It depends on the station: the same key at two is two.
std::string quick_of(const auth::Keys& server, StationId station, std::string_view bytes) {
  const auto kind = "charging station " + std::to_string(station.get());
  return std::string{quick_prefix} + server.hash(kind, bytes);
}

/// Counts what happens within a minute.
class InAMinute {
 public:
  /// Once more; how often in this minute.
  std::size_t count(SystemTime now) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count();
    if (std::exchange(minute_, minute) != minute) count_ = 0;
    return ++count_;
  }
  void forget() { count_ = 0; }

 private:
  std::int64_t minute_ = 0;
  std::size_t count_ = 0;
};

struct Entry {
  StationKeyRow row;
  InAMinute failures = {};
  InAMinute refusals = {};
  std::string certificate = {};  // serial number of the one it connected with last; empty: none
};

using Proposal = std::vector<std::string>::iterator;

/// Only this one counts.
void replace(StationKeyRow& row, std::string kept) {
  row.current = std::move(kept);
  row.quick.clear();
  row.proposed.clear();
}

}  // namespace

const ErrorRow& error_row(StationKeyErrc code) {
  static constexpr std::array<ErrorRow, 3> rows{{
      {"station_key_invalid", "a key must have 16 to 40 characters, none of them control", 422},
      {"stations_busy", "too many keys are being looked at", 503, Retry::yes},
      {"station_keys_unsettled",
       "the station was sent new keys, and has not shown yet which it uses", 409},
  }};
  return rows[static_cast<std::size_t>(code) - 1];
}

std::string kept_of_key(const auth::Keys& server, const auth::PasswordHasher& hasher,
                        StationId station, const std::string& key) {
  if (key.empty()) return {};
  if (is_random_key(key)) return quick_of(server, station, *hexadecimal_key(key));
  return hasher.hash(key);
}

struct StationKeys::Impl {
  Impl(SecurityStore& keeper, const Clock& time, StationKeysOptions with, Noted tell)
      : store(keeper),
        clock(time),
        options(std::move(with)),
        noted(std::move(tell)),
        hasher(options.cost),
        slow("charging.keys", options.checks_waiting_max) {}

  [[nodiscard]] std::string quick_of(StationId station, std::string_view bytes) const {
    return charging::quick_of(options.server, station, bytes);
  }
  [[nodiscard]] bool is_quick_match(StationId station, std::string_view kept,
                                    std::string_view password) const {
    if (equals_in_constant_time(kept, quick_of(station, password))) return true;
    const auto bytes = hexadecimal_key(password);  // some send the digits, others the bytes
    return bytes && equals_in_constant_time(kept, quick_of(station, *bytes));
  }
  [[nodiscard]] Verdict by_password(Entry& entry, const ocpp::Knock& knock,
                                    std::string_view password);
  [[nodiscard]] Verdict by_certificate(const ocpp::Knock& knock) {
    const bool is_its_own =
        knock.common_name == knock.identity && knock.organization == options.organization;
    return is_its_own && !is_revoked(knock) ? Verdict::admitted : Verdict::unauthorized;
  }
  [[nodiscard]] bool is_revoked(const ocpp::Knock& knock) {
    auto serials = revoked.lock();
    return serials->contains(knock.serial_number);
  }
  /// The station has this one: those that it was given before are over, those after it may come.
  void promote(StationKeyRow& row, Proposal taken) const {
    row.current = std::move(*taken);
    row.proposed.erase(row.proposed.begin(), std::next(taken));
    row.quick.clear();
    row.changed_at = clock.wall();
  }
  [[nodiscard]] Proposal quick_proposal(StationKeyRow& row, std::string_view password) const {
    return std::ranges::find_if(row.proposed, [&](const std::string& kept) {
      return is_quick(kept) && is_quick_match(row.station, kept, password);
    });
  }
  bool fail(Entry& entry) const;
  void keep(
      const StationKeyRow& row, Done done = [](Result<>) {}) {
    store.put_key(row, std::move(done));
  }
  /// On the lane, where a slow hash may take its time: what is kept of a key, and then `with` it.
  void change(StationId station, std::string key, Proposed done,
              Result<> (*with)(StationKeyRow&, const std::string& kept));
  void admitted(const ocpp::Knock& knock);
  Verdict check_slowly(const ocpp::Knock& knock);

  SecurityStore& store;
  const Clock& clock;
  const StationKeysOptions options;
  const Noted noted;
  const auth::PasswordHasher hasher;
  Lane slow;
  Locked<std::unordered_map<StationId, Entry>> entries;
  Locked<std::unordered_set<std::string>> revoked;
  std::int64_t newest_revoked = 0;  // of revoke_what_is_new()
};

StationKeys::StationKeys(SecurityStore& store, const Clock& clock, StationKeysOptions options,
                         Noted noted)
    : impl_(std::make_unique<Impl>(store, clock, std::move(options), std::move(noted))) {}
StationKeys::~StationKeys() { stop(); }

Result<> StationKeys::start() {
  MS_TRY(auto rows, impl_->store.load_keys());
  {
    auto entries = impl_->entries.lock();
    for (auto& row : rows) (*entries)[row.station].row = std::move(row);
  }
  MS_TRY_VOID(take_up_left());
  MS_TRY_VOID(revoke_what_is_new());
  impl_->slow.start();
  return {};
}

void StationKeys::stop() { impl_->slow.stop(); }

// --- Who connects

ocpp::StationGate::Verdict StationKeys::admit(const ocpp::Knock& knock) {
  auto verdict = Verdict::admitted;
  bool is_noted = false;
  {
    auto entries = impl_->entries.lock();
    auto& entry = (*entries)[knock.station.id];
    entry.row.station = knock.station.id;
    if (knock.profile < entry.row.profile) {
      verdict = Verdict::forbidden;
    } else if (knock.profile == 3) {
      verdict = impl_->by_certificate(knock);
    } else if (knock.profile > 0) {
      const auto password = basic_password(knock.authorization, knock.identity);
      verdict = password ? impl_->by_password(entry, knock, *password) : Verdict::unauthorized;
    }
    const bool is_refused = verdict == Verdict::forbidden || verdict == Verdict::unauthorized;
    is_noted = is_refused && entry.refusals.count(impl_->clock.wall()) <= refusals_noted_max;
  }
  if (verdict == Verdict::admitted) impl_->admitted(knock);
  if (!is_noted) return verdict;
  if (verdict == Verdict::forbidden) {
    impl_->noted(knock.station.id, "ProfileRefused",
                 "profile " + std::to_string(knock.profile) + " from " + knock.peer);
  }
  if (verdict == Verdict::unauthorized) {
    const bool is_revoked = knock.profile == 3 && impl_->is_revoked(knock);
    impl_->noted(knock.station.id, "AuthenticationFailed",
                 "profile " + std::to_string(knock.profile) + " from " + knock.peer +
                     (is_revoked ? ", certificate " + knock.serial_number + " is revoked" : ""));
  }
  return verdict;
}

/// False: too many have failed in this minute.
bool StationKeys::Impl::fail(Entry& entry) const {
  return entry.failures.count(clock.wall()) <= failures_max;
}

ocpp::StationGate::Verdict StationKeys::Impl::by_password(Entry& entry, const ocpp::Knock& knock,
                                                          std::string_view password) {
  auto& row = entry.row;
  const auto station = knock.station.id;
  if (const auto used = quick_proposal(row, password); used != row.proposed.end()) {
    promote(row, used);
    keep(row);
    return Verdict::admitted;
  }
  const auto& quick = is_quick(row.current) ? row.current : row.quick;
  if (is_quick(quick) && is_quick_match(station, quick, password)) return Verdict::admitted;
  const bool is_slow =
      (!row.current.empty() && quick.empty()) || !std::ranges::all_of(row.proposed, is_quick);
  if (is_slow) return fail(entry) ? Verdict::later : Verdict::busy;
  // A person's key can be guessed, a random one cannot.
  if (!row.quick.empty() && !fail(entry)) return Verdict::busy;
  return Verdict::unauthorized;
}

/// A security profile may only rise.
void StationKeys::Impl::admitted(const ocpp::Knock& knock) {
  auto all = entries.lock();
  auto& entry = (*all)[knock.station.id];
  entry.failures.forget();
  entry.certificate = knock.profile == 3 ? knock.serial_number : std::string{};
  if (entry.row.profile >= knock.profile) return;
  entry.row.profile = knock.profile;
  entry.row.changed_at = clock.wall();
  keep(entry.row);
}

void StationKeys::admit_slowly(ocpp::Knock knock, UniqueFunction<void(Verdict)> done) {
  auto shared = std::make_shared<UniqueFunction<void(Verdict)>>(std::move(done));
  const bool posted = impl_->slow.try_post([impl = impl_.get(), knock = std::move(knock), shared] {
    (*shared)(impl->check_slowly(knock));
  });
  if (!posted) (*shared)(Verdict::busy);
}

ocpp::StationGate::Verdict StationKeys::Impl::check_slowly(const ocpp::Knock& knock) {
  const auto password = basic_password(knock.authorization, knock.identity).value_or("");
  const auto station = knock.station.id;
  StationKeyRow row;
  {
    auto all = entries.lock();
    row = (*all)[station].row;
  }
  // Without a lock: a hash takes its time.
  const bool is_current =
      !row.current.empty() && !is_quick(row.current) && hasher.verify(row.current, password);
  const auto used = std::ranges::find_if(row.proposed, [&](const std::string& kept) {
    return !is_current && !is_quick(kept) && hasher.verify(kept, password);
  });
  const auto place = used - row.proposed.begin();
  const bool is_proposed = used != row.proposed.end();
  if (!is_current && !is_proposed) {
    noted(station, "AuthenticationFailed",
          "profile " + std::to_string(knock.profile) + " from " + knock.peer);
    return Verdict::unauthorized;
  }
  {
    auto all = entries.lock();
    auto& now = (*all)[station].row;
    if (now.current != row.current || now.proposed != row.proposed) return Verdict::busy;
    if (is_proposed) promote(now, now.proposed.begin() + place);
    now.quick = quick_of(station, password);
    keep(now);
  }
  admitted(knock);
  return Verdict::admitted;
}

// --- Certificates that count no longer

void StationKeys::revoke(const std::vector<std::string>& serials) {
  auto revoked = impl_->revoked.lock();
  revoked->insert(serials.begin(), serials.end());
}

Result<> StationKeys::revoke_what_is_new() {
  MS_TRY(const auto news, impl_->store.revoked(impl_->newest_revoked));
  if (news.empty()) return {};
  std::vector<std::string> serials;
  for (const auto& one : news) serials.push_back(one.serial);
  impl_->newest_revoked = news.back().id;
  revoke(serials);
  return {};
}

std::vector<StationId> StationKeys::to_be_cut_off() const {
  std::vector<StationId> out;
  auto entries = impl_->entries.lock();
  auto revoked = impl_->revoked.lock();
  for (const auto& [station, entry] : *entries) {
    if (revoked->contains(entry.certificate)) out.push_back(station);
  }
  return out;
}

// --- Keys that change

void StationKeys::Impl::change(StationId station, std::string key, Proposed done,
                               Result<> (*with)(StationKeyRow&, const std::string& kept)) {
  if (!key.empty() && !is_station_key(key)) return done(StationKeyErrc::key_invalid);
  auto shared = std::make_shared<Proposed>(std::move(done));
  const bool posted = slow.try_post([this, station, key = std::move(key), shared, with] {
    auto kept = kept_of_key(options.server, hasher, station, key);
    Result<> changed;
    {
      auto all = entries.lock();
      auto& row = (*all)[station].row;
      row.station = station;
      changed = with(row, kept);
      if (changed) {
        row.changed_at = clock.wall();
        keep(row, [shared, kept = std::move(kept)](Result<> stored) {
          if (stored.has_error()) return (*shared)(std::move(stored).error());
          (*shared)(kept);
        });
      }
    }
    if (changed.has_error()) (*shared)(std::move(changed).error());
  });
  if (!posted) (*shared)(StationKeyErrc::busy);
}

void StationKeys::set(StationId station, std::string key, Done done) {
  impl_->change(
      station, std::move(key),
      [done = std::move(done)](Result<std::string> kept) {
        if (kept.has_error()) return done(std::move(kept).error());
        done({});
      },
      [](StationKeyRow& row, const std::string& kept) -> Result<> {
        replace(row, kept);
        return {};
      });
}

Result<> StationKeys::take_up_left() {
  MS_TRY(auto left, impl_->store.left_keys());
  for (auto& key : left) {
    std::promise<Result<>> stored;
    {
      auto entries = impl_->entries.lock();
      auto& row = (*entries)[key.station].row;
      row.station = key.station;
      replace(row, std::move(key.kept));
      row.changed_at = impl_->clock.wall();
      impl_->store.take_up_key(row, [&](Result<> done) { stored.set_value(std::move(done)); });
    }
    MS_TRY_VOID(stored.get_future().get());
  }
  return {};
}

void StationKeys::propose(StationId station, std::string key, Proposed done) {
  impl_->change(station, std::move(key), std::move(done),
                [](StationKeyRow& row, const std::string& kept) -> Result<> {
                  if (row.proposed.size() >= proposals_max) return StationKeyErrc::unsettled;
                  row.proposed.push_back(kept);
                  return {};
                });
}

void StationKeys::settle(StationId station, const std::string& proposal, Settled how) {
  auto entries = impl_->entries.lock();
  auto& row = (*entries)[station].row;
  // The newest of the same ones: it may have been told one of them before.
  const auto found = std::ranges::find(row.proposed.rbegin(), row.proposed.rend(), proposal);
  if (found == row.proposed.rend()) return;  // the station has used it, or a later one
  const auto place = std::prev(found.base());
  if (how == Settled::taken) {
    impl_->promote(row, place);
  } else {
    row.proposed.erase(place);
  }
  impl_->keep(row);
}

StationKeys::Summary StationKeys::summary(StationId station) const {
  auto entries = impl_->entries.lock();
  const auto found = entries->find(station);
  if (found == entries->end()) return {};
  const auto& row = found->second.row;
  return {row.profile, !row.current.empty(), !row.current.empty() && !is_quick(row.current),
          !row.proposed.empty(), row.changed_at};
}

void StationKeys::lower_profile(StationId station, std::uint8_t profile, Done done) {
  auto entries = impl_->entries.lock();
  auto& row = (*entries)[station].row;
  row.station = station;
  row.profile = std::min(row.profile, profile);
  row.changed_at = impl_->clock.wall();
  impl_->keep(row, std::move(done));
}

}  // namespace mainstay::charging
