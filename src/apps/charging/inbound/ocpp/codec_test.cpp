#include "apps/charging/inbound/ocpp/codec.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "apps/charging/inbound/ocpp/tables.hpp"
#include "base/text.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging::ocpp {

namespace {

constexpr std::string_view time_text = "\"2026-11-22T03:30:00.000Z\"";

/// A good value of a field, and the object with one field's value replaced (empty: left out).
struct Sample {
  std::string_view replaced = {};
  std::string with = {};
  bool optional_too = true;
};
std::string object_text(const Table& table, const Sample& sample = {});

std::string good_value(const Field& field) {
  const auto one = [&]() -> std::string {
    switch (field.leaf) {
      case Leaf::text:
        return "\"" + std::string(std::min<std::size_t>(field.rule.characters_max, 5'500), 'x') +
               "\"";
      case Leaf::time:
        return std::string{time_text};
      case Leaf::boolean:
        return "true";
      case Leaf::enumeration:
        return "\"" + std::string{field.rule.names.back()} + "\"";
      case Leaf::object:
        return object_text(*field.rule.inner);
      default:
        return std::to_string(std::max<std::int64_t>(field.rule.min, 1));
    }
  }();
  return field.shape->list ? "[" + one + "," + one + "]" : one;
}

std::string object_text(const Table& table, const Sample& sample) {
  std::string text = "{";
  for (const auto& field : table.fields) {
    const bool here = field.name == sample.replaced;
    if (here && sample.with.empty()) continue;
    if (!here && !sample.optional_too && !field.required()) continue;
    if (text.size() > 1) text += ',';
    text += "\"" + std::string{field.name} + "\":" + (here ? sample.with : good_value(field));
  }
  return text + "}";
}

std::optional<CallError> read_request(std::size_t action, const std::string& payload) {
  auto decoded = read_station_request(station_actions()[action].name, payload, {});
  if (auto* const error = std::get_if<CallError>(&decoded)) return *error;
  CHECK(std::get<StationRequest>(decoded).index() == action);
  return std::nullopt;
}
std::optional<CallError> read_answer(std::size_t action, const std::string& payload) {
  auto decoded = read_backend_answer(action, payload, {});
  if (auto* const error = std::get_if<CallError>(&decoded)) return *error;
  CHECK(std::get<BackendAnswer>(decoded).index() == action);
  return std::nullopt;
}

void expect(std::optional<CallError> got, CallErrorCode code) {
  REQUIRE(got.has_value());
  CHECK(wire_name(got->code) == wire_name(code));
}

using Read = UniqueFunction<std::optional<CallError>(const std::string&)>;

/// Every limit of one field, with the other fields good.
void check_field(const Field& field, const Table& table, const Read& read) {
  CAPTURE(field.name);
  const auto with = [&](std::string value) {
    return read(object_text(table, {field.name, field.shape->list ? "[" + value + "]" : value}));
  };
  const auto missing = read(object_text(table, {field.name}));
  if (field.required()) {
    expect(missing, CallErrorCode::occurrence_constraint_violation);
    expect(read(object_text(table, {field.name, "null"})),
           CallErrorCode::type_constraint_violation);
  } else {
    CHECK_FALSE(missing.has_value());
    CHECK_FALSE(read(object_text(table, {field.name, "null"})).has_value());
  }
  if (field.shape->list) {
    const auto empty = read(object_text(table, {field.name, "[]"}));
    CHECK(empty.has_value() == field.rule.filled);
    expect(read(object_text(table, {field.name, "{}"})), CallErrorCode::type_constraint_violation);
  }
  const bool is_text =
      field.leaf == Leaf::text || field.leaf == Leaf::time || field.leaf == Leaf::enumeration;
  expect(with(is_text ? "7" : "\"seven\""), CallErrorCode::type_constraint_violation);
  const auto property = CallErrorCode::property_constraint_violation;
  switch (field.leaf) {
    case Leaf::text: {
      const auto longest = field.rule.characters_max;
      const std::string good = "\"" + std::string(longest - 1, 'x') + "\u00e9\"";
      CHECK_FALSE(with(good).has_value());
      expect(with("\"" + std::string(longest + 1, 'x') + "\""), property);
      expect(with("\"\\u0000\""), property);
      break;
    }
    case Leaf::time:
      expect(with("\"yesterday\""), property);
      break;
    case Leaf::enumeration:
      for (const auto name : field.rule.names) {
        CHECK_FALSE(with("\"" + std::string{name} + "\"").has_value());
      }
      expect(with("\"Nonsense\""), property);
      break;
    case Leaf::object:
    case Leaf::boolean:
      break;
    default:
      if (field.leaf == Leaf::tenths) break;  // bounds in tenths
      CHECK_FALSE(with(std::to_string(field.rule.min)).has_value());
      CHECK_FALSE(with(std::to_string(field.rule.max)).has_value());
      expect(with(std::to_string(field.rule.min - 1)), property);
      expect(with(std::to_string(field.rule.max + 1)), property);
      expect(with("1.5"), CallErrorCode::type_constraint_violation);
      CHECK_FALSE(
          with(std::to_string(std::max<std::int64_t>(field.rule.min, 1)) + ".0").has_value());
  }
}

/// A table, and the tables within it.
void check_table(const Table& table, const Read& read) {
  CHECK_FALSE(read(object_text(table)).has_value());
  CHECK_FALSE(read(object_text(table, {.optional_too = false})).has_value());
  auto extra = object_text(table);
  extra.insert(1, table.fields.empty() ? "\"extra\":1" : "\"extra\":1,");
  expect(read(extra), CallErrorCode::formation_violation);
  for (const auto& field : table.fields) {
    auto twice = object_text(table);
    twice.insert(1, "\"" + std::string{field.name} + "\":" + good_value(field) + ",");
    expect(read(twice), CallErrorCode::formation_violation);
    check_field(field, table, read);
    if (field.rule.inner == nullptr) continue;
    check_table(*field.rule.inner, [&](const std::string& inner) {
      return read(object_text(table, {field.name, field.shape->list ? "[" + inner + "]" : inner}));
    });
  }
}

template <class Variant, class Message>
std::string text_of(Message message) {
  std::string text;
  const Variant variant{std::in_place_type<Message>, std::move(message)};
  const auto error = append_payload(text, variant);
  return error ? "error: " + error->description : text;
}
template <class Message>
std::string answered(Message message) {
  return text_of<StationAnswer>(std::move(message));
}

std::set<std::size_t> covered;  // requests

template <class Message>
std::string asked(Message message) {
  covered.insert(BackendRequest{std::in_place_type<Message>}.index());
  return text_of<BackendRequest>(std::move(message));
}

const SystemTime noon = *parse_time("2026-11-22T12:00:00Z");

ChargingProfile golden_profile() {
  ChargingProfile profile;
  profile.charging_profile_id = 3;
  profile.stack_level = 1;
  profile.charging_profile_purpose = ChargingProfilePurpose::tx_profile;
  profile.charging_profile_kind = ChargingProfileKind::recurring;
  profile.recurrency_kind = RecurrencyKind::weekly;
  profile.charging_schedule.duration = Seconds{3600};
  profile.charging_schedule.charging_schedule_period = {{Seconds{0}, 160, {}},
                                                        {Seconds{600}, 65, 1}};
  return profile;
}
const std::string profile_text =
    R"({"chargingProfileId":3,"stackLevel":1,"chargingProfilePurpose":"TxProfile",)"
    R"("chargingProfileKind":"Recurring","recurrencyKind":"Weekly","chargingSchedule":)"
    R"({"duration":3600,"chargingRateUnit":"A","chargingSchedulePeriod":)"
    R"([{"startPeriod":0,"limit":16},{"startPeriod":600,"limit":6.5,"numberPhases":1}]}})";

void check_first_half() {
  CHECK(asked(CancelReservation{4}) == R"({"reservationId":4})");
  CHECK(asked(CertificateSigned{"PEM"}) == R"({"certificateChain":"PEM"})");
  CHECK(asked(ChangeAvailability{ConnectorNumber{0}, AvailabilityType::inoperative}) ==
        R"({"connectorId":0,"type":"Inoperative"})");
  CHECK(asked(ChangeConfiguration{"HeartbeatInterval", "300"}) ==
        R"({"key":"HeartbeatInterval","value":"300"})");
  CHECK(asked(ClearCache{}) == "{}");
  CHECK(asked(ClearChargingProfile{
            {}, ConnectorNumber{1}, ChargingProfilePurpose::tx_default_profile, 0}) ==
        R"({"connectorId":1,"chargingProfilePurpose":"TxDefaultProfile","stackLevel":0})");
  CHECK(asked(DataTransfer{"org.example", "m", "\"d\""}) ==
        R"({"vendorId":"org.example","messageId":"m","data":"\"d\""})");
  CHECK(asked(DeleteCertificate{{HashAlgorithm::sha256, "a", "b", "1"}}) ==
        R"({"certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"a",)"
        R"("issuerKeyHash":"b","serialNumber":"1"}})");
  CHECK(asked(ExtendedTriggerMessage{ExtendedTrigger::sign_charge_point_certificate, {}}) ==
        R"({"requestedMessage":"SignChargePointCertificate"})");
  CHECK(asked(GetCompositeSchedule{ConnectorNumber{1}, Seconds{60}, ChargingRateUnit::watts}) ==
        R"({"connectorId":1,"duration":60,"chargingRateUnit":"W"})");
  CHECK(asked(GetConfiguration{{"A", "B"}}) == R"({"key":["A","B"]})");
  CHECK(asked(GetConfiguration{}) == "{}");
  CHECK(asked(GetDiagnostics{"ftp://h/", 1, Seconds{5}, noon, noon}) ==
        R"({"location":"ftp://h/","retries":1,"retryInterval":5,"startTime":)"
        R"("2026-11-22T12:00:00.000Z","stopTime":"2026-11-22T12:00:00.000Z"})");
  CHECK(asked(GetInstalledCertificateIds{CertificateUse::manufacturer_root_certificate}) ==
        R"({"certificateType":"ManufacturerRootCertificate"})");
}

void check_second_half() {
  const auto profile = golden_profile();
  CHECK(asked(GetLocalListVersion{}) == "{}");
  CHECK(asked(GetLog{{"ftp://h/", {}, {}}, LogType::security_log, 9, {}, {}}) ==
        R"({"log":{"remoteLocation":"ftp://h/"},"logType":"SecurityLog","requestId":9})");
  CHECK(asked(InstallCertificate{CertificateUse::central_system_root_certificate, "PEM"}) ==
        R"({"certificateType":"CentralSystemRootCertificate","certificate":"PEM"})");
  CHECK(asked(RemoteStartTransaction{"TAG", ConnectorNumber{1}, profile}) ==
        R"({"idTag":"TAG","connectorId":1,"chargingProfile":)" + profile_text + "}");
  CHECK(asked(RemoteStopTransaction{TransactionId{7}}) == R"({"transactionId":7})");
  CHECK(asked(ReserveNow{ConnectorNumber{0}, noon, "TAG", 5, "P"}) ==
        R"({"connectorId":0,"expiryDate":"2026-11-22T12:00:00.000Z","idTag":"TAG",)"
        R"("reservationId":5,"parentIdTag":"P"})");
  CHECK(asked(Reset{ResetType::hard}) == R"({"type":"Hard"})");
  CHECK(asked(SendLocalList{2, UpdateType::differential, {{"A", IdTagInfo{}}, {"B", {}}}}) ==
        R"({"listVersion":2,"updateType":"Differential","localAuthorizationList":)"
        R"([{"idTag":"A","idTagInfo":{"status":"Invalid"}},{"idTag":"B"}]})");
  CHECK(asked(SetChargingProfile{ConnectorNumber{1}, profile}) ==
        R"({"connectorId":1,"csChargingProfiles":)" + profile_text + "}");
  CHECK(asked(SignedUpdateFirmware{1, {"https://h/f", noon, {}, "CERT", "SIG"}, {}, {}}) ==
        R"({"requestId":1,"firmware":{"location":"https://h/f","retrieveDateTime":)"
        R"("2026-11-22T12:00:00.000Z","signingCertificate":"CERT","signature":"SIG"}})");
  CHECK(asked(TriggerMessage{MessageTrigger::meter_values, ConnectorNumber{2}}) ==
        R"({"requestedMessage":"MeterValues","connectorId":2})");
  CHECK(asked(UnlockConnector{ConnectorNumber{1}}) == R"({"connectorId":1})");
  CHECK(asked(UpdateFirmware{"https://h/f", noon, {}, {}}) ==
        R"({"location":"https://h/f","retrieveDate":"2026-11-22T12:00:00.000Z"})");
}

}  // namespace

TEST_CASE("ocpp codec: every action of stations, every field, every limit") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < station_actions().size(); ++i) {
    const auto& action = station_actions()[i];
    CAPTURE(action.name);
    names.insert(action.name);
    check_table(*action.request, [&](const std::string& text) { return read_request(i, text); });
    expect(read_request(i, "[]"), CallErrorCode::formation_violation);
  }
  for (std::size_t i = 0; i < backend_actions().size(); ++i) {
    const auto& action = backend_actions()[i];
    CAPTURE(action.name);
    names.insert(action.name);
    check_table(*action.answer, [&](const std::string& text) { return read_answer(i, text); });
  }
  CHECK(names.size() == 39);
  for (const auto actions : {station_actions(), backend_actions()}) {
    CHECK(std::ranges::is_sorted(actions, {}, &Action::name));  // as the variants are
  }
}

