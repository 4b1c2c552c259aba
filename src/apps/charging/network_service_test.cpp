#include "apps/charging/network_service.hpp"

#include <atomic>
#include <map>
#include <optional>
#include <span>

#include <doctest/doctest.h>

#include "apps/charging/outbound/sqlite/network_sql.hpp"
#include "apps/charging/ports/network_store_contract.hpp"
#include "apps/charging/ports/test_station_link.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::charging {

std::span<const store::Migration> migrations();  // generated from migrations/

namespace {

/// A store whose commits can be made to fail: once, they do not reach the rows.
class FailingStore final : public SqlNetworkStore {
 public:
  using SqlNetworkStore::SqlNetworkStore;
  void commit(std::shared_ptr<const Changes> changes,
              UniqueFunction<void(Result<>)> done) override {
    if (fail_next.exchange(false)) return done(Error{store::Errc::full, "test"});
    SqlNetworkStore::commit(std::move(changes), std::move(done));
  }
  std::atomic<bool> fail_next{false};
};

struct Running {
  explicit Running(bool is_new = true) {
    auto made = store::open_sqlite({.path = folder.path("test.db")});
    REQUIRE(made.has_value());
    opened = std::move(*made);
    if (is_new) {
      store::Migrator migrator{*opened, migrations()};
      REQUIRE(migrator.up(clock.wall()).has_value());
    }
    begin();
  }
  ~Running() {
    service.reset();
    opened->stop();
  }
  void begin() {
    rows.emplace(*opened);
    service.emplace(*rows, clock, [this](const Error&) { ++failures; });
    service->use_link(link);
    service->subscribe([this](const NetworkEvent& event) {
      if (std::holds_alternative<TransactionStarted>(event)) ++started;
    });
    REQUIRE(service->start().has_value());
  }
  void restart() {
    service.reset();
    begin();
  }

  template <class Request>
  typename Request::Answer say(StationId station, Request request) {
    auto answer = say_any(station, std::move(request));
    REQUIRE(std::holds_alternative<StationAnswer>(answer));
    return std::get<typename Request::Answer>(std::get<StationAnswer>(answer));
  }
  std::variant<StationAnswer, ocpp::CallError> say_any(StationId station, StationRequest request) {
    using Answer = std::variant<StationAnswer, ocpp::CallError>;
    Awaited<Answer> awaited;
    service->handle(station, std::move(request), clock.wall(),
                    [slot = awaited.slot()](Answer answer) { slot(std::move(answer)); });
    return *awaited.get();
  }
  Result<> change(NetworkService::Change change) {
    Awaited<bool> awaited;
    service->change(std::move(change), [slot = awaited.slot()](Result<> outcome) {
      if (outcome.has_error()) return slot(std::move(outcome).error());
      slot(true);
    });
    auto got = awaited.get();
    if (got.has_error()) return std::move(got).error();
    return {};
  }
  StationId add_station(const std::string& identity) {
    auto id = std::make_shared<StationId>();
    REQUIRE(change([id, identity](Network& network, SystemTime now, Batch& batch) -> Result<> {
              StationRow row;
              row.identity = identity;
              MS_TRY(*id, network.add_station(row, now, batch));
              TagRow tag;
              tag.tag = "CARD";
              return network.put_tag(tag, now, batch);
            }).has_value());
    return *id;
  }
  ocpp::StartTransaction start(WattHours meter = 1) {
    ocpp::StartTransaction said;
    said.connector_id = ConnectorNumber{1};
    said.id_tag = "CARD";
    said.meter_start = meter;
    said.timestamp = clock.wall();
    return said;
  }

