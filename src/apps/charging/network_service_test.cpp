#include "apps/charging/network_service.hpp"

#include <atomic>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/operations_desk.hpp"
#include "apps/charging/outbound/sqlite/network_sql.hpp"
#include "apps/charging/ports/network_store_contract.hpp"
#include "apps/charging/ports/test_station_link.hpp"
#include "base/locked.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::charging

namespace mainstay::charging::network_service_test {

namespace {

/// A store whose commits can be made to fail: once, they do not reach the rows. And looks for a
/// transaction by its number can be held.
class FailingStore final : public SqlNetworkStore {
 public:
  using SqlNetworkStore::SqlNetworkStore;
  void commit(std::shared_ptr<const Changes> changes,
              UniqueFunction<void(Result<>)> done) override {
    if (fail_in > 0 && --fail_in == 0) return done(Error{store::Errc::full, "test"});
    SqlNetworkStore::commit(std::move(changes), std::move(done));
  }
  std::atomic<int> fail_in{0};  // the next but so many, from 1

  using SqlNetworkStore::find;
  void find(TransactionId id, Done<std::optional<TransactionRow>> done) override {
    auto all = held_.lock();
    if (hold_finds) return (void)all->emplace_back(id, std::move(done));
    SqlNetworkStore::find(id, std::move(done));
  }
  void let_go() {
    hold_finds = false;
    for (auto& [id, done] : take()) find(id, std::move(done));
  }
  std::atomic<bool> hold_finds{false};

