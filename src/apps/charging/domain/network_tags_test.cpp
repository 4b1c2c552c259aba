#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "apps/charging/domain/test_network.hpp"

namespace mainstay::charging::network_tags_test {

using ocpp::AuthorizationStatus;

namespace {

ReservationRow wanted(StationId station, int connector, std::string tag, SystemTime until) {
  ReservationRow out;
  out.station = station;
  out.connector = TestNetwork::number(connector);
  out.tag = std::move(tag);
  out.expires_at = until;
  return out;
}

}  // namespace

TEST_CASE("tags: what a tag is told") {
  TestNetwork t;
  const auto told = [&](std::string tag) {
    return t.say(t.first, ocpp::Authorize{std::move(tag)}).id_tag_info.status;
  };
  CHECK(told("card1") == AuthorizationStatus::accepted);
  CHECK(told("nobody") == AuthorizationStatus::invalid);
  TagRow row;
  row.tag = "card1";
  row.expires_at = t.now;
  REQUIRE(t.network.put_tag(row, t.now, t.batch).has_value());
  CHECK(told("CARD1") == AuthorizationStatus::expired);
  row.is_blocked = true;
  REQUIRE(t.network.put_tag(row, t.now, t.batch).has_value());
  CHECK(told("CARD1") == AuthorizationStatus::blocked);
  REQUIRE(t.network.remove_tag("Card1", t.batch).has_value());
  CHECK(told("CARD1") == AuthorizationStatus::invalid);
  CHECK(t.network.remove_tag("CARD1", t.batch).error().is(NetworkErrc::tag_unknown));
  row.tag = "with blank";
  CHECK(t.network.put_tag(row, t.now, t.batch).error().is(NetworkErrc::tag_invalid));
  TestNetwork open{NetworkRules{.accepts_unknown_tags = true}};
  CHECK(open.say(open.first, ocpp::Authorize{"nobody"}).id_tag_info.status ==
        AuthorizationStatus::accepted);
}

TEST_CASE("tags: those of visits go when they expire, or when their charge has ended") {
  TestNetwork t;
  const auto put = [&](std::string tag, SystemTime until) {
    TagRow row;
    row.tag = std::move(tag);
    row.label = "visit";
    row.expires_at = until;
    REQUIRE(t.network.put_tag(row, t.now, t.batch).has_value());
  };
  const std::string nobody = "V-NOBODYCAMEABCDEFGH";
  const std::string quick = "V-QUICKABCDEFGHJKLMN";
  const std::string slow = "V-SLOWABCDEFGHJKLMNP";
  put(nobody, t.at(900));
  put(quick, t.at(900));
  put(slow, t.at(900));
  put("V-OF-THE-OPERATOR", t.at(900));  // a card, whatever is written on it
  const auto first = t.begin(t.first, 1, quick, t.at(0));
  const auto second = t.begin(t.second, 1, slow, t.at(0));
  t.now = t.at(899);
  t.say(t.first, t.stop(first, t.now));
  t.network.time_passes(t.now, t.batch);
  CHECK(t.network.tag(quick) == nullptr);
  CHECK(t.network.tag(nobody) != nullptr);
  t.batch = {};
  t.now = t.at(900);
  t.network.time_passes(t.now, t.batch);
  CHECK(t.network.tag(nobody) == nullptr);
  CHECK(t.batch.changes.removed.tags == std::vector<std::string>{nobody});
  CHECK(t.network.tag(slow) != nullptr);
  // Its start said again is what it was, and its end is its last.
  CHECK(t.begin(t.second, 1, slow, t.at(0)) == second);
  t.say(t.second, t.stop(second, t.at(950)));
  CHECK(t.network.tag(slow) == nullptr);
  CHECK(t.network.tag("V-OF-THE-OPERATOR") != nullptr);
}

TEST_CASE("tags: visits that a store still has are forgotten a part at a time") {
  NetworkRows rows;
  for (int i = 0; i < 1'500; ++i) {
    TagRow row;
    row.tag = "V-ABCDEFGHJKLMNP" + std::to_string(1'000 + i);
    row.expires_at = TestNetwork::at(0);
    rows.tags.push_back(std::move(row));
  }
  Network network{{}, std::move(rows)};
  Batch batch;
  network.time_passes(TestNetwork::at(1), batch);
  CHECK(network.tags().size() == 500);
  network.time_passes(TestNetwork::at(2), batch);
  CHECK(network.tags().empty());
}

TEST_CASE("tags: an owner's are found, and what is removed and put within a batch counts as said") {
  TestNetwork t;
  const auto put = [&](std::string tag, std::string owner) {
    TagRow row;
    row.tag = std::move(tag);
    row.owner = std::move(owner);
    REQUIRE(t.network.put_tag(row, t.now, t.batch).has_value());
  };
  const auto of = [&](const std::string& owner) {
    std::string out;
    for (const TagRow& row : t.network.tags_of(owner)) out += row.tag + " ";
    return out;
  };
  put("b", "ann");
  put("a", "ann");
  put("c", "bob");
  CHECK(of("ann") == "A B ");
  put("a", "bob");
  CHECK(of("ann") == "B ");
  CHECK(of("bob") == "A C ");
  REQUIRE(t.network.remove_tag("c", t.batch).has_value());
  CHECK(of("bob") == "A ");
  CHECK(of("").empty());
  const auto has_c = [&] {
    return std::ranges::count(t.batch.changes.tags, "C", &TagRow::tag) != 0;
  };
  CHECK_FALSE(has_c());  // removals are stored first
  put("c", "");
  CHECK(has_c());
  CHECK(of("").empty());
}

TEST_CASE("reservations: a driver may have some at once, operators more") {
  TestNetwork t{NetworkRules{.reservations_of_owner_max = 1}};
  auto first = wanted(t.first, 1, "CARD1", TestNetwork::at(900));
  first.owner = "ann";
  REQUIRE(t.network.reserve(first, t.now, t.batch).has_value());
  auto second = wanted(t.first, 2, "CARD1", TestNetwork::at(900));
  second.owner = "ann";
  CHECK(t.network.reserve(second, t.now, t.batch).error().is(NetworkErrc::reservations_of_driver));
  second.owner.clear();
  CHECK(t.network.reserve(second, t.now, t.batch).has_value());
}

TEST_CASE("reservations: asked, active, used by its tag") {
  TestNetwork t;
  const auto made =
      t.network.reserve(wanted(t.first, 1, "card1", TestNetwork::at(900)), t.now, t.batch);
  REQUIRE(made.has_value());
  CHECK(made->state == ReservationState::asked);
  CHECK(t.network.reserve(wanted(t.first, 1, "CARD2", TestNetwork::at(900)), t.now, t.batch)
            .error()
            .is(NetworkErrc::reservation_conflict));
  t.network.answer_reservation(made->id, true, t.now, t.batch);
  CHECK(t.network.reservation(made->id)->state == ReservationState::active);
  const auto id = t.begin(t.first, 1, "CARD1", TestNetwork::at(60));
  CHECK(t.network.reservation(made->id) == nullptr);
  const ReservationRow& used = t.batch.changes.reservations.back();
  CHECK(used.state == ReservationState::used);
  CHECK(used.transaction == id);
  CHECK(t.network.active(id)->reservation_id == made->id.get());
}

TEST_CASE("reservations: the number that a station says counts only where it is open") {
  TestNetwork t;
  t.network.connected(t.first, t.now, t.batch);
  const auto made =
      t.network.reserve(wanted(t.first, 1, "CARD1", TestNetwork::at(900)), t.now, t.batch);
  REQUIRE(made.has_value());
  t.network.answer_reservation(made->id, true, t.now, t.batch);
  const auto begin = [&](StationId station, int connector, std::string tag) {
    auto said = TestNetwork::start(connector, std::move(tag), TestNetwork::at(60));
    said.reservation_id = made->id.get();
    const Network::Found nothing;
    return *t.network.active(t.say(station, said, &nothing).transaction_id);
  };
  CHECK(begin(t.second, 1, "CARD1").reservation_id == 0);
  CHECK(begin(t.first, 2, "CARD1").reservation_id == 0);
  CHECK(t.network.reservation(made->id) != nullptr);
  SUBCASE("its own tag") {
    const TransactionRow row = begin(t.first, 1, "card1");
    CHECK(row.reservation_id == made->id.get());
    CHECK(t.batch.changes.reservations.back().transaction == row.id);
  }
  SUBCASE("a stranger's: the station does not keep it any more") {
    CHECK(begin(t.first, 1, "CARD2").reservation_id == 0);
    CHECK(t.batch.changes.reservations.back().state == ReservationState::used);
    CHECK(t.batch.changes.reservations.back().transaction == TransactionId{});
  }
  SUBCASE("told behind its expiry") {
    t.now = TestNetwork::at(900);
    t.network.time_passes(t.now, t.batch);
    CHECK(begin(t.first, 1, "CARD1").reservation_id == 0);
    CHECK(t.batch.changes.reservations.back().state == ReservationState::expired);
  }
}

TEST_CASE("reservations: refused, cancelled, expired") {
  TestNetwork t;
  t.network.connected(t.first, t.now, t.batch);
  const auto reserve = [&](int connector) {
    auto made = t.network.reserve(wanted(t.first, connector, "CARD1", TestNetwork::at(900)), t.now,
                                  t.batch);
    REQUIRE(made.has_value());
    return made->id;
  };
  const auto refused = reserve(1);
  t.network.answer_reservation(refused, false, t.now, t.batch);
  CHECK(t.batch.changes.reservations.back().state == ReservationState::refused);
  const auto cancelled = reserve(1);
  REQUIRE(t.network.cancel_reservation(cancelled, t.now, t.batch).has_value());
  CHECK(t.network.cancel_reservation(cancelled, t.now, t.batch)
            .error()
            .is(NetworkErrc::reservation_ended));
  const auto whole = reserve(0);
  t.network.answer_reservation(whole, true, t.now, t.batch);
  t.network.time_passes(TestNetwork::at(899), t.batch);
  CHECK(t.network.reservation(whole) != nullptr);
  t.network.time_passes(TestNetwork::at(900), t.batch);
  CHECK(t.batch.changes.reservations.back().state == ReservationState::expired);
  CHECK(t.network.reservations().empty());
  (void)reserve(2);  // never answered
  t.network.time_passes(TestNetwork::at(900), t.batch);
  CHECK(t.batch.changes.reservations.back().state == ReservationState::refused);
  CHECK(t.network.reservations().empty());
  CHECK(t.network.reserve(wanted(t.first, 1, "CARD1", t.now), t.now, t.batch)
            .error()
            .is(NetworkErrc::reservation_time));
  CHECK(t.network.reserve(wanted(t.first, 9, "CARD1", TestNetwork::at(9)), t.now, t.batch)
            .error()
            .is(NetworkErrc::connector_unknown));
}

namespace {

/// CARD1 has connector 1 reserved from 0 to 900, at a station that is connected.
struct Reserved : TestNetwork {
  Reserved() : TestNetwork{NetworkRules{.silence_max = Seconds{60}}} {
    network.connected(first, now, batch);
    auto asked = wanted(first, 1, "CARD1", at(900));
    asked.owner = "ann";
    id = network.reserve(asked, now, batch)->id;
    network.answer_reservation(id, true, now, batch);
  }
  /// Away from 800 on.
  void back_at(std::int64_t seconds) {
    network.disconnected(first, at(800), batch);
    network.time_passes(at(seconds), batch);
    now = at(seconds);
    network.connected(first, now, batch);
  }
  /// It is there a moment before, and a no-show then.
  void expires_at(std::int64_t seconds) {
    network.time_passes(at(seconds - 1), batch);
    CHECK(network.reservation(id) != nullptr);
    network.time_passes(at(seconds), batch);
    CHECK(network.reservation(id) == nullptr);
    CHECK(batch.changes.reservations.back().state == ReservationState::expired);
  }
  TransactionRow begun(std::int64_t seconds, std::int32_t number) {
    auto said = start(1, "CARD1", at(seconds));
    if (number != 0) said.reservation_id = number;
    const Network::Found nothing;
    return *network.active(say(first, said, &nothing).transaction_id);
  }

  ReservationId id{};
};

}  // namespace

TEST_CASE("reservations: nobody is a no-show while the station may have something to tell") {
  Reserved t;
  SUBCASE("connected all along: until a lost connection would have been noticed") {
    t.expires_at(960);
  }
  SUBCASE("away in its time, and back long since") {
    t.network.disconnected(t.first, t.at(10), t.batch);
    t.network.connected(t.first, t.at(20), t.batch);
    t.expires_at(960);
  }
  SUBCASE("away, which was not noticed before it came back") {
    t.network.connected(t.first, t.at(930), t.batch);
    t.expires_at(930 + 600);
  }
  SUBCASE("never back") {
    t.network.disconnected(t.first, t.at(800), t.batch);
    t.expires_at(900 + 24 * 3600);
  }
  SUBCASE("back, and nobody came") {
    t.back_at(5'000);
    t.expires_at(5'000 + 600);
  }
  SUBCASE("its time is up for others") {
    t.network.disconnected(t.first, t.at(800), t.batch);
    CHECK(t.network.begin_cancellation(t.id, {}, t.at(900))
              .error()
              .is(NetworkErrc::reservation_unknown));
    CHECK(t.network.reserve(wanted(t.first, 1, "CARD2", t.at(1'800)), t.at(900), t.batch)
              .has_value());
  }
}

TEST_CASE("reservations: one that is cancelled in time is no no-show, however late the answer") {
  Reserved t;
  CHECK(t.network.begin_cancellation(t.id, "bob", t.at(899))
            .error()
            .is(NetworkErrc::reservation_unknown));
  REQUIRE(t.network.begin_cancellation(t.id, "ann", t.at(899)).has_value());
  SUBCASE("the station answers") {
    t.network.time_passes(t.at(5'000), t.batch);
    REQUIRE(t.network.cancel_reservation(t.id, t.at(5'000), t.batch).has_value());
    CHECK(t.batch.changes.reservations.back().state == ReservationState::cancelled);
  }
  SUBCASE("nobody ever hears of an answer") { t.expires_at(900 + 24 * 3600); }
  SUBCASE("somebody came meanwhile") {
    CHECK(t.begun(899, t.id.get()).reservation_id == t.id.get());
    CHECK(t.network.cancel_reservation(t.id, t.now, t.batch)
              .error()
              .is(NetworkErrc::reservation_ended));
  }
}

TEST_CASE("reservations: a charge of their time uses them, however late it is told") {
  Reserved t;
  t.back_at(5'000);
  const auto is_used_by = [&](const TransactionRow& row) {
    const ReservationRow& told = t.batch.changes.reservations.back();
    CHECK(row.reservation_id == t.id.get());
    CHECK(told.state == ReservationState::used);
    CHECK(told.transaction == row.id);
  };
  SUBCASE("by its number") { is_used_by(t.begun(899, t.id.get())); }
  SUBCASE("by its tag") { is_used_by(t.begun(0, 0)); }
  SUBCASE("not one that began behind it") {
    CHECK(t.begun(901, t.id.get()).reservation_id == 0);
    CHECK(t.begun(902, 0).reservation_id == 0);
    t.expires_at(5'000 + 600);
  }
  SUBCASE("not one from before it was made") {
    CHECK(t.begun(-301, 0).reservation_id == 0);
    CHECK(t.network.reservation(t.id) != nullptr);
  }
}

}  // namespace mainstay::charging::network_tags_test
