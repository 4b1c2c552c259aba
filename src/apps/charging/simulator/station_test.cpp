#include "apps/charging/simulator/station.hpp"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/inbound/ocpp/frame.hpp"
#include "apps/charging/simulator/wire_text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator::station_test {
namespace {

struct Said {
  std::string id;
  std::string action;
  std::string payload;
  SystemTime at;

  [[nodiscard]] json::Value value() const { return *json::parse(payload); }
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto all = value();
    const auto* const found = all.find_string(name);
    return found == nullptr ? "" : *found;
  }
  [[nodiscard]] std::int64_t number(std::string_view name) const {
    const auto all = value();
    const auto* const found = all.find(name);
    return found == nullptr || found->if_int() == nullptr ? -99 : *found->if_int();
  }
};

/// A station and the backend that answers it, in simulated time.
class Stage : public Link {
 public:
  explicit Stage(Behaviour wanted = {}, std::uint64_t seed = 1)
      : behaviour(std::move(wanted)), station(behaviour, "S-1", seed, *this, tally) {
    station.start(now, now);
  }

  // Link
  void connect() override { ++connects; }
  void send(std::string_view text) override {
    const auto reading = ocpp::read_frame(text);
    REQUIRE(reading.fault == ocpp::FrameReading::Fault::none);
    const auto& frame = reading.frame;
    if (frame.kind == ocpp::Frame::Kind::call) {
      said.push_back({frame.id, frame.action, std::string{frame.payload}, now});
      if (unanswered.has_value()) two_at_once = true;
      unanswered = said.back();
    } else {
      answers.push_back(frame.kind == ocpp::Frame::Kind::error ? frame.code
                                                               : std::string{frame.payload});
    }
  }
  void ping() override { ++pings; }
  void close() override {
    ++closes;
    unanswered.reset();
  }

  void open() {
    station.on_time(now);
    station.on_open(now);
    answer_all();
  }
  void lose() {
    unanswered.reset();
    station.on_closed(now);
  }

  /// What the backend says to a call; "" for nothing at all.
  std::string answer_to(const Said& call) {
    if (const auto own = special.find(call.action); own != special.end()) return own->second;
    if (call.action == "BootNotification") {
      return R"({"status":"Accepted","currentTime":"2026-11-22T00:00:00Z","interval":600})";
    }
    if (call.action == "StartTransaction") {
      return R"({"transactionId":)" + std::to_string(++last_transaction) +
             R"(,"idTagInfo":{"status":"Accepted"}})";
    }
    if (call.action == "Authorize") return R"({"idTagInfo":{"status":"Accepted"}})";
    return "{}";
  }
  void answer_all() {
    while (answering && unanswered) {
      const Said call = *unanswered;
      const std::string answer = answer_to(call);
      if (answer.empty()) return;
      unanswered.reset();
      std::string frame;
      if (answer.front() == '{') {
        ocpp::append_result(frame, call.id, answer);
      } else {
        ocpp::append_error(frame, call.id, answer, "");
      }
      station.on_text(frame, now);
    }
  }
  std::string ask(std::string_view action, std::string_view payload) {
    std::string frame;
    ocpp::append_call(frame, "b-1", action, payload);
    answers.clear();
    station.on_text(frame, now);
    answer_all();
    REQUIRE(answers.size() == 1);
    return answers.front();
  }

  void run(Seconds span) {
    const SystemTime end = now + span;
    while (station.next_wake() <= end) {
      now = std::max(now, station.next_wake());
      station.on_time(now);
      answer_all();
    }
    now = end;
  }
  /// Until that many of them have been said.
  void run_until(std::string_view action, std::size_t count = 1) {
    for (int i = 0; i < 100'000 && all(action).size() < count; ++i) {
      now = std::max(now, station.next_wake());
      station.on_time(now);
      answer_all();
    }
    REQUIRE(all(action).size() >= count);
  }
  [[nodiscard]] std::vector<Said> all(std::string_view action) const {
    std::vector<Said> out;
    for (const Said& one : said) {
      if (one.action == action) out.push_back(one);
    }
    return out;
  }
  [[nodiscard]] std::string actions() const {
    std::string out;
    for (const Said& one : said) out += one.action + ' ';
    return out;
  }

