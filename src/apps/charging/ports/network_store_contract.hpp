#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/ports/network_store.hpp"

namespace mainstay::charging {

/// Waits for one answer that comes on another thread.
template <class T>
class Awaited {
 public:
  UniqueFunction<void(Result<T>)> slot() {
    return [state = state_](Result<T> value) {
      const std::lock_guard lock{state->mutex};
      state->value.emplace(std::move(value));
      state->arrived.notify_all();
    };
  }
  Result<T> get() {
    std::unique_lock lock{state_->mutex};
    state_->arrived.wait(lock, [&] { return state_->value.has_value(); });
    return std::move(*state_->value);
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<T>> value;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// What every NetworkStore must do. A Holder is default-made with empty tables: `bool is_there()`,
/// `NetworkStore& store()`. Run with TEST_CASE_TEMPLATE_INVOKE(network_store_contract, Holder).
template <class Holder>
class NetworkStoreContract {
 public:
  void run() {
    if (!holder_.is_there()) return;
    SUBCASE("what is committed is loaded") { loaded(); }
    SUBCASE("a change counts as it was said last, however often in a commit") { last_counts(); }
    SUBCASE("transactions are found by number and by how they began") { lookups(); }
    SUBCASE("lists have filters and pages") { lists(); }
    SUBCASE("tags have filters and pages") { tags(); }
    SUBCASE("reservations have filters and pages") { reservations(); }
    SUBCASE("an unknown stop said again is one") { unknown_stops(); }
    SUBCASE("readings without a transaction are adopted") { adopted(); }
    SUBCASE("operations that have not ended are there again") { operations(); }
    SUBCASE("changes beside the server have numbers that grow") { outside(); }
    SUBCASE("webhooks") { webhooks(); }
    SUBCASE("a failed commit leaves nothing") { all_or_nothing(); }
  }

 private:
  static SystemTime at(std::int64_t seconds) { return SystemTime{Seconds{seconds}}; }
  static StationRow station(std::int64_t id, std::string identity) {
    StationRow row;
    row.id = StationId{id};
    row.identity = std::move(identity);
    row.made_at = at(1);
    return row;
  }
  static TransactionRow transaction(std::int32_t id, std::int64_t of = 1) {
    TransactionRow row;
    row.id = TransactionId{id};
    row.station = StationId{of};
    row.connector = ConnectorNumber{1};
    row.tag = "CARD";
    row.tag_status = ocpp::AuthorizationStatus::accepted;
    row.meter_start = 10 * id;
    row.started_at = at(100 * id);
    row.received_at = at(100 * id + 1);
    return row;
  }
  NetworkStore& store() { return holder_.store(); }
  Result<> commit(Changes changes) {
    Awaited<bool> done;
    store().commit(std::make_shared<const Changes>(std::move(changes)),
                   [slot = done.slot()](Result<> outcome) {
                     if (outcome.has_error()) return slot(std::move(outcome).error());
                     slot(true);
                   });
    auto outcome = done.get();
    if (outcome.has_error()) return std::move(outcome).error();
    return {};
  }
  void must_commit(Changes changes) {
    auto outcome = commit(std::move(changes));
    REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
  }
  template <class T, class Ask>
  T ask(Ask ask) {
    Awaited<T> awaited;
    ask(awaited.slot());
    auto got = awaited.get();
    REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().message()));
    return std::move(*got);
  }

