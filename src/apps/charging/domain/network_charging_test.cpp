#include <doctest/doctest.h>

#include "apps/charging/domain/test_network.hpp"

namespace mainstay::charging::network_charging_test {

using ocpp::AuthorizationStatus;
using ocpp::ConnectorStatus;

TEST_CASE("transactions: 2.4.1 replays with old timestamps are judged by the message's time") {
  TestNetwork t;
  t.now = TestNetwork::at(36'000);  // ten hours later the station is back
  TagRow expired;
  expired.tag = "CARD1";
  expired.expires_at = TestNetwork::at(7'200);
  REQUIRE(t.network.put_tag(expired, t.now, t.batch).has_value());
  const auto old = t.say(t.first, TestNetwork::start(1, "card1", TestNetwork::at(3'600)));
  CHECK(old.id_tag_info.status == AuthorizationStatus::accepted);  // as it was then
  t.say(t.first, TestNetwork::meter(1, old.transaction_id, TestNetwork::at(4'000), "150"));
  t.say(t.first, TestNetwork::stop(old.transaction_id, TestNetwork::at(5'000)));
  const auto late = t.say(t.first, TestNetwork::start(1, "card1", TestNetwork::at(8'000)));
  CHECK(late.id_tag_info.status == AuthorizationStatus::expired);
  REQUIRE(t.batch.changes.ended.size() == 1);
  CHECK(t.batch.changes.ended[0].stopped_at == TestNetwork::at(5'000));
  CHECK(t.batch.changes.meters[0].at == TestNetwork::at(4'000));

  // A status from before the one at hand is history, not state.
  t.status(t.first, 2, ConnectorStatus::charging, TestNetwork::at(9'000));
  t.batch = {};
  t.status(t.first, 2, ConnectorStatus::preparing, TestNetwork::at(8'900));
  CHECK(t.network.station(t.first)->connector(TestNetwork::number(2))->row.status ==
        ConnectorStatus::charging);
  CHECK(t.batch.changes.events.size() == 1);
  CHECK(t.batch.changes.connectors.empty());
}

TEST_CASE("transactions: 2.4.2 the same start under another message id gives the same number") {
  TestNetwork t;
  const auto said = TestNetwork::start(1, "CARD1", TestNetwork::at(0));
  const auto one = t.say(t.first, said);
  auto again = said;
  again.id_tag = "card1";
  const auto two = t.say(t.first, again);
  CHECK(two.transaction_id == one.transaction_id);
  CHECK(two.id_tag_info.status == AuthorizationStatus::accepted);  // and no ConcurrentTx
  CHECK(t.batch.changes.started.size() == 1);
  // It has ended meanwhile: the store knows.
  t.say(t.first, TestNetwork::stop(one.transaction_id, TestNetwork::at(10)));
  CHECK(t.lookup(t.first, said).started_at == TestNetwork::at(0));
  const Network::Found found{t.batch.changes.started[0]};
  CHECK(t.say(t.first, said, &found).transaction_id == one.transaction_id);
  CHECK(t.batch.changes.started.size() == 1);
  // A look that finds nothing: then it is another one.
  const Network::Found nothing;
  auto other = said;
  other.meter_start = 99;
  CHECK(t.say(t.first, other, &nothing).transaction_id != one.transaction_id);
}

TEST_CASE("transactions: a start by a clock that was never set counts from its receipt") {
  TestNetwork t;
  t.say(t.first, TestNetwork::start(1, "card2", TestNetwork::at(0)));
  t.now = TestNetwork::at(100);
  TagRow expired;
  expired.tag = "CARD1";
  expired.expires_at = TestNetwork::at(50);
  REQUIRE(t.network.put_tag(expired, t.now, t.batch).has_value());
  const auto said = TestNetwork::start(1, "CARD1", SystemTime{Seconds{7}});
  const Network::Found nothing;
  const auto answer = t.say(t.first, said, &nothing);
  CHECK(answer.id_tag_info.status == AuthorizationStatus::expired);
  CHECK(t.say(t.first, said).transaction_id == answer.transaction_id);
  const auto& row = t.batch.changes.started.back();
  CHECK(row.state == TransactionState::active);
  CHECK(row.started_at == SystemTime{Seconds{7}});
  CHECK(began_at(row) == t.now);
}

TEST_CASE("transactions: 2.4.3 the number -1 means the only one that fits") {
  TestNetwork t;
  const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  t.say(t.first, TestNetwork::meter(1, TransactionId{-1}, TestNetwork::at(5), "150"));
  CHECK(t.batch.changes.meters.back().transaction == id.get());
  CHECK(t.count<TransactionMetered>() == 1);
  const Network::Found nothing;  // it was not said before
  t.say(t.first, TestNetwork::stop(TransactionId{-1}, TestNetwork::at(10)), &nothing);
  CHECK(t.network.active(id) == nullptr);
  REQUIRE(t.batch.changes.ended.size() == 1);
  CHECK(t.batch.changes.ended[0].meter_stop == 200);

  // Two fit: nobody guesses.
  const auto left = t.begin(t.first, 1, "CARD1", TestNetwork::at(20));
  const auto right = t.begin(t.first, 2, "CARD2", TestNetwork::at(20));
  t.say(t.first, TestNetwork::stop(TransactionId{-1}, TestNetwork::at(30)), &nothing);
  CHECK(t.batch.changes.unknown_stops.size() == 1);
  auto with_tag = TestNetwork::stop(TransactionId{-1}, TestNetwork::at(31));
  with_tag.id_tag = "CARD2";
  t.say(t.first, with_tag, &nothing);
  CHECK(t.network.active(left) != nullptr);
  CHECK(t.network.active(right) == nullptr);
}

TEST_CASE("transactions: 2.4.3 a stop with -1 said twice changes nothing the second time") {
  TestNetwork t;
  t.put_tag("MUM", "FAMILY");
  t.put_tag("SON", "FAMILY");
  t.begin(t.first, 1, "MUM", TestNetwork::at(0));
  auto said = TestNetwork::stop(TransactionId{-1}, TestNetwork::at(10));
  SUBCASE("by a button") {}
  SUBCASE("with a tag") { said.id_tag = "MUM"; }
  CHECK(t.lookup(t.first, said).id == TransactionId{});
  const Network::Found nothing;
  t.say(t.first, said, &nothing);
  const Network::Found found{t.batch.changes.ended.at(0)};
  // Another one of the group runs, and would fit.
  const auto other = t.begin(t.first, 2, "SON", TestNetwork::at(5));
  t.batch = {};
  CHECK(t.lookup(t.first, said).id == TransactionId{});
  const auto again = t.say(t.first, said, &found);
  CHECK(again.id_tag_info.has_value() == said.id_tag.has_value());
  CHECK(t.batch.changes.empty());
  CHECK(t.network.active(other) != nullptr);
}

TEST_CASE("transactions: 2.4.3 readings of a charge that is told later are kept and adopted") {
  TestNetwork t;
  t.say(t.first, TestNetwork::meter(1, TransactionId{-1}, TestNetwork::at(5), "150"));
  CHECK(t.batch.changes.meters.back().transaction == -t.first.get());
  t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  REQUIRE(t.batch.changes.adopters.size() == 1);
  CHECK(t.batch.changes.adopters[0].started_at == TestNetwork::at(0));
}

TEST_CASE("transactions: 2.4.4 a start is never refused by an error") {
  TestNetwork t;
  const auto unknown = t.say(t.first, TestNetwork::start(1, "NOBODY", TestNetwork::at(0)));
  CHECK(unknown.id_tag_info.status == AuthorizationStatus::invalid);
  CHECK(unknown.transaction_id.get() > 0);
  const auto next = t.say(t.second, TestNetwork::start(7, "", TestNetwork::at(0)));
  CHECK(next.transaction_id.get() > unknown.transaction_id.get());
  CHECK(next.id_tag_info.status == AuthorizationStatus::invalid);
  const auto odd = t.say(t.second, TestNetwork::start(0, "CARD1", TestNetwork::at(1)));
  CHECK(odd.transaction_id.get() > next.transaction_id.get());
}

TEST_CASE("transactions: a start that is replayed behind a newer one is superseded at once") {
  TestNetwork t;
  const auto newer = t.begin(t.first, 1, "CARD1", TestNetwork::at(100));
  const auto older = t.begin(t.first, 1, "CARD2", TestNetwork::at(0));
  const auto* const told = std::get_if<TransactionStarted>(&t.batch.events.back());
  REQUIRE(told != nullptr);
  CHECK(told->transaction.id == older);
  CHECK(told->transaction.state == TransactionState::superseded);
  CHECK(t.network.active(older) == nullptr);
  CHECK(t.network.station(t.first)->connector(TestNetwork::number(1))->active == newer);
}

TEST_CASE("transactions: 2.4.5 a stop of an unknown number is answered and kept") {
  TestNetwork t;
  auto said = TestNetwork::stop(TransactionId{77}, TestNetwork::at(5));
  said.id_tag = "CARD1";
  said.transaction_data.push_back({TestNetwork::at(4), {ocpp::SampledValue{}}});
  CHECK(t.lookup(t.first, said).id == TransactionId{77});
  const Network::Found nothing;
  const auto answer = t.say(t.first, said, &nothing);
  CHECK(answer.id_tag_info->status == AuthorizationStatus::accepted);
  REQUIRE(t.batch.changes.unknown_stops.size() == 1);
  const UnknownStopRow kept = t.batch.changes.unknown_stops[0];
  CHECK(kept.said == TransactionId{77});
  CHECK_FALSE(kept.readings.empty());

  SUBCASE("somebody says whose it is") {
    const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
    const TransactionRow target = *t.network.active(id);
    const auto ended = t.network.attach(kept, target, t.now, t.batch);
    REQUIRE(ended.has_value());
    CHECK(ended->meter_stop == 200);
    CHECK(ended->stopped_at == TestNetwork::at(5));
    CHECK(t.network.active(id) == nullptr);
    CHECK(t.batch.changes.settled_stops[0].attached_to == id.get());
    CHECK(t.batch.changes.meters.back().transaction == id.get());
    CHECK(t.network.attach(t.batch.changes.settled_stops[0], target, t.now, t.batch)
              .error()
              .is(NetworkErrc::unknown_stop_settled));
  }
  SUBCASE("not another station's") {
    const auto id = t.begin(t.second, 1, "CARD1", TestNetwork::at(0));
    const auto refused = t.network.attach(kept, *t.network.active(id), t.now, t.batch);
    CHECK(refused.error().is(NetworkErrc::transaction_other_station));
  }
}

TEST_CASE("transactions: a station cannot end another station's") {
  TestNetwork t;
  const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  const auto said = TestNetwork::stop(id, TestNetwork::at(5));
  const Network::Found found{*t.network.active(id)};
  t.say(t.second, said, &found);
  CHECK(t.network.active(id) != nullptr);
  CHECK(t.batch.changes.unknown_stops.size() == 1);
  t.say(t.second, TestNetwork::meter(1, id, TestNetwork::at(6), "1"));
  CHECK(t.count<TransactionMetered>() == 0);
  CHECK(t.batch.changes.meters.back().transaction == -t.second.get());
}

TEST_CASE("transactions: readings count for one of the station's own, also when it has ended") {
  TestNetwork t;
  const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  t.say(t.first, TestNetwork::stop(id, TestNetwork::at(5)));
  const Network::Found ended{t.batch.changes.ended.back()};
  const auto late = TestNetwork::meter(1, id, TestNetwork::at(4), "150");
  CHECK(t.lookup(t.first, late).id == id);
  CHECK(t.batch.changes.meters.empty());
  const auto of = [&](StationId station, const ocpp::MeterValues& said, const Network::Found& is) {
    t.say(station, said, &is);
    return t.batch.changes.meters.back().transaction;
  };
  CHECK(of(t.first, late, ended) == id.get());
  CHECK(of(t.second, late, ended) == -t.second.get());
  CHECK(of(t.first, late, Network::Found{}) == -t.first.get());
  CHECK(t.count<TransactionMetered>() == 0);
  // A number that nobody was given yet is nobody's, now and later.
  t.say(t.second, TestNetwork::meter(1, TransactionId{id.get() + 1}, TestNetwork::at(6), "1"));
  CHECK(t.batch.changes.meters.back().transaction == -t.second.get());
}

TEST_CASE("transactions: a stop said twice changes nothing the second time") {
  TestNetwork t;
  const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  const auto said = TestNetwork::stop(id, TestNetwork::at(5));
  t.say(t.first, said);
  const TransactionRow ended = t.batch.changes.ended[0];
  t.batch = {};
  const Network::Found found{ended};
  t.say(t.first, said, &found);
  CHECK(t.batch.changes.empty());
  auto other = said;
  other.meter_stop = 999;  // that is not what it said before: for people
  t.say(t.first, other, &found);
  CHECK(t.batch.changes.unknown_stops.size() == 1);
}

TEST_CASE("transactions: 2.4.7 the same group may stop, and ConcurrentTx means truly elsewhere") {
  TestNetwork t;
  t.put_tag("MUM", "FAMILY");
  t.put_tag("SON", "FAMILY");
  const auto id = t.begin(t.first, 1, "MUM", TestNetwork::at(0));
  SUBCASE("a stranger's tag is told that it is invalid, and the end is kept all the same") {
    auto said = TestNetwork::stop(id, TestNetwork::at(5));
    said.id_tag = "CARD1";
    CHECK(t.say(t.first, said).id_tag_info->status == AuthorizationStatus::invalid);
    CHECK(t.network.active(id) == nullptr);
  }
  SUBCASE("the son may") {
    auto said = TestNetwork::stop(id, TestNetwork::at(5));
    said.id_tag = "son";
    const auto answer = t.say(t.first, said);
    CHECK(answer.id_tag_info->status == AuthorizationStatus::accepted);
    CHECK(answer.id_tag_info->parent_id_tag == "FAMILY");
  }
  SUBCASE("elsewhere at once: no") {
    const auto other = t.say(t.second, TestNetwork::start(1, "MUM", TestNetwork::at(5)));
    CHECK(other.id_tag_info.status == AuthorizationStatus::concurrent_tx);
    // Authorize does not say so: the tag as such is good.
    CHECK(t.say(t.second, ocpp::Authorize{"MUM"}).id_tag_info.status ==
          AuthorizationStatus::accepted);
  }
  SUBCASE("a replay from before it") {
    const auto other = t.say(t.second, TestNetwork::start(1, "MUM", TestNetwork::at(-50)));
    CHECK(other.id_tag_info.status == AuthorizationStatus::accepted);
  }
  SUBCASE("its connector is free again: the end was lost") {
    t.status(t.first, 1, ConnectorStatus::available, TestNetwork::at(3));
    const auto other = t.say(t.second, TestNetwork::start(1, "MUM", TestNetwork::at(5)));
    CHECK(other.id_tag_info.status == AuthorizationStatus::accepted);
  }
  SUBCASE("at the same connector: the older one is superseded, and its end may still come") {
    const auto other = t.say(t.first, TestNetwork::start(1, "MUM", TestNetwork::at(5)));
    CHECK(other.id_tag_info.status == AuthorizationStatus::accepted);
    CHECK(t.network.active(id) == nullptr);
    const TransactionRow superseded = t.batch.changes.ended.back();
    CHECK(superseded.state == TransactionState::superseded);
    const auto said = TestNetwork::stop(id, TestNetwork::at(4));
    CHECK(t.lookup(t.first, said).id == id);
    const Network::Found found{superseded};
    t.say(t.first, said, &found);
    CHECK(t.batch.changes.ended.back().state == TransactionState::ended);
    CHECK(t.network.active(other.transaction_id) != nullptr);
  }
  SUBCASE("a tag that may") {
    t.put_tag("FLEET", "", 2);
    t.begin(t.first, 2, "FLEET", TestNetwork::at(0));
    CHECK(t.say(t.second, TestNetwork::start(1, "FLEET", TestNetwork::at(1))).id_tag_info.status ==
          AuthorizationStatus::accepted);
    CHECK(t.say(t.second, TestNetwork::start(2, "FLEET", TestNetwork::at(2))).id_tag_info.status ==
          AuthorizationStatus::concurrent_tx);
  }
}

TEST_CASE("transactions: an end says what goes on at its connector") {
  TestNetwork t;
  const auto running = [&] { return std::get<TransactionEnded>(t.batch.events.back()).running; };
  const auto older = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  const auto newer = t.begin(t.first, 1, "CARD1", TestNetwork::at(5));
  const Network::Found found{t.batch.changes.ended.back()};
  t.say(t.first, TestNetwork::stop(older, TestNetwork::at(4)), &found);
  CHECK(running() == newer);
  t.say(t.first, TestNetwork::stop(newer, TestNetwork::at(9)));
  CHECK(running() == TransactionId{});
}

TEST_CASE("transactions: an operator ends what the station will not") {
  TestNetwork t;
  const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(0));
  TransactionRow target = *t.network.active(id);
  TransactionId newer{};
  SUBCASE("one that is active") {}
  SUBCASE("one that is superseded: nobody else ends it") {
    newer = t.begin(t.first, 1, "CARD2", TestNetwork::at(60));
    target = t.batch.changes.ended.back();
    REQUIRE(target.state == TransactionState::superseded);
  }
  t.now = TestNetwork::at(100);
  const auto close = [&](WattHours meter_stop) {
    return t.network.close_transaction(target, meter_stop, TestNetwork::at(50), t.now, t.batch);
  };
  CHECK(close(99).error().is(NetworkErrc::input_invalid));
  const auto closed = close(150);
  REQUIRE(closed.has_value());
  CHECK(t.batch.changes.ended.back().state == TransactionState::ended);
  CHECK(t.batch.changes.events.back().kind == EventKind::transaction_ended);
  CHECK(t.network.station(t.first)->connector(TestNetwork::number(1))->active == newer);
  target = *closed;
  CHECK(close(150).error().is(NetworkErrc::transaction_not_active));
}

TEST_CASE("network: what is loaded goes on") {
  TestNetwork t;
  const auto said = TestNetwork::start(1, "CARD1", TestNetwork::at(0));
  const auto id = t.say(t.first, said).transaction_id;
  NetworkRows rows;
  rows.stations = {t.network.station(t.first)->row};
  rows.connectors = {t.network.station(t.first)->connector(TestNetwork::number(1))->row};
  rows.tags = {*t.network.tag("CARD1")};
  rows.active = {*t.network.active(id)};
  rows.last_transaction = id.get();
  rows.newest_starts = {{t.first, TestNetwork::at(0)}};
  t.network = Network{{}, std::move(rows)};
  CHECK(t.say(t.first, said).transaction_id == id);
  CHECK(t.begin(t.first, 2, "X", TestNetwork::at(1)).get() == id.get() + 1);
  t.say(t.first, TestNetwork::stop(id, TestNetwork::at(9)));
  CHECK(t.network.active().size() == 1);
}

}  // namespace mainstay::charging::network_charging_test