  Behaviour behaviour;
  SystemTime now{Seconds{1'800'000'000}};
  Tally tally;
  std::vector<Said> said;
  std::vector<std::string> answers;
  std::optional<Said> unanswered;
  std::map<std::string, std::string> special;
  bool answering = true;
  bool two_at_once = false;
  int connects = 0, closes = 0, pings = 0;
  std::int32_t last_transaction = 100;
  Station station;
};

Behaviour busy() {
  Behaviour out;
  out.connectors = 1;
  out.sessions_per_hour = 60;
  out.session_minutes = 5;
  out.defaults[static_cast<std::size_t>(Key::web_socket_ping_interval)] = "0";
  return out;
}

Behaviour idle() {
  Behaviour out;
  out.work = Behaviour::Work::idle;
  out.defaults[static_cast<std::size_t>(Key::web_socket_ping_interval)] = "0";
  return out;
}

const std::string accepted = R"({"status":"Accepted"})";

/// A profile that begins at `start`: watts from each second on.
std::string profile_text(SystemTime start, std::string_view purpose, std::string_view periods) {
  std::string out = R"({"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":")";
  out.append(purpose).append(R"(","chargingProfileKind":"Absolute","chargingSchedule":)");
  out.append(R"({"chargingRateUnit":"W","startSchedule":)");
  append_time(out, start);
  return out.append(R"(,"chargingSchedulePeriod":)").append(periods).append("}}");
}

std::int64_t measured(const Said& said, std::string_view measurand) {
  const auto all = said.value();
  for (const auto& value :
       *all.find("meterValue")->if_array()->front().find("sampledValue")->if_array()) {
    if (*value.find_string("measurand") == measurand) {
      return std::stoll(*value.find_string("value"));
    }
  }
  return -1;
}

TEST_CASE("station: boots, tells the status of all connectors, one call at a time, then beats") {
  Stage stage{idle()};
  stage.open();
  CHECK(stage.actions() ==
        "BootNotification StatusNotification StatusNotification StatusNotification ");
  CHECK(stage.said[1].number("connectorId") == 0);
  CHECK(stage.said[3].number("connectorId") == 2);
  CHECK(stage.station.is_settled());
  CHECK_FALSE(stage.two_at_once);
  stage.run(Seconds{1'300});
  CHECK(stage.all("Heartbeat").size() == 2);  // the interval of the boot's answer
}

TEST_CASE("station: before it is accepted it boots, as often as the backend wants") {
  Stage stage{idle()};
  stage.special["BootNotification"] = R"({"status":"Pending","interval":40})";
  stage.open();
  stage.run(Seconds{100});
  CHECK(stage.actions() == "BootNotification BootNotification BootNotification ");
  stage.special.clear();
  stage.run(Seconds{40});
  CHECK(stage.station.is_accepted());
  // A reconnect is no boot; a SecurityError says that one is wanted.
  stage.lose();
  stage.run(Seconds{60});
  stage.special["StatusNotification"] = "SecurityError";
  stage.said.clear();
  stage.station.on_open(stage.now);
  stage.answer_all();
  stage.special.clear();
  stage.run(Seconds{2});
  CHECK(stage.actions().starts_with("StatusNotification BootNotification StatusNotification "));
}

TEST_CASE("station: while it is pending it says what it is asked to, and nothing else") {
  Stage stage{idle()};
  stage.special["BootNotification"] = R"({"status":"Pending","interval":40})";
  stage.open();
  const auto trigger = [&](std::string_view what) {
    stage.said.clear();
    CHECK(stage.ask("TriggerMessage", what) == accepted);
    return stage.actions();
  };
  CHECK(trigger(R"({"requestedMessage":"Heartbeat"})") == "Heartbeat ");
  CHECK(trigger(R"({"requestedMessage":"StatusNotification"})") ==
        "StatusNotification StatusNotification StatusNotification ");
  CHECK(stage.said.back().number("connectorId") == 2);
  CHECK(stage.said.back().text("status") == "Available");
  CHECK(trigger(R"({"requestedMessage":"StatusNotification","connectorId":1})") ==
        "StatusNotification ");
  CHECK(trigger(R"({"requestedMessage":"MeterValues"})") == "MeterValues MeterValues ");
  CHECK(measured(stage.said.back(), "Energy.Active.Import.Register") >= 0);
  CHECK(stage.said.back().value().find("transactionId") == nullptr);
  CHECK(stage.said.back().payload.find("SoC") == std::string::npos);  // no car is there
  CHECK_FALSE(stage.two_at_once);
  stage.said.clear();
  stage.ask("GetDiagnostics", R"({"location":"http://x/"})");
  stage.run(Seconds{20});
  CHECK(stage.said.empty());
  stage.special["BootNotification"] = R"({"status":"Rejected","interval":40})";
  stage.run(Seconds{20});
  CHECK(stage.ask("TriggerMessage", R"({"requestedMessage":"Heartbeat"})") ==
        R"({"status":"Rejected"})");
}

TEST_CASE("station: each of the two trigger actions has names of its own") {
  Stage stage{idle()};
  stage.open();
  const std::string not_implemented = R"({"status":"NotImplemented"})";
  const auto check = [&](std::string_view message, bool plain, bool extended) {
    CAPTURE(message);
    const std::string in = R"({"requestedMessage":")" + std::string{message} + "\"}";
    CHECK(stage.ask("TriggerMessage", in) == (plain ? accepted : not_implemented));
    CHECK(stage.ask("ExtendedTriggerMessage", in) == (extended ? accepted : not_implemented));
    const auto times = (plain ? 1U : 0U) + (extended ? 1U : 0U);
    CHECK(stage.all(message).size() == times);
  };
  check("DiagnosticsStatusNotification", true, false);
  check("LogStatusNotification", false, true);
  check("FirmwareStatusNotification", true, true);
  check("Heartbeat", true, true);
}

TEST_CASE("station: a car is authorized, charges, is metered and leaves") {
  Stage stage{busy()};
  stage.open();
  stage.run_until("StopTransaction");
  const Said start = stage.all("StartTransaction").front();
  const Said stop = stage.all("StopTransaction").front();
  CHECK(stage.all("Authorize").front().text("idTag") == "S-1/1");
  CHECK(start.text("idTag") == "S-1/1");
  CHECK(stop.number("transactionId") == 101);
  CHECK(stop.number("meterStop") >= start.number("meterStart"));
  for (const Said& reading : stage.all("MeterValues")) {
    CHECK(reading.number("transactionId") == 101);
  }
  CHECK_FALSE(stage.two_at_once);
  std::string statuses;
  for (const Said& one : stage.all("StatusNotification")) statuses += one.text("status") + ' ';
  CHECK(statuses.find("Preparing Charging") != std::string::npos);
}

TEST_CASE("station: offline it queues, then replays in order with the old times") {
  Behaviour behaviour = busy();
  behaviour.session_minutes = 500;
  Stage stage{behaviour};
  stage.open();
  stage.run_until("MeterValues");
  const SystemTime left = stage.now;
  stage.lose();
  const std::size_t before = stage.said.size();
  for (int i = 0; i < 40; ++i) {  // the queue grows, whatever becomes of the connection
    stage.run(Seconds{60});
    stage.station.on_closed(stage.now);
  }
  CHECK(stage.said.size() == before);
  CHECK(stage.station.queued() >= 30);
  const std::size_t waiting = stage.station.queued();
  stage.station.on_open(stage.now);
  stage.answer_all();
  CHECK(stage.station.queued() == 0);
  SystemTime last = left;
  std::size_t replayed = 0;
  for (std::size_t i = before; i < stage.said.size(); ++i) {
    const Said& one = stage.said[i];
    if (one.action != "MeterValues") continue;
    const auto all = one.value();
    const auto at =
        parse_time(*all.find("meterValue")->if_array()->front().find_string("timestamp"));
    REQUIRE(at);
    CHECK(*at > last);
    last = *at;
    ++replayed;
  }
  CHECK(replayed == waiting);
  CHECK(last < stage.now + Seconds{1});
}

TEST_CASE("station: transaction messages are repeated as its keys say, then dropped") {
  Stage stage{busy()};
  stage.open();
  stage.special["StartTransaction"] = "InternalError";
  stage.run_until("StartTransaction", 3);
  const auto tries = stage.all("StartTransaction");
  CHECK(tries[1].at - tries[0].at == Seconds{60});
  CHECK(tries[2].at - tries[1].at == Seconds{120});
  CHECK(tries[0].payload == tries[2].payload);
  CHECK(tries[0].id != tries[2].id);
  CHECK(stage.tally.dropped == 1);
  stage.special.clear();
  // It never learned the transaction's number.
  stage.run_until("StopTransaction");
  CHECK(stage.all("StopTransaction").front().number("transactionId") == -1);
}

TEST_CASE("station: what is not answered in time is sent again, what was cut off too") {
  Stage stage{busy()};
  stage.open();
  stage.special["StartTransaction"] = "";
  stage.run_until("StartTransaction");
  const Said first = stage.all("StartTransaction").front();
  stage.now += Seconds{30};
  stage.station.on_time(stage.now);
  CHECK(stage.tally.of(Action::start_transaction).timed_out == 1);
  stage.unanswered.reset();
  stage.run_until("StartTransaction", 2);
  CHECK(stage.all("StartTransaction")[1].payload == first.payload);
  stage.lose();
  CHECK(stage.tally.of(Action::start_transaction).cut_off == 1);
  stage.special.clear();
  stage.station.on_open(stage.now);
  stage.answer_all();
  CHECK(stage.all("StartTransaction")[2].payload == first.payload);
  CHECK(stage.tally.dropped == 0);
}

TEST_CASE("station: a tag that the backend refuses charges nothing, or no longer") {
  Stage stage{busy()};
  stage.special["Authorize"] = R"({"idTagInfo":{"status":"Blocked"}})";
  stage.open();
  stage.run_until("Authorize", 3);
  CHECK(stage.all("StartTransaction").empty());
  stage.special.clear();
  stage.special["StartTransaction"] = R"({"transactionId":7,"idTagInfo":{"status":"Expired"}})";
  stage.run_until("StopTransaction");
  CHECK(stage.all("StopTransaction").front().text("reason") == "DeAuthorized");
  CHECK(stage.all("StopTransaction").front().number("transactionId") == 7);
}

TEST_CASE("station: a charge is not ended by the late answer to another's tag") {
  for (const bool answered : {false, true}) {
    CAPTURE(answered);
    Behaviour behaviour = busy();
    behaviour.session_minutes = 500;
    behaviour.defaults[static_cast<std::size_t>(Key::connection_time_out)] = "10";
    Stage stage{behaviour};
    stage.open();
    stage.special["Authorize"] = "";
    stage.run_until("Authorize");
    stage.run(Seconds{10});  // it has not waited any longer
    CHECK(stage.station.sessions_running() == 0);
    stage.ask("RemoteStartTransaction", R"({"connectorId":1,"idTag":"A"})");
    REQUIRE(stage.station.sessions_running() == 1);
    if (answered) stage.special["Authorize"] = "InternalError";
    stage.answer_all();
    stage.now += Seconds{20};
    stage.station.on_time(stage.now);  // the answer's time is over
    CHECK(stage.station.sessions_running() == 1);
  }
}

TEST_CASE("station: the profile of a start from afar goes with the tag that is refused") {
  Behaviour behaviour = idle();
  behaviour.defaults[static_cast<std::size_t>(Key::authorize_remote_tx_requests)] = "true";
  Stage stage{behaviour};
  stage.special["Authorize"] = R"({"idTagInfo":{"status":"Blocked"}})";
  stage.open();
  const auto profile = profile_text(stage.now, "TxProfile", R"([{"startPeriod":0,"limit":0}])");
  CHECK(stage.ask("RemoteStartTransaction", R"({"connectorId":1,"idTag":"A","chargingProfile":)" +
                                                profile + "}") == accepted);
  REQUIRE(stage.all("Authorize").size() == 1);
  CHECK(stage.station.sessions_running() == 0);
  CHECK(stage.ask("ClearChargingProfile", "{}") == R"({"status":"Unknown"})");
}

TEST_CASE("station: reconnects back off, doubling, with jitter") {
  Stage stage{idle()};
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 7; ++i) {
    const SystemTime lost = stage.now;
    stage.station.on_time(stage.now);
    stage.station.on_closed(stage.now);
    waits.push_back(std::chrono::floor<Seconds>(stage.station.next_wake() - lost).count());
    stage.now = stage.station.next_wake();
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const std::int64_t least = 2LL << std::min<std::size_t>(i, 4);
    CHECK(waits[i] >= least);
    CHECK(waits[i] <= least + 5);
  }
}

TEST_CASE("station: the same seed says the same") {
  const auto told = [](std::uint64_t seed) {
    Behaviour behaviour = busy();
    behaviour.offline_per_hour = 4;
    Stage stage{behaviour, seed};
    stage.open();
    for (int i = 0; i < 50; ++i) {
      stage.run(Seconds{120});
      if (!stage.station.is_online()) stage.open();
    }
    std::string out;
    for (const Said& one : stage.said) out += one.id + one.action + one.payload;
    return out;
  };
  CHECK(told(5) == told(5));
  CHECK(told(5) != told(6));
}

TEST_CASE("station: a silent backend is given up after a ping") {
  Behaviour behaviour = idle();
  behaviour.defaults[static_cast<std::size_t>(Key::web_socket_ping_interval)] = "60";
  Stage stage{behaviour};
  stage.open();
  while (stage.pings == 0) stage.run(Seconds{1});
  stage.station.on_pong(stage.now);
  stage.run(Seconds{80});
  CHECK(stage.pings == 2);
  CHECK(stage.closes == 0);
  stage.run(Seconds{120});
  CHECK(stage.closes == 1);
  CHECK_FALSE(stage.station.is_online());
}

// One after the other: action, payload, answer.
std::vector<std::array<std::string, 3>> conversation() {
  return {
      {"Nonsense", "{}", "NotImplemented"},
      {"GetConfiguration", R"({"key":["NumberOfConnectors","X"]})",
       R"({"configurationKey":[{"key":"NumberOfConnectors","readonly":true,"value":"2"}],)"
       R"("unknownKey":["X"]})"},
      {"ChangeConfiguration", R"({"key":"HeartbeatInterval","value":"77"})", accepted},
      {"ChangeConfiguration", R"({"key":"HeartbeatInterval","value":"x"})",
       R"({"status":"Rejected"})"},
      {"ChangeConfiguration", R"({"key":"NumberOfConnectors","value":"9"})",
       R"({"status":"Rejected"})"},
      {"ChangeConfiguration", R"({"key":"X","value":"9"})", R"({"status":"NotSupported"})"},
      {"ChangeConfiguration", R"({"key":"AuthorizationKey","value":"0123456789abcdef"})", accepted},
      {"GetConfiguration", R"({"key":["AuthorizationKey"]})",
       R"({"configurationKey":[],"unknownKey":[]})"},
      {"ClearCache", "{}", accepted},
      {"DataTransfer", R"({"vendorId":"else"})", R"({"status":"UnknownVendorId"})"},
      {"GetLocalListVersion", "{}", R"({"listVersion":0})"},
      {"SendLocalList",
       R"({"listVersion":3,"updateType":"Full","localAuthorizationList":[)"
       R"({"idTag":"A","idTagInfo":{"status":"Accepted"}}]})",
       accepted},
      {"SendLocalList", R"({"listVersion":3,"updateType":"Differential"})",
       R"({"status":"VersionMismatch"})"},
      {"GetLocalListVersion", "{}", R"({"listVersion":3})"},
      {"ReserveNow",
       R"({"connectorId":1,"expiryDate":"2030-01-01T00:00:00Z","idTag":"A","reservationId":4})",
       accepted},
      {"ReserveNow",
       R"({"connectorId":1,"expiryDate":"2030-01-01T00:00:00Z","idTag":"B","reservationId":5})",
       R"({"status":"Occupied"})"},
      {"RemoteStartTransaction", R"({"connectorId":1,"idTag":"B"})", R"({"status":"Rejected"})"},
      {"CancelReservation", R"({"reservationId":4})", accepted},
      {"CancelReservation", R"({"reservationId":4})", R"({"status":"Rejected"})"},
      {"UnlockConnector", R"({"connectorId":9})", R"({"status":"NotSupported"})"},
      {"UnlockConnector", R"({"connectorId":1})", R"({"status":"Unlocked"})"},
      {"SetChargingProfile", R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":1}})",
       "PropertyConstraintViolation"},
      {"ClearChargingProfile", "{}", R"({"status":"Unknown"})"},
      {"InstallCertificate",
       R"({"certificateType":"CentralSystemRootCertificate",)"
       R"("certificate":"pem"})",
       accepted},
      {"CertificateSigned", R"({"certificateChain":"pem"})", accepted},
      {"GetDiagnostics", R"({"location":"http://x/"})", R"({"fileName":"S-1-diagnostics.txt"})"},
      {"UpdateFirmware", R"({"location":"http://x/","retrieveDate":"2027-01-01T00:00:00Z"})", "{}"},
      {"TriggerMessage", R"({"requestedMessage":"Nonsense"})", R"({"status":"NotImplemented"})"},
      {"TriggerMessage", R"({"requestedMessage":"StatusNotification","connectorId":2})", accepted},
      {"ChangeAvailability", R"({"connectorId":0,"type":"Inoperative"})", accepted},
      {"RemoteStartTransaction", R"({"idTag":"A"})", R"({"status":"Rejected"})"},
      {"RemoteStopTransaction", R"({"transactionId":1})", R"({"status":"Rejected"})"},
  };
}

TEST_CASE("station: answers what the backend asks") {
  Stage stage{idle()};
  stage.open();
  for (const auto& [action, payload, answer] : conversation()) {
    CAPTURE(action);
    CHECK(stage.ask(action, payload) == answer);
  }
  CHECK(stage.ask("GetInstalledCertificateIds", "{}").find("hashAlgorithm") != std::string::npos);
  CHECK(stage.ask("GetConfiguration", "{}")
            .find("HeartbeatInterval\",\"readonly\":false,"
                  "\"value\":\"77\"") != std::string::npos);
  CHECK(stage.station.password() == "0123456789abcdef");
  stage.run(Seconds{60});
  CHECK(stage.all("DiagnosticsStatusNotification").size() == 2);
}

TEST_CASE("station: started and stopped from afar, limited by a profile, restarted") {
  Behaviour behaviour = idle();
  behaviour.direct_current_percent = 100;
  Stage stage{behaviour};
  stage.open();
  CHECK(stage.ask("RemoteStartTransaction", R"({"connectorId":2,"idTag":"A"})") == accepted);
  stage.run_until("StartTransaction");
  CHECK(stage.all("Authorize").empty());
  CHECK(stage.all("StartTransaction").front().number("connectorId") == 2);
  const auto power = [&] {
    stage.ask("TriggerMessage", R"({"requestedMessage":"MeterValues","connectorId":2})");
    return measured(stage.all("MeterValues").back(), "Power.Active.Import");
  };
  stage.run(Seconds{20});
  CHECK(power() > 20'000);
  const auto profile = [](std::string_view limit) {
    return R"({"connectorId":2,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,)"
           R"("chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Absolute",)"
           R"("chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":)"
           R"([{"startPeriod":0,"limit":)" +
           std::string{limit} + "}]}}}";
  };
  CHECK(stage.ask("SetChargingProfile", profile("9000.0")) == accepted);
  CHECK(power() == 9'000);
  CHECK(stage.ask("SetChargingProfile", profile("0")) == accepted);
  CHECK(power() == 0);
  stage.run(Seconds{1});
  CHECK(stage.all("StatusNotification").back().text("status") == "SuspendedEVSE");
  CHECK(
      stage.ask("GetCompositeSchedule", R"({"connectorId":2,"duration":60,"chargingRateUnit":"W"})")
          .find(R"("chargingSchedulePeriod":[{"startPeriod":0,"limit":0.0}])") !=
      std::string::npos);
  CHECK(stage.ask("RemoteStopTransaction", R"({"transactionId":101})") == accepted);
  stage.run(Seconds{1});
  CHECK(stage.all("StopTransaction").back().text("reason") == "Remote");
  stage.ask("RemoteStartTransaction", R"({"connectorId":1,"idTag":"A"})");
  stage.run(Seconds{1});
  CHECK(stage.ask("Reset", R"({"type":"Hard"})") == accepted);
  stage.run(Seconds{30});
  CHECK(stage.all("StopTransaction").back().text("reason") == "HardReset");
  CHECK(stage.closes == 1);
  CHECK(stage.connects == 2);
  stage.said.clear();
  stage.station.on_open(stage.now);
  CHECK(stage.said.front().action == "BootNotification");
}

TEST_CASE("station: energy is metered under the limit of its time, and the limit is told") {
  Behaviour behaviour = idle();
  behaviour.direct_current_percent = 100;
  constexpr std::string_view register_name = "Energy.Active.Import.Register";
  constexpr std::string_view offered = "Power.Offered";
  Stage stage{behaviour};
  stage.open();
  const auto limit = [](Stage& on, int connector, std::string_view purpose, std::string_view what) {
    return on.ask("SetChargingProfile", R"({"connectorId":)" + std::to_string(connector) +
                                            R"(,"csChargingProfiles":)" +
                                            profile_text(on.now, purpose, what) + "}");
  };
  CHECK(limit(stage, 2, "TxDefaultProfile",
              R"([{"startPeriod":0,"limit":9000},{"startPeriod":90,"limit":0}])") == accepted);
  stage.ask("RemoteStartTransaction", R"({"connectorId":2,"idTag":"A"})");
  stage.run(Seconds{120});
  const auto start = stage.all("StartTransaction").at(0).number("meterStart");
  const auto values = stage.all("MeterValues");
  REQUIRE(values.size() == 2);
  CHECK(measured(values[0], register_name) == start + 150);
  CHECK(measured(values[0], offered) == 9'000);
  CHECK(measured(values[1], register_name) == start + 225);  // 90 s of 9 kW
  CHECK(measured(values[1], offered) == 0);

  // Who shares the station's limit with others has less from when they come, and not before.
  Stage shared{behaviour};
  shared.open();
  CHECK(limit(shared, 0, "ChargePointMaxProfile", R"([{"startPeriod":0,"limit":18000}])") ==
        accepted);
  shared.ask("RemoteStartTransaction", R"({"connectorId":1,"idTag":"A"})");
  shared.run(Seconds{30});
  shared.ask("RemoteStartTransaction", R"({"connectorId":2,"idTag":"B"})");
  shared.run(Seconds{30});
  const auto first = shared.all("MeterValues").at(0);
  CHECK(first.number("connectorId") == 1);
  CHECK(measured(first, register_name) ==
        shared.all("StartTransaction").at(0).number("meterStart") + 225);  // 30 s of 18 kW, of 9
  CHECK(measured(first, offered) == 9'000);
}

TEST_CASE("station: load is a cycle of transaction messages, at once or at a pace") {
  Behaviour behaviour = idle();
  behaviour.work = Behaviour::Work::cycles;
  behaviour.cycle_meters = 2;
  Stage stage{behaviour};
  std::vector<std::string> acknowledged;
  stage.tally.on_acknowledged = [&](const Acknowledged& one) {
    acknowledged.push_back(std::string{name_of(one.action)} + std::to_string(one.transaction_id));
    stage.answering = acknowledged.size() < 5;
  };
  stage.open();
  CHECK(acknowledged == std::vector<std::string>{"StartTransaction101", "MeterValues101",
                                                 "MeterValues101", "StopTransaction101",
                                                 "StartTransaction102"});
  behaviour.cycle_paced = true;
  Stage paced{behaviour};
  paced.open();
  CHECK(paced.all("StartTransaction").empty());
  paced.station.nudge(paced.now - Seconds{1}, paced.now);
  paced.answer_all();
  CHECK(paced.all("StartTransaction").size() == 1);
  CHECK(paced.tally.of(Action::start_transaction).latencies.percentile(1) >= Micros{970'000});
}

}  // namespace
}  // namespace mainstay::charging::simulator::station_test