  void loaded() {
    Changes changes;
    auto one = station(1, "CP-1");
    one.name = std::string("odd\0name", 8);
    one.groups = ",north,";
    changes.stations = {one, station(2, "CP-2")};
    changes.connectors = {{StationId{1}, ConnectorNumber{1}, ocpp::ConnectorStatus::charging,
                           ocpp::ErrorCode::over_voltage, at(5), false}};
    TagRow tag;
    tag.tag = "CARD";
    tag.owner = "u1";
    tag.transactions_max = 0;
    changes.tags = {tag};
    changes.started = {transaction(1), transaction(2)};
    auto ended = transaction(1);
    ended.state = TransactionState::ended;
    ended.meter_stop = 99;
    ended.stopped_at = at(150);
    ended.stop_reason = ocpp::StopReason::remote;
    changes.ended = {ended};
    changes.meters = {{7, 2, ConnectorNumber{1}, at(201), "201\t5\n"},
                      {8, -2, ConnectorNumber{1}, at(201), "201\t5\n"}};
    ReservationRow reservation;
    reservation.id = ReservationId{3};
    reservation.station = StationId{1};
    reservation.state = ReservationState::active;
    changes.reservations = {reservation};
    changes.events = {{4, EventKind::station_online, StationId{1}, {}, at(1), 0, {}}};
    must_commit(std::move(changes));
    auto rows = store().load();
    REQUIRE(rows.has_value());
    REQUIRE(rows->stations.size() == 2);
    CHECK(rows->stations[0].name == "odd\xef\xbf\xbdname");
    CHECK_FALSE(rows->stations[0].registration.has_value());
    REQUIRE(rows->connectors.size() == 1);
    CHECK(rows->connectors[0].error == ocpp::ErrorCode::over_voltage);
    CHECK_FALSE(rows->connectors[0].is_operative);
    REQUIRE(rows->tags.size() == 1);
    CHECK(rows->tags[0].owner == "u1");
    REQUIRE(rows->active.size() == 1);
    CHECK(rows->active[0].id == TransactionId{2});
    CHECK(rows->active[0].started_at == at(200));
    CHECK(rows->reservations.size() == 1);
    CHECK(rows->newest_starts.size() == 2);
    REQUIRE(rows->loose_readings.size() == 1);
    CHECK(rows->loose_readings[0] == StationId{2});
    CHECK(rows->last_station == 2);
    CHECK(rows->last_transaction == 2);
    CHECK(rows->last_meter == 8);
    CHECK(rows->last_event == 4);
    CHECK(ask<std::int64_t>([&](auto slot) { store().newest_event(std::move(slot)); }) == 4);
    removed();
  }

  void removed() {
    Changes first;
    first.removed.stations = {StationId{1}};
    first.removed.tags = {"CARD"};
    must_commit(std::move(first));
    auto rows = store().load();
    CHECK(rows->stations.size() == 1);
    CHECK(rows->connectors.empty());
    CHECK(rows->tags.empty());
    Changes newest;
    newest.removed.stations = {StationId{2}};
    must_commit(std::move(newest));
    rows = store().load();
    CHECK(rows->stations.empty());
    CHECK(rows->last_station == 2);  // what it did is kept: no other gets its number
  }

  void last_counts() {
    Changes changes;
    ConnectorRow row{StationId{1}, ConnectorNumber{1}};
    for (const auto status : {ocpp::ConnectorStatus::available, ocpp::ConnectorStatus::preparing,
                              ocpp::ConnectorStatus::charging}) {
      row.status = status;
      changes.connectors.push_back(row);
    }
    auto one = station(1, "CP-1");
    changes.stations.push_back(one);
    one.booted_at = at(9);
    one.registration = ocpp::RegistrationStatus::pending;
    changes.stations.push_back(one);
    must_commit(std::move(changes));
    const auto rows = store().load();
    REQUIRE(rows.has_value());
    CHECK(rows->connectors[0].status == ocpp::ConnectorStatus::charging);
    CHECK(rows->stations[0].registration == ocpp::RegistrationStatus::pending);

    // Removed, and there anew.
    TagRow tag;
    tag.tag = "CARD";
    Changes again;
    again.removed.stations = {StationId{1}};
    again.removed.tags = {tag.tag};
    again.stations = {station(2, "CP-1")};
    again.tags = {tag};
    must_commit(std::move(again));
    const auto after = store().load();
    REQUIRE(after.has_value());
    REQUIRE(after->stations.size() == 1);
    CHECK(after->stations[0].id == StationId{2});
    CHECK(after->tags.size() == 1);
  }

  void lookups() {
    Changes changes;
    changes.started = {transaction(1)};
    must_commit(std::move(changes));
    ocpp::StartTransaction said;
    said.connector_id = ConnectorNumber{1};
    said.id_tag = "card";
    said.meter_start = 10;
    said.timestamp = at(100);
    using Found = std::optional<TransactionRow>;
    const auto by_start = [&](const ocpp::StartTransaction& start) {
      return ask<Found>([&](auto slot) { store().find(StationId{1}, start, std::move(slot)); });
    };
    REQUIRE(by_start(said).has_value());
    CHECK(by_start(said)->id == TransactionId{1});
    said.meter_start = 11;
    CHECK_FALSE(by_start(said).has_value());
    const auto by_number = [&](std::int32_t id) {
      return ask<Found>([&](auto slot) { store().find(TransactionId{id}, std::move(slot)); });
    };
    REQUIRE(by_number(1).has_value());
    CHECK(by_number(1)->tag == "CARD");
    CHECK_FALSE(by_number(2).has_value());
    ended_ones();
  }

