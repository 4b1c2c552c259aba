#include "apps/charging/domain/network.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/test_network.hpp"

namespace mainstay::charging::network_test {

using ocpp::ConnectorStatus;

TEST_CASE("network: a boot is answered as the operator decided") {
  TestNetwork t;
  ocpp::BootNotification said;
  said.charge_point_vendor = "Acme";
  said.charge_point_model = "A \"1\"";
  said.firmware_version = "2.0";
  auto answer = t.say(t.first, said);
  CHECK(answer.status == ocpp::RegistrationStatus::accepted);
  CHECK(answer.interval == t.network.rules().heartbeat_interval);
  CHECK(t.batch.changes.stations[0].boot == R"({"firmware_version":"2.0"})");
  CHECK(t.count<StationBooted>() == 1);
  StationRow row = t.network.station(t.first)->row;
  row.admission = ocpp::RegistrationStatus::pending;
  REQUIRE(t.network.change_station(row, t.now, t.batch).has_value());
  // What it was told holds until it boots again.
  CHECK(t.network.station(t.first)->row.registration == ocpp::RegistrationStatus::accepted);
  answer = t.say(t.first, said);
  CHECK(answer.status == ocpp::RegistrationStatus::pending);
  CHECK(answer.interval == t.network.rules().boot_retry);
}

TEST_CASE("network: 2.4.6 of connector 0 only three statuses count") {
  TestNetwork t;
  t.status(t.first, 0, ConnectorStatus::charging, TestNetwork::at(1));
  const Station& station = *t.network.station(t.first);
  CHECK(station.connector(ConnectorNumber{})->row.status == ConnectorStatus::available);
  const Connector& one = *station.connector(TestNetwork::number(1));
  CHECK(Network::effective_status(station, one) == ConnectorStatus::available);
  t.status(t.first, 0, ConnectorStatus::faulted, TestNetwork::at(2));
  CHECK(Network::effective_status(station, *station.connector(TestNetwork::number(1))) ==
        ConnectorStatus::faulted);
  t.status(t.first, 0, ConnectorStatus::available, TestNetwork::at(3));
  CHECK(Network::effective_status(station, *station.connector(TestNetwork::number(1))) ==
        ConnectorStatus::available);
}

TEST_CASE("network: 2.4.8 a storm of statuses that change nothing writes nothing") {
  TestNetwork t;
  for (int i = 0; i < 100; ++i) {
    t.status(t.first, 1, ConnectorStatus::available, TestNetwork::at(i));
    t.status(t.first, 2, ConnectorStatus::available, TestNetwork::at(i));
  }
  CHECK(t.batch.changes.empty());
  CHECK(t.batch.events.empty());
  t.status(t.first, 1, ConnectorStatus::preparing, TestNetwork::at(101));
  t.status(t.first, 1, ConnectorStatus::charging, TestNetwork::at(102));
  CHECK(t.batch.changes.events.size() == 2);  // the history has both
  CHECK(t.batch.changes.connectors.size() == 2);
}

TEST_CASE("network: a station whose clock is far ahead does not silence its next status") {
  TestNetwork t;
  t.status(t.first, 1, ConnectorStatus::charging, TestNetwork::at(999'999));
  t.now = TestNetwork::at(10);
  t.status(t.first, 1, ConnectorStatus::finishing, TestNetwork::at(11));
  CHECK(t.network.station(t.first)->connector(TestNetwork::number(1))->row.status ==
        ConnectorStatus::finishing);
}

TEST_CASE("network: a station whose clock was never set is believed all the same") {
  TestNetwork t;
  t.now = TestNetwork::at(10);
  t.status(t.first, 1, ConnectorStatus::charging, SystemTime{Seconds{1}});
  CHECK(t.network.station(t.first)->connector(TestNetwork::number(1))->row.status ==
        ConnectorStatus::charging);
}

TEST_CASE("network: connectors have a bound, and what is beyond is history only") {
  TestNetwork t{NetworkRules{.connectors_max = 3}};
  t.status(t.first, 3, ConnectorStatus::available, TestNetwork::at(1));
  t.status(t.first, 4, ConnectorStatus::available, TestNetwork::at(1));
  CHECK(t.network.station(t.first)->connectors.size() == 3);
  CHECK(t.batch.changes.events.size() == 2);
}

TEST_CASE("network: 2.4.11 who is online is told once") {
  TestNetwork t;
  t.network.connected(t.first, t.now, t.batch);
  t.network.connected(t.first, t.now, t.batch);  // the newer connection took the older's place
  CHECK(t.count<StationOnline>() == 1);
  t.network.disconnected(t.first, t.now, t.batch);
  t.network.disconnected(t.first, t.now, t.batch);
  CHECK(t.count<StationOffline>() == 1);
}

TEST_CASE("network: stations are registered once, and go when nobody charges") {
  TestNetwork t;
  StationRow row;
  row.identity = "CP-1";
  CHECK(t.network.add_station(row, t.now, t.batch).error().is(NetworkErrc::identity_taken));
  for (const char* const bad : {"", "a/b", "a:b", " a", "\x01"}) {
    row.identity = bad;
    CHECK(t.network.add_station(row, t.now, t.batch).error().is(NetworkErrc::identity_invalid));
  }
  row.identity = "RDAM 123";
  CHECK(t.network.add_station(row, t.now, t.batch).has_value());
  const auto id = t.begin(t.first, 1, "CARD1", t.now);
  CHECK(t.network.remove_station(t.first, t.now, t.batch)
            .error()
            .is(NetworkErrc::station_has_transactions));
  t.say(t.first, TestNetwork::stop(id, t.now));
  CHECK(t.network.remove_station(t.first, t.now, t.batch).has_value());
  CHECK(t.network.station("CP-1") == nullptr);
  const auto answer = t.network.handle(t.first, ocpp::Heartbeat{}, t.now, t.batch);
  CHECK(std::holds_alternative<ocpp::CallError>(answer));
}

TEST_CASE("network: what stations tell besides is in the log") {
  TestNetwork t;
  ocpp::DataTransfer transfer;
  transfer.vendor_id = "com.acme";
  transfer.data = "x\ny";
  CHECK(t.say(t.first, transfer).status == ocpp::DataTransferStatus::unknown_vendor_id);
  ocpp::SecurityEventNotification security;
  security.type = "TamperDetectionActivated";
  security.timestamp = t.now;
  t.say(t.first, security);
  ocpp::FirmwareStatusNotification firmware;
  firmware.status = ocpp::FirmwareStatus::installed;
  t.say(t.first, firmware);
  REQUIRE(t.batch.changes.events.size() == 3);
  CHECK(t.batch.changes.events[0].detail == R"({"vendor_id":"com.acme","data":"x\ny"})");
  CHECK(t.batch.changes.events[1].kind == EventKind::security_event);
  CHECK(t.batch.changes.events[2].reference ==
        static_cast<std::int64_t>(ocpp::FirmwareStatus::installed));
  CHECK(t.say(t.first, ocpp::Heartbeat{}).current_time == t.now);
}

}  // namespace mainstay::charging::network_test