TEST_CASE("ocpp codec: unknown actions, and those that only we may call") {
  const auto code = [](std::string_view action) {
    return std::get<CallError>(read_station_request(action, "{}", {})).code;
  };
  CHECK(code("Reset") == CallErrorCode::not_supported);
  CHECK(code("heartbeat") == CallErrorCode::not_implemented);
  CHECK(code("TransactionEvent") == CallErrorCode::not_implemented);
}

TEST_CASE("ocpp codec: a station's messages arrive as values") {
  const auto decoded = read_station_request("StopTransaction", R"({
    "meterStop": 15000, "transactionId": -1, "timestamp": "2026-11-22T13:00:00.5+01:00",
    "reason": "EVDisconnected", "transactionData": [{"timestamp": "2026-11-22T11:59:59",
      "sampledValue": [{"value": "21.5", "unit": "Celcius", "measurand": "Temperature"},
                       {"value": "49.9", "unit": "Hertz", "measurand": "Frequency",
                        "context": "Transaction.End", "phase": "L1-N"}]}]})",
                                            {});
  const auto& stop = std::get<StopTransaction>(std::get<StationRequest>(decoded));
  CHECK(stop.transaction_id == TransactionId{-1});
  CHECK(stop.meter_stop == 15'000);
  CHECK(stop.timestamp == noon + Millis{500});
  CHECK(stop.reason == StopReason::ev_disconnected);
  REQUIRE(stop.transaction_data.size() == 1);
  CHECK(stop.transaction_data[0].timestamp == noon - Seconds{1});
  const auto& samples = stop.transaction_data[0].sampled_value;
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].unit == Unit::celsius);
  CHECK(measurand_of(samples[0]) == Measurand::temperature);
  CHECK(context_of(samples[0]) == ReadingContext::sample_periodic);
  CHECK(samples[1].phase == Phase::l1_n);

  const auto wrong = read_station_request(
      "MeterValues", R"({"connectorId":1,"meterValue":[{"timestamp":"2026-11-22T11:59:59Z",
      "sampledValue":[{"value":"1"},{"value":2}]}]})",
      {});
  CHECK(std::get<CallError>(wrong).description ==
        "meterValue[0].sampledValue[1].value: must be a string");
}