  TemporaryFolder folder;
  ManualClock clock{SystemTime{Seconds{1'800'000'000}}};
  std::unique_ptr<store::Store> opened;
  TestStationLink link;
  std::optional<FailingStore> rows;
  std::atomic<int> failures{0};
  std::atomic<int> started{0};
  std::optional<NetworkService> service;
};

}  // namespace

TEST_CASE("network service: what was answered is there after a restart") {
  Running r;
  const StationId id = r.add_station("CP-1");
  REQUIRE(r.service->find("CP-1").has_value());
  CHECK_FALSE(r.service->find("CP-1")->registration.has_value());
  CHECK_FALSE(r.service->find("cp-1").has_value());
  ocpp::BootNotification boot;
  boot.charge_point_vendor = "Acme";
  CHECK(r.say(id, boot).status == ocpp::RegistrationStatus::accepted);
  CHECK(r.service->find("CP-1")->vendor == "Acme");
  const auto said = r.start();
  const auto transaction = r.say(id, said).transaction_id;
  CHECK(r.started == 1);
  r.restart();
  CHECK(r.service->find("CP-1")->registration == ocpp::RegistrationStatus::accepted);
  CHECK(r.say(id, said).transaction_id == transaction);  // 2.4.2
  ocpp::StopTransaction stop;
  stop.transaction_id = transaction;
  stop.timestamp = r.clock.wall();
  CHECK_FALSE(r.say(id, stop).id_tag_info.has_value());
  // The lookups go through the store.
  CHECK(r.say(id, said).transaction_id == transaction);
  r.say(id, stop);
  stop.transaction_id = TransactionId{999};
  r.say(id, stop);
  r.say(id, stop);
  Awaited<std::vector<UnknownStopRow>> unknown;
  r.rows->unknown_stops(0, 10, false, unknown.slot());
  CHECK(unknown.get()->size() == 1);
}

TEST_CASE("network service: a commit that fails is answered with an error, and undone in memory") {
  Running r;
  const StationId id = r.add_station("CP-1");
  const auto said = r.start();
  r.rows->fail_next = true;
  const auto refused = r.say_any(id, said);
  REQUIRE(std::holds_alternative<ocpp::CallError>(refused));
  CHECK(std::get<ocpp::CallError>(refused).code == ocpp::CallErrorCode::internal_error);
  CHECK(r.failures == 1);
  CHECK(r.started == 0);
  // The station tries again, and the lane has begun anew.
  CHECK(r.say(id, said).transaction_id == TransactionId{1});
  CHECK(r.started == 1);
}

TEST_CASE("network service: the newest connection counts") {
  Running r;
  const StationId id = r.add_station("CP-1");
  const auto online = [&] {
    Awaited<bool> awaited;
    REQUIRE(r.service->look([id, slot = awaited.slot()](const Network& network) {
      slot(network.station(id)->is_online);
    }));
    return *awaited.get();
  };
  r.service->connected(id, LinkNumber{1}, {});
  r.service->connected(id, LinkNumber{2}, {});
  r.service->disconnected(id, LinkNumber{1});
  CHECK(online());
  r.service->disconnected(id, LinkNumber{2});
  CHECK_FALSE(online());
}

TEST_CASE("network service: reservations ask the station") {
  Running r;
  const StationId id = r.add_station("CP-1");
  ocpp::StatusNotification status;
  status.connector_id = ConnectorNumber{1};
  status.status = ocpp::ConnectorStatus::available;
  r.say(id, status);
  ReservationRow wanted;
  wanted.station = id;
  wanted.connector = ConnectorNumber{1};
  wanted.tag = "CARD";
  wanted.expires_at = r.clock.wall() + Seconds{600};
  Awaited<ReservationRow> offline;
  r.service->reserve(wanted, offline.slot());
  CHECK(offline.get().error().is(NetworkErrc::station_offline));
  Awaited<bool> gone;
  r.service->cancel_reservation(
      ReservationId{1}, "", [slot = gone.slot()](Result<> outcome) { slot(outcome.has_value()); });
  CHECK_FALSE(*gone.get());  // it was refused already
}

}  // namespace mainstay::charging