  /// By the stop that ended them.
  void ended_ones() {
    ocpp::StopTransaction said;
    said.meter_stop = 99;
    said.timestamp = at(150);
    said.id_tag = "card";
    const auto by_stop = [&](std::int64_t station) {
      return ask<std::optional<TransactionRow>>(
          [&](auto slot) { store().find(StationId{station}, said, std::move(slot)); });
    };
    CHECK_FALSE(by_stop(1).has_value());  // it runs
    auto ended = transaction(1);
    ended.state = TransactionState::ended;
    ended.meter_stop = 99;
    ended.stopped_at = at(150);
    ended.stop_tag = "CARD";
    Changes changes;
    changes.ended = {ended};
    must_commit(std::move(changes));
    REQUIRE(by_stop(1).has_value());
    CHECK(by_stop(1)->id == TransactionId{1});
    CHECK_FALSE(by_stop(2).has_value());
    said.id_tag.reset();
    CHECK_FALSE(by_stop(1).has_value());
    said.id_tag = "CARD";
    said.meter_stop = 98;
    CHECK_FALSE(by_stop(1).has_value());
  }

  void lists() {
    Changes changes;
    for (std::int32_t id = 1; id <= 50; ++id) {
      changes.started.push_back(transaction(id, id % 2 + 1));
      changes.meters.push_back({id, 1, ConnectorNumber{1}, at(id), "1\t1\n"});
      changes.events.push_back(
          {id, id % 2 == 0 ? EventKind::transaction_started : EventKind::transaction_ended,
           StationId{id % 2 + 1}, ConnectorNumber{1}, at(id), id, "{}"});
    }
    must_commit(std::move(changes));
    TransactionFilter filter;
    filter.station = StationId{1};
    filter.before = 40;
    filter.from = at(1'000);
    filter.to = at(3'700);
    filter.tag = "card";
    filter.state = TransactionState::active;
    filter.limit = 5;
    const auto some = ask<std::vector<TransactionRow>>(
        [&](auto slot) { store().transactions(filter, std::move(slot)); });
    REQUIRE(some.size() == 5);
    CHECK(some[0].id == TransactionId{36});
    CHECK(some[4].id == TransactionId{28});
    auto owned = transaction(51);
    owned.owner = "u1";
    Changes more;
    more.started = {owned};
    must_commit(std::move(more));
    TransactionFilter of_one;
    of_one.owner = "u1";
    const auto theirs = ask<std::vector<TransactionRow>>(
        [&](auto slot) { store().transactions(of_one, std::move(slot)); });
    REQUIRE(theirs.size() == 1);
    CHECK(theirs[0].id == TransactionId{51});
    filter.owner = "nobody";
    CHECK(ask<std::vector<TransactionRow>>([&](auto slot) {
            store().transactions(filter, std::move(slot));
          }).empty());
    const auto meters = ask<std::vector<MeterRow>>([&](auto slot) {
      store().meters({1, 45, 3}, std::move(slot));
    });
    REQUIRE(meters.size() == 3);
    CHECK(meters[0].id == 46);
    EventFilter events;
    events.after = 10;
    events.limit = 4;
    events.station = StationId{2};
    events.kinds = {EventKind::transaction_ended};
    const auto told =
        ask<std::vector<EventRow>>([&](auto slot) { store().events(events, std::move(slot)); });
    REQUIRE(told.size() == 4);
    CHECK(told[0].id == 11);
    CHECK(told[0].reference == 11);
  }

  void tags() {
    Changes changes;
    for (const auto* const name : {"A1", "A2", "A3", "B1", "B2"}) {
      TagRow row;
      row.tag = name;
      row.is_blocked = row.tag == "A2";
      row.owner = row.tag.starts_with('B') ? "u1" : "";
      changes.tags.push_back(row);
    }
    must_commit(std::move(changes));
    const auto names = [&](const TagFilter& filter) {
      std::string out;
      for (const auto& row :
           ask<std::vector<TagRow>>([&](auto slot) { store().tags(filter, std::move(slot)); })) {
        out += row.tag + " ";
      }
      return out;
    };
    CHECK(names({}) == "A1 A2 A3 B1 B2 ");
    CHECK(names({.after = "A1", .limit = 2}) == "A2 A3 ");
    CHECK(names({.begins = "B"}) == "B1 B2 ");
    CHECK(names({.begins = "%"}).empty());
    CHECK(names({.owner = "u1"}) == "B1 B2 ");
    CHECK(names({.is_blocked = true}) == "A2 ");
    CHECK(names({.begins = "A", .is_blocked = false}) == "A1 A3 ");
  }

  void reservations() {
    Changes changes;
    for (std::int32_t id = 1; id <= 6; ++id) {
      ReservationRow row;
      row.id = ReservationId{id};
      row.owner = id % 2 == 0 ? "u1" : "";
      row.station = StationId{id % 3};
      row.state = static_cast<ReservationState>(id - 1);
      changes.reservations.push_back(row);
    }
    must_commit(std::move(changes));
    const auto numbers = [&](const ReservationFilter& filter) {
      std::string out;
      for (const auto& row : ask<std::vector<ReservationRow>>(
               [&](auto slot) { store().reservations(filter, std::move(slot)); })) {
        out += std::to_string(row.id.get());
      }
      return out;
    };
    CHECK(numbers({}) == "654321");
    CHECK(numbers({.before = 5, .limit = 2}) == "43");
    CHECK(numbers({.before = 6, .limit = 9, .owner = "u1"}) == "42");
    CHECK(numbers({.station = StationId{1}}) == "41");
    CHECK(numbers({.is_open = true}) == "21");
    CHECK(numbers({.owner = "u1", .is_open = true}) == "2");
  }

  void unknown_stops() {
    UnknownStopRow row;
    row.id = 1;
    row.station = StationId{1};
    row.said = TransactionId{77};
    row.stopped_at = at(5);
    Changes changes;
    changes.unknown_stops = {row};
    row.id = 2;
    changes.unknown_stops.push_back(row);
    row.id = 3;
    row.meter_stop = 1;
    changes.unknown_stops.push_back(row);
    must_commit(std::move(changes));
    const auto open = [&](bool all) {
      return ask<std::vector<UnknownStopRow>>(
          [&](auto slot) { store().unknown_stops(0, 10, all, std::move(slot)); });
    };
    CHECK(open(false).size() == 2);
    row.attached_to = 5;
    Changes settled;
    settled.settled_stops = {row};
    must_commit(std::move(settled));
    REQUIRE(open(false).size() == 1);
    CHECK(open(true).size() == 2);
    const auto one = ask<std::optional<UnknownStopRow>>(
        [&](auto slot) { store().unknown_stop(3, std::move(slot)); });
    REQUIRE(one.has_value());
    CHECK(one->attached_to == 5);
    CHECK(store().dismiss_stop(1).has_value());
    CHECK(store().dismiss_stop(1).error().is(NetworkErrc::unknown_stop_settled));
    CHECK(store().dismiss_stop(3).error().is(NetworkErrc::unknown_stop_settled));
    CHECK(store().dismiss_stop(99).error().is(NetworkErrc::unknown_stop_unknown));
    CHECK(open(false).empty());
    CHECK(open(true).front().attached_to == -1);
    CHECK(open(true).back().attached_to == 5);
  }

  void adopted() {
    Changes changes;
    changes.meters = {{1, -1, ConnectorNumber{1}, at(50), "a"},
                      {2, -1, ConnectorNumber{1}, at(100), "b"},
                      {3, -1, ConnectorNumber{2}, at(100), "c"}};
    changes.started = {transaction(1)};
    changes.adopters = {transaction(1)};
    must_commit(std::move(changes));
    const auto of = [&](std::int64_t id) {
      return ask<std::vector<MeterRow>>([&](auto slot) {
        store().meters({id, 0, 10}, std::move(slot));
      });
    };
    REQUIRE(of(1).size() == 1);
    CHECK(of(1)[0].id == 2);
    CHECK(of(-1).size() == 2);
  }

  void operations() {
    Changes changes;
    OperationRow one;
    one.id = OperationId{1};
    one.command = "Reset";
    one.request = "{}";
    OperationRow two = one;
    two.id = OperationId{2};
    two.ended_at = at(9);
    changes.operations = {one, two};
    for (std::int64_t id = 1; id <= 3; ++id) {
      StepRow step;
      step.operation = OperationId{1};
      step.station = StationId{id};
      step.state = id == 2 ? StepState::done : id == 1 ? StepState::sent : StepState::waiting;
      changes.steps.push_back(step);
    }
    must_commit(std::move(changes));
    const auto open = store().open_operations();
    REQUIRE(open.has_value());
    REQUIRE(open->size() == 1);
    CHECK((*open)[0].row.command == "Reset");
    REQUIRE((*open)[0].open.size() == 2);
    CHECK((*open)[0].open[0].state == StepState::sent);
    const auto all = ask<std::vector<OperationRow>>(
        [&](auto slot) { store().operations(0, 10, std::move(slot)); });
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == OperationId{2});
    const auto steps = ask<std::vector<StepRow>>(
        [&](auto slot) { store().steps(OperationId{1}, StationId{1}, 10, std::move(slot)); });
    CHECK(steps.size() == 2);
    const auto counts = ask<NetworkStore::StepCounts>(
        [&](auto slot) { store().step_counts(OperationId{1}, std::move(slot)); });
    CHECK(counts == NetworkStore::StepCounts{1, 1, 1, 0, 0});
    CHECK(ask<std::optional<OperationRow>>([&](auto slot) {
            store().operation(OperationId{2}, std::move(slot));
          })->ended_at == at(9));
  }

  void outside() {
    const auto newest = [&] {
      return ask<std::int64_t>([&](auto slot) { store().newest_outside(std::move(slot)); });
    };
    CHECK(newest() == 0);
    for (std::int64_t id = 1; id <= 3; ++id) {
      Changes changes;
      changes.stations = {station(id, "CP-" + std::to_string(id))};
      REQUIRE(store().commit_outside(changes, at(id)).has_value());
      CHECK(newest() == id);
    }
    const auto rows = store().load();
    REQUIRE(rows.has_value());
    CHECK(rows->last_outside == 3);
    CHECK(rows->stations.size() == 3);
  }

  void webhooks() {
    WebhookRow wanted;
    wanted.url = "https://example.com/hook";
    wanted.secret = "c2VjcmV0";
    const auto made =
        ask<WebhookRow>([&](auto slot) { store().add_webhook(wanted, 1, std::move(slot)); });
    CHECK(made.id == 1);
    Awaited<WebhookRow> second;
    store().add_webhook(wanted, 1, second.slot());
    CHECK(second.get().error().is(NetworkErrc::too_many_webhooks));
    auto noted = made;
    noted.sent_to = 7;
    noted.last_error = "status 500";
    noted.tried_to = 9;
    Awaited<bool> done;
    store().note_webhook(noted, [slot = done.slot()](Result<>) { slot(true); });
    (void)done.get().has_value();
    const auto all =
        ask<std::vector<WebhookRow>>([&](auto slot) { store().webhooks(std::move(slot)); });
    REQUIRE(all.size() == 1);
    CHECK(all[0].sent_to == 7);
    CHECK(all[0].tried_to == 9);
    CHECK(all[0].url == wanted.url);
    const auto remove = [&] {
      Awaited<bool> gone;
      store().remove_webhook(1,
                             [slot = gone.slot()](Result<> outcome) { slot(outcome.has_value()); });
      return *gone.get();
    };
    CHECK(remove());
    CHECK_FALSE(remove());
  }

  void all_or_nothing() {
    Changes changes;
    changes.stations = {station(1, "CP-1")};
    changes.started = {transaction(1), transaction(1)};  // one number twice
    CHECK(commit(std::move(changes)).has_error());
    const auto rows = store().load();
    REQUIRE(rows.has_value());
    CHECK(rows->stations.empty());
    CHECK(rows->active.empty());
  }

  Holder holder_;
};

TEST_CASE_TEMPLATE_DEFINE("network store contract", Holder, network_store_contract) {
  NetworkStoreContract<Holder>{}.run();
}

}  // namespace mainstay::charging