TEST_CASE("ocpp codec: a signed meter value arrives whole, also where long texts are cut") {
  const std::string signed_value(200'000, 's');
  const auto text = R"({"meterStop":15000,"transactionId":7,"timestamp":"2026-11-22T12:00:00Z",
    "transactionData":[{"timestamp":"2026-11-22T12:00:00Z","sampledValue":
    [{"format":"SignedData","context":"Transaction.End","value":")" +
                    signed_value + "\"}]}]}";
  for (const bool long_texts : {false, true}) {
    CAPTURE(long_texts);
    const auto decoded =
        read_station_request("StopTransaction", text, {{.long_texts = long_texts}, noon});
    REQUIRE(std::holds_alternative<StationRequest>(decoded));
    const auto& stop = std::get<StopTransaction>(std::get<StationRequest>(decoded));
    CHECK((stop.transaction_data.at(0).sampled_value.at(0).value == signed_value));
  }
}

TEST_CASE("ocpp tolerances: what is known of firmware, and an operator's lines") {
  const auto rows = {parse_tolerance_row("ACME/Wall: unknown_values numbers_for_texts"),
                     parse_tolerance_row("acme: missing_timestamps"),
                     parse_tolerance_row("*: unknown_fields"),
                     parse_tolerance_row("acme / wall / 1.4: lone_for_lists empty_lists"),
                     parse_tolerance_row("VESTEL/EVC04/9: strict"),
                     parse_tolerance_row("Long/: texts_for_numbers long_texts repeated_ids")};
  std::vector<ToleranceRow> good;
  for (const auto& row : rows) good.push_back(row.value());
  const ToleranceTable table{good};
  CHECK(table.of({"Acme Ltd", "wallbox 2"}) == Tolerance{.unknown_values = true,
                                                         .missing_timestamps = true,
                                                         .unknown_fields = true,
                                                         .numbers_for_texts = true});
  CHECK(table.of({"Acme", "Pole"}).unknown_values == false);
  CHECK(to_text(table.of({"acme", "WALL", "1.4.2"})) ==
        "unknown_values missing_timestamps unknown_fields numbers_for_texts lone_for_lists "
        "empty_lists");
  CHECK(ToleranceTable{}.of({"Acme", "Wall"}) == Tolerance{});
  // What is known of firmware counts beside an operator's rows, unless those say otherwise.
  CHECK(to_text(table.of({"Vestel", "EVC04-AC11", "8"})) == "unknown_fields empty_lists");
  CHECK(to_text(table.of({"Vestel", "EVC04-AC11", "9.1"})) == "unknown_fields");
  CHECK(to_text(ToleranceTable{}.of({"", "ACChargePoint"})) == "lone_for_lists");
  for (const auto& known : known_firmware()) {
    CAPTURE(known.report);
    CHECK(ToleranceTable{}.of(known.name) != Tolerance{});
  }
  for (const auto* const bad :
       {"ACME", "ACME:", ": unknown_values", "ACME: everything", "a/b/c/d: strict"}) {
    CHECK_FALSE(parse_tolerance_row(bad).has_value());
  }
}

TEST_CASE("ocpp codec: what firmware does wrong is let through where it is forgiven") {
  const auto* const text = R"({"connectorId":"1","idTag":"A1234567890123456789Z","meterStart":0,
                               "firmwareNote":{}})";
  expect(std::get<CallError>(read_station_request("StartTransaction", text, {})),
         CallErrorCode::type_constraint_violation);
  const Lenience lenience{{.missing_timestamps = true,
                           .unknown_fields = true,
                           .texts_for_numbers = true,
                           .long_texts = true},
                          noon};
  const auto decoded = read_station_request("StartTransaction", text, lenience);
  const auto& start = std::get<StartTransaction>(std::get<StationRequest>(decoded));
  CHECK(start.timestamp == noon);
  CHECK(start.connector_id == ConnectorNumber{1});
  CHECK(start.id_tag == "A1234567890123456789");

  const Lenience values{{.unknown_values = true, .numbers_for_texts = true}, noon};
  const auto status = read_station_request(
      "StatusNotification", R"({"connectorId":0,"errorCode":"Brownout","status":"Available"})",
      values);
  CHECK(std::get<StatusNotification>(std::get<StationRequest>(status)).error_code ==
        ErrorCode::other_error);
  const auto meter = read_station_request(
      "MeterValues", R"({"connectorId":1,"meterValue":[{"timestamp":"2026-11-22T11:59:59Z",
      "sampledValue":[{"value":2.5,"measurand":"Fan.Speed"}]}]})",
      values);
  const auto& sample =
      std::get<MeterValues>(std::get<StationRequest>(meter)).meter_value.at(0).sampled_value.at(0);
  CHECK(sample.value == "2.5");
  CHECK(sample.measurand == Measurand::unknown);
  const Lenience lists{{.missing_timestamps = true, .lone_for_lists = true, .empty_lists = true},
                       noon};
  const auto lone =
      read_station_request("MeterValues", R"({"connectorId":1,"meterValue":{"timestamp":"",
      "sampledValue":[]}})",
                           lists);
  const auto& values_of = std::get<MeterValues>(std::get<StationRequest>(lone)).meter_value;
  REQUIRE(values_of.size() == 1);
  CHECK(values_of[0].timestamp == noon);
  CHECK(values_of[0].sampled_value.empty());
  // No state is invented for a connector.
  expect(std::get<CallError>(read_station_request(
             "StatusNotification", R"({"connectorId":0,"errorCode":"NoError","status":"Asleep"})",
             values)),
         CallErrorCode::property_constraint_violation);
}