 private:
  using Held = std::vector<std::pair<TransactionId, Done<std::optional<TransactionRow>>>>;
  Held take() {
    auto all = held_.lock();
    return std::exchange(*all, {});
  }
  Locked<Held> held_;
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

TEST_CASE("network service: a stop with -1 that is said again is no unknown one") {
  Running r;
  const StationId id = r.add_station("CP-1");
  r.say(id, r.start());
  ocpp::StopTransaction stop;
  stop.transaction_id = TransactionId{-1};
  stop.meter_stop = 50;
  stop.timestamp = r.clock.wall() + Seconds{60};
  stop.id_tag = "card";
  for (int times = 0; times < 3; ++times) {
    CHECK(r.say(id, stop).id_tag_info->status == ocpp::AuthorizationStatus::accepted);
  }
  Awaited<std::vector<UnknownStopRow>> unknown;
  r.rows->unknown_stops(0, 10, true, unknown.slot());
  CHECK(unknown.get()->empty());
  stop.meter_stop = 51;  // nobody said that before, and nothing runs
  r.say(id, stop);
  Awaited<std::vector<UnknownStopRow>> kept;
  r.rows->unknown_stops(0, 10, true, kept.slot());
  CHECK(kept.get()->size() == 1);
}

TEST_CASE("network service: two who settle an unknown stop at once do not both end a charge") {
  Running r;
  const StationId id = r.add_station("CP-1");
  const auto begin = [&](int connector) {
    auto said = r.start();
    said.connector_id = ConnectorNumber{static_cast<std::uint16_t>(connector)};
    return r.say(id, said).transaction_id;
  };
  const TransactionId first = begin(1);
  const TransactionId second = begin(2);
  ocpp::StopTransaction stop;
  stop.transaction_id = TransactionId{999};
  stop.meter_stop = 50;
  stop.timestamp = r.clock.wall();
  r.say(id, stop);

  r.rows->hold_finds = true;
  Awaited<UnknownStopRow> one;
  r.service->settle_stop(1, first, one.slot());
  Awaited<UnknownStopRow> other;
  r.service->settle_stop(1, second, other.slot());
  Awaited<UnknownStopRow> aside;
  r.service->settle_stop(1, TransactionId{}, aside.slot());
  r.rows->let_go();
  CHECK(other.get().error().is(NetworkErrc::busy));
  CHECK(aside.get().error().is(NetworkErrc::busy));
  CHECK(one.get()->attached_to == first.get());
  const auto is_charging = [&](TransactionId transaction) {
    Awaited<bool> awaited;
    REQUIRE(r.service->look([transaction, slot = awaited.slot()](const Network& network) {
      slot(network.active(transaction) != nullptr);
    }));
    return *awaited.get();
  };
  CHECK_FALSE(is_charging(first));
  CHECK(is_charging(second));

  const auto settle = [&](std::int64_t number, TransactionId transaction) {
    Awaited<UnknownStopRow> awaited;
    r.service->settle_stop(number, transaction, awaited.slot());
    return awaited.get();
  };
  CHECK(settle(1, second).error().is(NetworkErrc::unknown_stop_settled));
  CHECK(settle(99, second).error().is(NetworkErrc::unknown_stop_unknown));
  stop.meter_stop = 60;
  r.say(id, stop);
  CHECK(settle(2, TransactionId{77}).error().is(NetworkErrc::transaction_unknown));
  CHECK(settle(2, TransactionId{})->attached_to == -1);
}

TEST_CASE("network service: a commit that fails is answered with an error, and undone in memory") {
  Running r;
  const StationId id = r.add_station("CP-1");
  r.service->connected(id, LinkNumber{1}, {});
  r.say(id, ocpp::BootNotification{});
  const auto said = r.start();
  r.rows->fail_in = 1;
  const auto refused = r.say_any(id, said);
  REQUIRE(std::holds_alternative<ocpp::CallError>(refused));
  CHECK(std::get<ocpp::CallError>(refused).code == ocpp::CallErrorCode::internal_error);
  CHECK(r.failures == 1);
  CHECK(r.started == 0);
  // The station tries again, and the lane has begun anew.
  CHECK(r.say(id, said).transaction_id == TransactionId{1});
  CHECK(r.started == 1);
  Awaited<std::vector<EventRow>> events;
  r.rows->events({}, events.slot());
  const auto log = events.get();
  REQUIRE_FALSE(log->empty());
  CHECK(log->back().id == std::ssize(*log));  // without holes
}

TEST_CASE("network service: what a command writes beside it is taken up") {
  Running r;
  const StationId id = r.add_station("CP-1");
  const auto start = r.start();
  r.say(id, start);
  LinkFacts facts;
  facts.at = r.clock.wall();
  r.service->connected(id, LinkNumber{1}, facts);
  r.clock.advance(Seconds{60});
  SqlNetworkStore beside{*r.opened};
  Batch batch;
  Network network{{}, *beside.load()};
  StationRow row;
  row.identity = "CP-2";
  REQUIRE(network.add_station(row, r.clock.wall(), batch).has_value());
  batch.changes.events.clear();
  REQUIRE(beside.commit_outside(batch.changes, r.clock.wall()).has_value());
  CHECK_FALSE(r.service->find("CP-2").has_value());
  r.service->tick();
  Awaited<std::int64_t> seen;
  r.rows->newest_outside(seen.slot());  // answered behind the tick's own
  CHECK(*seen.get() == 1);
  while (!r.service->find("CP-2")) r.say(id, ocpp::Heartbeat{});
  Awaited<SystemTime> since;
  REQUIRE(r.service->look([id, slot = since.slot()](const Network& now) {
    slot(now.station(id)->is_online ? now.station(id)->online_since : SystemTime{});
  }));
  CHECK(*since.get() == facts.at);
  CHECK(r.say(id, start).transaction_id == TransactionId{1});
}

TEST_CASE("network service: a station that is removed is cut off, one that comes meanwhile too") {
  Running r;
  const StationId id = r.add_station("CP-1");
  r.service->connected(id, LinkNumber{1}, {});
  REQUIRE(r.change([id](Network& network, SystemTime now, Batch& batch) {
             return network.remove_station(id, now, batch);
           }).has_value());
  r.service->connected(id, LinkNumber{2}, {});
  CHECK(std::holds_alternative<ocpp::CallError>(r.say_any(id, ocpp::StatusNotification{})));
  REQUIRE(r.link.closed.size() == 2);
  CHECK(r.link.closed[0].first == id);
  CHECK(r.link.closed[1].first == id);
  const StationId next = r.add_station("CP-1");
  CHECK(next.get() > id.get());
  r.restart();
  REQUIRE(r.change([next](Network& network, SystemTime now, Batch& batch) {
             return network.remove_station(next, now, batch);
           }).has_value());
  r.restart();
  CHECK(r.add_station("CP-1").get() > next.get());  // what the others did is not its own
}

TEST_CASE("network service: late readings of a charge are found, others' are not touched") {
  Running r;
  const StationId id = r.add_station("CP-1");
  const StationId other = r.add_station("CP-2");
  const TransactionId transaction = r.say(id, r.start()).transaction_id;
  ocpp::StopTransaction stop;
  stop.transaction_id = transaction;
  stop.meter_stop = 9;
  stop.timestamp = r.clock.wall();
  r.say(id, stop);
  ocpp::MeterValues late;
  late.connector_id = ConnectorNumber{1};
  late.transaction_id = transaction;
  late.meter_value.push_back({r.clock.wall(), {}});
  r.say(id, late);
  r.say(other, late);
  const auto kept = [&](std::int64_t of) {
    Awaited<std::vector<MeterRow>> found;
    r.rows->meters({of, 0, 10}, found.slot());
    return found.get()->size();
  };
  CHECK(kept(transaction.get()) == 1);
  CHECK(kept(-other.get()) == 1);
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

TEST_CASE("network service: a cancellation counts when it is asked for, not when it is answered") {
  Running r;
  const StationId id = r.add_station("CP-1");
  r.service->connected(id, LinkNumber{1}, {});
  ocpp::StatusNotification status;
  status.connector_id = ConnectorNumber{1};
  status.status = ocpp::ConnectorStatus::available;
  r.say(id, status);
  r.link.online.insert(id);
  const auto is_asked = [&] {  // looks on the lane, where calls are made
    Awaited<bool> awaited;
    REQUIRE(r.service->look(
        [&r, slot = awaited.slot()](const Network&) { slot(!r.link.calls.empty()); }));
    return *awaited.get();
  };
  ReservationRow wanted;
  wanted.station = id;
  wanted.connector = ConnectorNumber{1};
  wanted.tag = "CARD";
  wanted.expires_at = r.clock.wall() + Seconds{600};
  Awaited<ReservationRow> made;
  r.service->reserve(wanted, made.slot());
  while (!is_asked()) std::this_thread::yield();
  ocpp::ReserveNowAnswer yes;
  yes.status = ocpp::ReservationStatus::accepted;
  r.link.answer(BackendAnswer{yes});
  REQUIRE(made.get().has_value());

  Awaited<bool> gone;
  r.service->cancel_reservation(
      ReservationId{1}, "", [slot = gone.slot()](Result<> outcome) { slot(outcome.has_value()); });
  while (!is_asked()) std::this_thread::yield();
  r.clock.advance(Seconds{630});
  r.service->tick();
  REQUIRE(is_asked());  // behind the tick
  r.link.answer(CallFailure{});
  CHECK(*gone.get());
  Awaited<std::vector<ReservationRow>> rows;
  r.rows->reservations({}, rows.slot());
  CHECK(rows.get()->front().state == ReservationState::cancelled);
}

// --- operations ----------------------------------------------------------------------------------

namespace {

/// Stations that answer at once, or not at all.
class AnsweringLink final : public StationLink {
 public:
  using Answer = std::function<std::optional<CallOutcome>(StationId, const BackendRequest&)>;

  void call(StationId station, BackendRequest request, CallDone done) override {
    std::optional<CallOutcome> said;
    {
      auto answer = answer_.lock();
      ++calls;
      said = (*answer)(station, request);
    }
    if (said) done(std::move(*said));
  }
  void close(StationId, std::string_view) override {}
  [[nodiscard]] bool is_online(StationId) const override { return true; }

  void set(Answer answer) {
    auto access = answer_.lock();
    *access = std::move(answer);
  }
  std::atomic<int> calls{0};

 private:
  Locked<Answer> answer_;
};

std::optional<CallOutcome> accepts(StationId, const BackendRequest& request) {
  if (const auto* const asked = std::get_if<ocpp::GetConfiguration>(&request)) {
    ocpp::GetConfigurationAnswer answer;
    for (const std::string& key : asked->key) answer.configuration_key.push_back({key, false, "2"});
    return BackendAnswer{answer};
  }
  return BackendAnswer{ocpp::ResetAnswer{ocpp::Verdict::accepted}};
}
std::optional<CallOutcome> never(StationId, const BackendRequest&) { return std::nullopt; }

/// Words of the tests instead of OCPP's codec.
CommandWire test_wire() {
  CommandWire wire;
  wire.parse = [](const std::string& command, const std::string&) -> Result<BackendRequest> {
    if (command == "Reset") return BackendRequest{ocpp::Reset{}};
    if (command == "Keys") return BackendRequest{ocpp::GetConfiguration{{"A", "B", "C"}}};
    return NetworkErrc::command_unknown;
  };
  wire.render = [](const BackendAnswer& answer) -> std::pair<std::string, std::string> {
    const auto* const keys = std::get_if<ocpp::GetConfigurationAnswer>(&answer);
    if (keys != nullptr) return {"", std::to_string(keys->configuration_key.size())};
    return {"Accepted", "{}"};
  };
  return wire;
}

struct Desk {
  Desk() { begin(); }
  void begin() {
    desk.reset();
    r.service.emplace(*r.rows, r.clock, [](const Error&) {});
    r.service->use_link(link);
    desk.emplace(*r.service, test_wire(), OperationsOptions{.in_flight_max = 2});
    REQUIRE(r.service->start().has_value());
    REQUIRE(desk->start().has_value());
  }
  StationId station(const std::string& identity, bool is_online) {
    const StationId id = r.add_station(identity);
    r.say(id, ocpp::BootNotification{});
    if (is_online) r.service->connected(id, LinkNumber{1}, {});
    return id;
  }
  Result<OperationId> ask(OperationsDesk::Wanted wanted) {
    Awaited<OperationId> awaited;
    desk->begin(std::move(wanted), awaited.slot());
    return awaited.get();
  }
  /// Outcomes by station once it has ended.
  std::map<std::int64_t, StepRow> outcomes(OperationId id) {
    Awaited<bool> ended;
    desk->watch(id, Seconds{60}, [slot = ended.slot()] { slot(true); });
    (void)ended.get().has_value();
    return steps(id);
  }
  std::map<std::int64_t, StepRow> steps(OperationId id) {
    Awaited<std::vector<StepRow>> awaited;
    r.rows->steps(id, {}, 100, awaited.slot());
    std::map<std::int64_t, StepRow> out;
    const auto rows = awaited.get();
    for (const StepRow& row : *rows) out.emplace(row.station.get(), row);
    return out;
  }

  AnsweringLink link;
  Running r;
  std::optional<OperationsDesk> desk;
};

}  // namespace

TEST_CASE("operations: each station has an outcome of its own") {
  Desk d;
  d.link.set(accepts);
  const auto first = d.station("CP-1", true);
  const auto second = d.station("CP-2", true);
  const auto third = d.station("CP-3", true);
  const auto offline = d.station("CP-4", false);
  const auto unknown = d.r.add_station("CP-5");
  d.r.service->connected(unknown, LinkNumber{1}, {});
  d.link.set([third](StationId station, const BackendRequest& request) {
    if (station != third) return accepts(station, request);
    CallFailure failure;
    failure.kind = CallFailure::Kind::refused;
    failure.code = "NotSupported";
    return std::optional<CallOutcome>{failure};
  });
  const auto id = d.ask({.command = "Reset", .all = true});
  REQUIRE(id.has_value());
  auto outcomes = d.outcomes(*id);
  REQUIRE(outcomes.size() == 5);
  CHECK(outcomes[first.get()].outcome == "Accepted");
  CHECK(outcomes[second.get()].state == StepState::done);
  CHECK(outcomes[third.get()].outcome == "refused");
  CHECK(outcomes[third.get()].detail == "NotSupported: ");
  CHECK(outcomes[offline.get()].outcome == "offline");
  CHECK(outcomes[unknown.get()].outcome == "not_accepted");
  CHECK(d.ask({.command = "Reset", .group = "none"}).error().is(NetworkErrc::no_stations));
  CHECK(d.ask({.command = "Reset", .stations = {"CP-5"}}).error().is(NetworkErrc::command_refused));
  CHECK(d.ask({.command = "Dance", .all = true}).error().is(NetworkErrc::command_unknown));
}

TEST_CASE("operations: an end that could not be stored is stored by a later tick") {
  Desk d;
  const auto offline = d.station("CP-1", false);
  d.r.rows->fail_in = 2;  // it is stored, that it has failed is not
  const auto id = d.ask({.command = "Reset", .stations = {"CP-1"}});
  REQUIRE(id.has_value());
  while (d.steps(*id)[offline.get()].state == StepState::waiting) d.desk->tick();
  CHECK(d.steps(*id)[offline.get()].outcome == "offline");
  CHECK(d.r.rows->fail_in == 0);
  Awaited<std::optional<OperationRow>> row;
  d.r.rows->operation(*id, row.slot());
  CHECK((*row.get())->ended_at != SystemTime{});
}

TEST_CASE("operations: what takes several calls is one, and what was learned is remembered") {
  Desk d;
  d.link.set(accepts);
  const auto station = d.station("CP-1", true);
  const auto once = d.ask({.command = "Keys", .stations = {"CP-1"}});
  REQUIRE(once.has_value());
  CHECK(d.outcomes(*once)[station.get()].detail == "3");
  CHECK(d.link.calls == 3);  // how many, and two times some
  const auto again = d.ask({.command = "Keys", .stations = {"CP-1"}});
  REQUIRE(again.has_value());
  CHECK(d.outcomes(*again)[station.get()].detail == "3");
  CHECK(d.link.calls == 5);
}

TEST_CASE("operations: go on after a restart, and what was on its way is lost") {
  Desk d;
  d.link.set(never);
  const auto sent = d.station("CP-1", true);
  const auto waits = d.station("CP-2", false);
  const auto id = d.ask({.command = "Reset", .all = true, .wait = Seconds{600}});
  REQUIRE(id.has_value());
  while (d.steps(*id)[sent.get()].state != StepState::sent) {
  }
  d.link.set(accepts);
  d.begin();
  d.r.service->connected(waits, LinkNumber{1}, {});
  auto outcomes = d.outcomes(*id);
  CHECK(outcomes[sent.get()].state == StepState::lost);
  CHECK(outcomes[waits.get()].outcome == "Accepted");
  CHECK(d.link.calls == 2);
}

TEST_CASE("operations: a station that does not come back in time has failed") {
  Desk d;
  d.link.set(accepts);
  const auto station = d.station("CP-1", false);
  const auto id = d.ask({.command = "Reset", .stations = {"CP-1"}, .wait = Seconds{60}});
  REQUIRE(id.has_value());
  d.desk->tick();
  CHECK(d.steps(*id)[station.get()].state == StepState::waiting);
  d.r.clock.advance(Seconds{61});
  d.desk->tick();
  Awaited<bool> ended;
  d.desk->watch(*id, Seconds{60}, [slot = ended.slot()] { slot(true); });
  (void)ended.get().has_value();
  CHECK(d.steps(*id)[station.get()].outcome == "offline");
}

}  // namespace mainstay::charging::network_service_test
