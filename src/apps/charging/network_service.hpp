#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apps/charging/domain/network.hpp"
#include "apps/charging/domain/network_event.hpp"
#include "apps/charging/ports/network_store.hpp"
#include "apps/charging/ports/station_host.hpp"
#include "apps/charging/ports/station_link.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

struct NetworkServiceOptions {
  NetworkRules rules{};
  std::size_t queue_max = 100'000;  // messages and questions that wait for the lane; beyond: busy
  std::size_t batch_max = 2'048;    // decisions in one commit
};

/// Where the charging network happens: one lane decides (domain/network.hpp), what it decided is
/// committed, and only then it is answered and told to subscribers. Decisions that come while a
/// commit is under way share the next one. When a commit fails, all who wait for it get an error
/// and the lane begins anew with what the store has.
///
/// Life: construct, use_link() and subscribe(), start() (loads; blocks), stop(). Any thread may
/// call the rest; answers come once, on the lane unless said otherwise, and must be short. Where
/// too much waits they get NetworkErrc::busy at once, on the caller's thread.
class NetworkService final : public StationHost {
 public:
  /// All of it outlives the service. `failed` hears of errors that nobody waits for.
  NetworkService(NetworkStore& store, const Clock& clock, UniqueFunction<void(const Error&)> failed,
                 NetworkServiceOptions options = {});
  ~NetworkService() override;

  /// Before start(): who asks stations.
  void use_link(StationLink& link);
  /// Before start(): hears of what is committed, on the lane, in its order. Hand it over and
  /// return: everybody waits.
  void subscribe(UniqueFunction<void(const NetworkEvent&)> told);
  Result<> start();
  void stop();
  /// Now and then (about once a second): reservations expire.
  void tick();

  // --- StationHost: the door at which stations connect
  [[nodiscard]] std::optional<KnownStation> find(std::string_view identity) const override;
  void connected(StationId station, LinkNumber link, LinkFacts facts) override;
  void disconnected(StationId station, LinkNumber link) override;
  void handle(StationId station, StationRequest request, SystemTime received_at,
              Reply reply) override;

  // --- for everybody else
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  /// Reads on the lane what is decided, not what is committed. False, and nothing done, when too
  /// much waits.
  [[nodiscard]] bool look(UniqueFunction<void(const Network&)> reader) const;
  /// Decides on the lane; `done` when that is committed, or with the decision's own error. `change`
  /// must have changed nothing when it gives an error.
  using Change = UniqueFunction<Result<>(Network&, SystemTime now, Batch&)>;
  void change(Change change, UniqueFunction<void(Result<>)> done);

  /// Asks a station to begin: it answers whether it will; the transaction is told by an event
  /// (TransactionStarted with that tag) once a vehicle charges. command_refused, station_offline,
  /// station_refused, station_silent. Answers on any thread.
  struct StartCharge {
    StationId station{};
    std::optional<ConnectorNumber> connector{};
    std::string tag{};
    std::optional<ocpp::ChargingProfile> profile{};
  };
  void start_charge(StartCharge wanted, UniqueFunction<void(Result<>)> done);
  /// Asks the station to end it; the end is told by TransactionEnded. Answers on any thread.
  void stop_charge(TransactionId transaction, UniqueFunction<void(Result<>)> done);

  /// Keeps a connector (0: any of the station's) for a tag; asks the station, and answers with the
  /// reservation active, or refused.
  void reserve(ReservationRow wanted, Done<ReservationRow> done);
  /// `owner`: empty, or whose it must be.
  void cancel_reservation(ReservationId id, std::string owner, UniqueFunction<void(Result<>)> done);

  /// Says whose an unknown stop is: ends that transaction with it, or sets it aside (0). Answers on
  /// any thread, and with busy while somebody else is settling the same one.
  void settle_stop(std::int64_t stop, TransactionId transaction, Done<UnknownStopRow> done);

  void put_tag(TagRow tag, UniqueFunction<void(Result<>)> done);
  void remove_tag(std::string tag, UniqueFunction<void(Result<>)> done);

  /// A station's identity; empty: it is not registered (any more). Any thread.
  [[nodiscard]] std::string identity_of(StationId station) const;

  [[nodiscard]] StationLink& link() const;
  [[nodiscard]] NetworkStore& store() const;
  [[nodiscard]] const Clock& clock() const;

  struct Stats {
    std::uint64_t messages = 0;  // of stations, since the start
    std::uint64_t commits = 0;
    std::uint64_t commits_failed = 0;
    std::size_t waiting = 0;
    std::size_t stations = 0;
    std::size_t online = 0;
    std::size_t charging = 0;
  };
  [[nodiscard]] Stats stats() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // answers of store and stations may come behind its end
};

/// What a failed call to a station is for people.
Error error_of(const CallFailure& failure);

}  // namespace mainstay::charging