TEST_CASE("ocpp codec: golden text of what we answer") {
  IdTagInfo info{AuthorizationStatus::concurrent_tx, noon, "GROUP"};
  CHECK(answered(AuthorizeAnswer{info}) ==
        R"({"idTagInfo":{"status":"ConcurrentTx","expiryDate":"2026-11-22T12:00:00.000Z",)"
        R"("parentIdTag":"GROUP"}})");
  CHECK(answered(BootNotificationAnswer{RegistrationStatus::pending, noon, Seconds{300}}) ==
        R"({"status":"Pending","currentTime":"2026-11-22T12:00:00.000Z","interval":300})");
  CHECK(answered(DataTransferAnswer{DataTransferStatus::unknown_vendor_id, {}}) ==
        R"({"status":"UnknownVendorId"})");
  CHECK(answered(HeartbeatAnswer{noon}) == R"({"currentTime":"2026-11-22T12:00:00.000Z"})");
  CHECK(answered(StartTransactionAnswer{TransactionId{7}, {AuthorizationStatus::accepted}}) ==
        R"({"transactionId":7,"idTagInfo":{"status":"Accepted"}})");
  CHECK(answered(StopTransactionAnswer{}) == "{}");
  CHECK(answered(MeterValuesAnswer{}) == "{}");
  CHECK(answered(SignCertificateAnswer{Verdict::accepted}) == R"({"status":"Accepted"})");
}

TEST_CASE("ocpp codec: golden text of what we ask") {
  covered.clear();
  check_first_half();
  check_second_half();
  CHECK(covered.size() == backend_actions().size());
}

TEST_CASE("ocpp codec: where files come from and go to is a URI") {
  for (const auto* const good : {"ftp://h/", "https://user:pw@h:8080/a%20b?c", "x-own+1.0:y"}) {
    CAPTURE(good);
    CHECK(asked(GetDiagnostics{good, {}, {}, {}, {}}) ==
          R"({"location":")" + std::string{good} + "\"}");
  }
  for (const auto* const bad : {"", "diagnostics", "/var/log", "h.example/x", "://h/", "https:",
                                "2ftp://h/", "f_p://h/", "h:80 /", "ftp://h/a b", "ftp://h/\n"}) {
    CAPTURE(bad);
    CHECK(asked(GetDiagnostics{bad, {}, {}, {}, {}}) == "error: location: is no URI");
    CHECK(asked(UpdateFirmware{bad, noon, {}, {}}) == "error: location: is no URI");
  }
  expect(std::get<CallError>(
             read_backend_request("GetDiagnostics", R"({"location":"diagnostics"})", {})),
         CallErrorCode::property_constraint_violation);
}

TEST_CASE("ocpp codec: nothing leaves that breaks a limit") {
  CHECK(asked(ChangeConfiguration{std::string(51, 'k'), ""}) ==
        "error: key: longer than 50 characters");
  CHECK(asked(ChangeConfiguration{"\xff", ""}) == "error: key: is no UTF-8");
  CHECK(asked(UnlockConnector{}) == "error: connectorId: must be from 1 to 65535");
  CHECK(asked(SendLocalList{0, UpdateType::full, {}}) ==
        "error: listVersion: must be from 1 to 2147483647");
  CHECK(asked(SetChargingProfile{}) ==
        "error: csChargingProfiles.chargingSchedule.chargingSchedulePeriod: is required");
  CHECK(answered(HeartbeatAnswer{noon + std::chrono::years{9'000}}) ==
        "error: currentTime: a date beyond the year 9999");
}

TEST_CASE("ocpp codec: error codes in both spellings") {
  CHECK(wire_name(CallErrorCode::occurrence_constraint_violation) ==
        "OccurenceConstraintViolation");
  CHECK(wire_name(CallErrorCode::formation_violation) == "FormationViolation");
  for (std::size_t i = 0; i <= static_cast<std::size_t>(CallErrorCode::generic_error); ++i) {
    const auto code = static_cast<CallErrorCode>(i);
    CHECK(parse_call_error_code(wire_name(code)) == code);
  }
  CHECK(parse_call_error_code("OccurrenceConstraintViolation") ==
        CallErrorCode::occurrence_constraint_violation);
  CHECK(parse_call_error_code("FormatViolation") == CallErrorCode::formation_violation);
  CHECK_FALSE(parse_call_error_code("Whatever").has_value());
  CHECK_FALSE(parse_call_error_code("").has_value());
}

TEST_CASE("ocpp codec: times") {
  const auto text = [](SystemTime time) {
    std::string out;
    append_time(out, time);
    return out;
  };
  CHECK(text(noon + Micros{1'234'567}) == "2026-11-22T12:00:01.234Z");
  for (const auto* const same :
       {"2026-11-22T12:00:00Z", "2026-11-22t12:00:00.000z", "2026-11-22T12:00:00",
        "2026-11-22 12:00:00.0000000Z", "2026-11-22T17:30:00+05:30", "2026-11-22T04:00:00-0800"}) {
    CAPTURE(same);
    CHECK(parse_time(same) == noon);
  }
  for (const auto* const bad :
       {"", "2026-11-22", "2026-11-31T12:00:00Z", "2026-02-29T12:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T12:60:00Z", "2026-11-22T12:00Z", "2026-11-22T12:00:00.Z",
        "2026-11-22T12:00:00Zx", "2026-11-22T12:00:00+01", "26-11-22T12:00:00Z", "1763812800"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_time(bad).has_value());
  }
}

}  // namespace mainstay::charging::ocpp
