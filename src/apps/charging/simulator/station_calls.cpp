#include <algorithm>
#include <array>
#include <utility>

#include "apps/charging/inbound/ocpp/frame.hpp"
#include "apps/charging/simulator/station.hpp"
#include "apps/charging/simulator/wire_text.hpp"
#include "base/bytes.hpp"
#include "base/sip_hash.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator {

/// `error` empty: a CALLRESULT with the payload.
struct Station::Answer {
  std::string payload = "{}";
  std::string_view error = {};
  std::string_view description = {};
};

struct Station::Handler {
  std::string_view action;
  Answer (Station::*handle)(const json::Value& in, SystemTime now);
};

namespace {

constexpr std::size_t certificates_max = 10;

std::string text_member(const json::Value& object, std::string_view name) {
  const std::string* const found = object.find_string(name);
  return found == nullptr ? std::string{} : *found;
}

std::string status_payload(std::string_view status) {
  std::string out;
  ObjectWriter{out}.word("status", status).end();
  return out;
}

std::string hex(std::string_view what, std::uint64_t salt) {
  const std::uint64_t hash = sip_hash({salt, 0}, as_bytes(what)).first;
  return hexadecimal({reinterpret_cast<const char*>(&hash), sizeof hash});
}

/// What stands for a certificate: a station of ours does not verify any.
void append_hash_data(std::string& out, const std::string& certificate) {
  ObjectWriter{out}
      .word("hashAlgorithm", "SHA256")
      .word("issuerNameHash", hex(certificate, 1))
      .word("issuerKeyHash", hex(certificate, 2))
      .word("serialNumber", hex(certificate, 3))
      .end();
}

}  // namespace

void Station::answer_call(std::string_view id, std::string_view action, std::string_view payload,
                          SystemTime now) {
  static constexpr std::array<Handler, 26> handlers{{
      {"CancelReservation", &Station::cancel_reservation},
      {"CertificateSigned", &Station::certificate_signed},
      {"ChangeAvailability", &Station::change_availability},
      {"ChangeConfiguration", &Station::change_configuration},
      {"ClearCache", &Station::clear_cache},
      {"ClearChargingProfile", &Station::clear_charging_profile},
      {"DataTransfer", &Station::data_transfer},
      {"DeleteCertificate", &Station::delete_certificate},
      {"ExtendedTriggerMessage", &Station::extended_trigger_message},
      {"GetCompositeSchedule", &Station::get_composite_schedule},
      {"GetConfiguration", &Station::get_configuration},
      {"GetDiagnostics", &Station::get_diagnostics},
      {"GetInstalledCertificateIds", &Station::get_installed_certificate_ids},
      {"GetLocalListVersion", &Station::get_local_list_version},
      {"GetLog", &Station::get_log},
      {"InstallCertificate", &Station::install_certificate},
      {"RemoteStartTransaction", &Station::remote_start},
      {"RemoteStopTransaction", &Station::remote_stop},
      {"ReserveNow", &Station::reserve_now},
      {"Reset", &Station::reset},
      {"SendLocalList", &Station::send_local_list},
      {"SetChargingProfile", &Station::set_charging_profile},
      {"SignedUpdateFirmware", &Station::signed_update_firmware},
      {"TriggerMessage", &Station::trigger_message},
      {"UnlockConnector", &Station::unlock_connector},
      {"UpdateFirmware", &Station::update_firmware},
  }};
  Answer answer{{}, "NotImplemented", "no such action"};
  const auto handler = std::ranges::find(handlers, action, &Handler::action);
  if (handler != handlers.end()) {
    const auto in = json::parse(payload);
    answer = in && in->if_object() != nullptr
                 ? (this->*handler->handle)(*in, now)
                 : Answer{{}, "FormationViolation", "the payload is no object"};
  }
  ++tally_.backend_calls;
  std::string out;
  if (answer.error.empty()) {
    ocpp::append_result(out, id, answer.payload);
  } else {
    ++tally_.backend_refused;
    ocpp::append_error(out, id, answer.error, answer.description);
  }
  link_.send(out);
}

bool Station::has_connector(std::int64_t number) const {
  return number >= 1 && number <= static_cast<std::int64_t>(outlets_.size());
}

// --- availability, configuration

Station::Answer Station::change_availability(const json::Value& in, SystemTime now) {
  const auto connector = integer_member(in, "connectorId");
  const std::string type = text_member(in, "type");
  if (!connector || type.empty()) return {{}, "OccurenceConstraintViolation", "connectorId, type"};
  const bool operative = type == "Operative";
  if (*connector != 0 && !has_connector(*connector)) return {status_payload("Rejected")};
  bool scheduled = false;
  for (Outlet& outlet : outlets_) {
    if (*connector != 0 && number_of(outlet).get() != *connector) continue;
    const bool busy = outlet.step != Outlet::Step::free;
    scheduled = scheduled || (busy && !operative);
    outlet.wants_inoperative = busy && !operative;
    if (!outlet.wants_inoperative) outlet.operative = operative;
    if (!busy) show_resting(outlet);
  }
  if (*connector == 0 && is_operative_ != operative && !scheduled) {
    is_operative_ = operative;
    whole_status_due_ = true;
    for (Outlet& outlet : outlets_) {
      if (outlet.step == Outlet::Step::free) show_resting(outlet);
    }
  }
  (void)now;
  return {status_payload(scheduled ? "Scheduled" : "Accepted")};
}

Station::Answer Station::change_configuration(const json::Value& in, SystemTime now) {
  const std::string* const key = in.find_string("key");
  const std::string* const value = in.find_string("value");
  if (key == nullptr || value == nullptr) {
    return {{}, "OccurenceConstraintViolation", "key and value"};
  }
  using Change = Configuration::Change;
  const Change change = configuration_.change(*key, *value);
  if (change == Change::not_supported) return {status_payload("NotSupported")};
  if (change == Change::rejected) return {status_payload("Rejected")};
  const auto known = find_key(*key);
  if (known == Key::heartbeat_interval) {
    const auto every = configuration_.integer(Key::heartbeat_interval);
    heartbeat_at_ = every > 0 ? now + Seconds{every} : SystemTime::max();
  }
  if (known == Key::web_socket_ping_interval) {
    const auto every = configuration_.integer(Key::web_socket_ping_interval);
    ping_at_ = every > 0 ? now + Seconds{every} : SystemTime::max();
  }
  // The new password counts from the next connection on.
  return {status_payload("Accepted")};
}

Station::Answer Station::clear_cache(const json::Value&, SystemTime) {
  return {status_payload("Accepted")};
}

Station::Answer Station::get_configuration(const json::Value& in, SystemTime) {
  std::string known;
  std::string unknown;
  const auto add = [&](Key key) {
    if (is_secret(key)) return;
    if (!known.empty()) known.push_back(',');
    ObjectWriter{known}
        .word("key", name_of(key))
        .truth("readonly", is_read_only(key))
        .text("value", configuration_.text(key))
        .end();
  };
  const json::Value* const wanted = in.find("key");
  const json::Array* const list = wanted == nullptr ? nullptr : wanted->if_array();
  if (list == nullptr || list->empty()) {
    for (std::size_t i = 0; i < key_count; ++i) add(static_cast<Key>(i));
  } else {
    for (const json::Value& one : *list) {
      const std::string* const name = one.if_string();
      if (name == nullptr) return {{}, "TypeConstraintViolation", "key: texts"};
      if (const auto key = find_key(*name)) {
        add(*key);
      } else {
        if (!unknown.empty()) unknown.push_back(',');
        append_json_quoted(unknown, *name);
      }
    }
  }
  return {"{\"configurationKey\":[" + known + "],\"unknownKey\":[" + unknown + "]}"};
}

Station::Answer Station::data_transfer(const json::Value& in, SystemTime) {
  const bool ours = text_member(in, "vendorId") == "Mainstay";
  return {status_payload(ours ? "UnknownMessageId" : "UnknownVendorId")};
}

// --- from afar

Station::Answer Station::remote_start(const json::Value& in, SystemTime now) {
  const std::string tag = text_member(in, "idTag");
  if (tag.empty()) return {{}, "OccurenceConstraintViolation", "idTag"};
  const auto wanted = integer_member(in, "connectorId");
  const auto fits = [&](const Outlet& outlet) {
    if (wanted && number_of(outlet).get() != *wanted) return false;
    if (outlet.step != Outlet::Step::free || !outlet.operative || !is_operative_) return false;
    return !outlet.reservation || outlet.reservation->tag == tag ||
           outlet.reservation->parent_tag == tag;
  };
  const auto place = std::ranges::find_if(outlets_, fits);
  if (place == outlets_.end()) return {status_payload("Rejected")};
  if (const json::Value* const given = in.find("chargingProfile")) {
    auto profile = parse_profile(*given);
    if (!profile || profile->purpose != Purpose::tx ||
        !limits_.install(number_of(*place), std::move(*profile))) {
      return {status_payload("Rejected")};
    }
  }
  plug_in(*place, tag, true, now);
  return {status_payload("Accepted")};
}

Station::Answer Station::remote_stop(const json::Value& in, SystemTime now) {
  const auto id = integer_member(in, "transactionId");
  if (!id) return {{}, "OccurenceConstraintViolation", "transactionId"};
  const Session* const session = find_transaction(*id);
  if (session == nullptr) return {status_payload("Rejected")};
  Outlet& place = outlet(session->connector);
  if (place.serial != session->serial || place.step != Outlet::Step::charging) {
    return {status_payload("Rejected")};
  }
  stop_charge(place, Reason::remote, now);
  return {status_payload("Accepted")};
}

Station::Answer Station::reset(const json::Value& in, SystemTime now) {
  const bool hard = text_member(in, "type") == "Hard";
  for (Outlet& outlet : outlets_) {
    if (outlet.step == Outlet::Step::charging) {
      stop_charge(outlet, hard ? Reason::hard_reset : Reason::soft_reset, now);
    }
  }
  constexpr Seconds until_restart{2};
  go_on_later({{}, Later::What::reset}, until_restart, now);
  return {status_payload("Accepted")};
}

Station::Answer Station::unlock_connector(const json::Value& in, SystemTime now) {
  const auto connector = integer_member(in, "connectorId").value_or(0);
  if (!has_connector(connector)) return {status_payload("NotSupported")};
  Outlet& place = outlets_[static_cast<std::size_t>(connector) - 1];
  if (place.step == Outlet::Step::charging) stop_charge(place, Reason::unlock_command, now);
  return {status_payload("Unlocked")};
}

// --- firmware, diagnostics, logs: it goes through the motions

void Station::go_on_later(Later later, Seconds behind, SystemTime now) {
  later.at = now + behind;
  later_.push_back(later);
}

Station::Answer Station::get_diagnostics(const json::Value&, SystemTime now) {
  go_on_later({{}, Later::What::diagnostics}, Seconds{1}, now);
  std::string out;
  ObjectWriter{out}.text("fileName", identity_.substr(0, 48) + "-diagnostics.txt").end();
  return {out};
}

Station::Answer Station::update_firmware(const json::Value& in, SystemTime now) {
  const auto at = parse_time(text_member(in, "retrieveDate"));
  if (!at) return {{}, "PropertyConstraintViolation", "retrieveDate"};
  const auto wait = std::chrono::ceil<Seconds>(std::max(*at, now) - now);
  go_on_later({{}, Later::What::firmware}, wait + Seconds{1}, now);
  return {};
}

Station::Answer Station::get_log(const json::Value& in, SystemTime now) {
  const auto id = integer_member(in, "requestId");
  if (!id) return {{}, "OccurenceConstraintViolation", "requestId"};
  go_on_later({{}, Later::What::log, 0, *id}, Seconds{1}, now);
  std::string out;
  ObjectWriter{out}
      .word("status", "Accepted")
      .text("filename", identity_.substr(0, 48) + "-log.txt")
      .end();
  return {out};
}

Station::Answer Station::signed_update_firmware(const json::Value& in, SystemTime now) {
  const auto id = integer_member(in, "requestId");
  if (!id) return {{}, "OccurenceConstraintViolation", "requestId"};
  go_on_later({{}, Later::What::signed_firmware, 0, *id}, Seconds{1}, now);
  return {status_payload("Accepted")};
}

/// The next step of what takes a while; each tells its status.
void Station::on_later(const Later& later, SystemTime now) {
  struct Course {
    Later::What what;
    Action action;
    std::array<std::string_view, 4> steps;
  };
  static constexpr std::array<Course, 4> courses{{
      {Later::What::firmware,
       Action::firmware_status_notification,
       {"Downloading", "Downloaded", "Installing", "Installed"}},
      {Later::What::diagnostics,
       Action::diagnostics_status_notification,
       {"Uploading", "Uploaded", {}, {}}},
      {Later::What::log, Action::log_status_notification, {"Uploading", "Uploaded", {}, {}}},
      {Later::What::signed_firmware,
       Action::signed_firmware_status_notification,
       {"Downloading", "SignatureVerified", "Installing", "Installed"}},
  }};
  if (later.what == Later::What::reset) return restart(now);
  const auto course = std::ranges::find(courses, later.what, &Course::what);
  std::string payload;
  ObjectWriter out{payload};
  out.word("status", course->steps[later.step]);
  if (later.what == Later::What::log || later.what == Later::What::signed_firmware) {
    out.number("requestId", later.request_id);
  }
  out.end();
  prompt({course->action, std::move(payload)});
  Later next = later;
  ++next.step;
  const bool more = next.step < course->steps.size() && !course->steps[next.step].empty();
  constexpr Seconds step_length{3};
  if (more) go_on_later(next, step_length, now);
}

// --- the local list, reservations

Station::Answer Station::get_local_list_version(const json::Value&, SystemTime) {
  std::string out;
  ObjectWriter{out}.number("listVersion", local_list_version_).end();
  return {out};
}

Station::Answer Station::send_local_list(const json::Value& in, SystemTime) {
  const auto version = integer_member(in, "listVersion");
  if (!version) return {{}, "OccurenceConstraintViolation", "listVersion"};
  const bool full = text_member(in, "updateType") == "Full";
  if (!full && *version <= local_list_version_) return {status_payload("VersionMismatch")};
  auto list = full ? std::vector<Listed>{} : local_list_;
  const json::Value* const given = in.find("localAuthorizationList");
  const json::Array* const entries = given == nullptr ? nullptr : given->if_array();
  const auto entries_max = configuration_.integer(Key::send_local_list_max_length);
  if (entries != nullptr && std::cmp_greater(entries->size(), entries_max)) {
    return {status_payload("Failed")};
  }
  for (const json::Value& one : entries == nullptr ? json::Array{} : *entries) {
    const std::string tag = text_member(one, "idTag");
    std::erase_if(list, [&](const Listed& listed) { return listed.tag == tag; });
    const json::Value* const info = one.find("idTagInfo");
    if (info != nullptr) list.push_back({tag, text_member(*info, "status") == "Accepted"});
  }
  if (std::cmp_greater(list.size(), configuration_.integer(Key::local_auth_list_max_length))) {
    return {status_payload("Failed")};
  }
  local_list_ = std::move(list);
  local_list_version_ = *version;
  return {status_payload("Accepted")};
}

Station::Answer Station::reserve_now(const json::Value& in, SystemTime now) {
  const auto connector = integer_member(in, "connectorId");
  const auto id = integer_member(in, "reservationId");
  const auto expiry = parse_time(text_member(in, "expiryDate"));
  if (!connector || !id || !expiry) {
    return {{}, "OccurenceConstraintViolation", "connectorId, reservationId, expiryDate"};
  }
  if (!has_connector(*connector) || *expiry <= now) return {status_payload("Rejected")};
  Outlet& place = outlets_[static_cast<std::size_t>(*connector) - 1];
  const bool same = place.reservation && place.reservation->id == *id;
  if (!place.operative || !is_operative_) return {status_payload("Unavailable")};
  if (place.step != Outlet::Step::free || (place.reservation && !same)) {
    return {status_payload("Occupied")};
  }
  place.reservation =
      Reservation{*id, text_member(in, "idTag"), text_member(in, "parentIdTag"), *expiry};
  show_resting(place);
  return {status_payload("Accepted")};
}

Station::Answer Station::cancel_reservation(const json::Value& in, SystemTime) {
  const auto id = integer_member(in, "reservationId");
  for (Outlet& place : outlets_) {
    if (!place.reservation || place.reservation->id != id) continue;
    place.reservation.reset();
    if (place.step == Outlet::Step::free) show_resting(place);
    return {status_payload("Accepted")};
  }
  return {status_payload("Rejected")};
}

// --- smart charging

Station::Answer Station::set_charging_profile(const json::Value& in, SystemTime now) {
  const auto connector = integer_member(in, "connectorId");
  const json::Value* const given = in.find("csChargingProfiles");
  if (!connector || given == nullptr) {
    return {{}, "OccurenceConstraintViolation", "connectorId, csChargingProfiles"};
  }
  auto profile = parse_profile(*given);
  if (!profile) return {{}, "PropertyConstraintViolation", "csChargingProfiles"};
  if (*connector != 0 && !has_connector(*connector)) return {status_payload("Rejected")};
  if (profile->purpose == Purpose::tx) {
    const bool runs = *connector != 0 && outlets_[static_cast<std::size_t>(*connector) - 1].step ==
                                             Outlet::Step::charging;
    const bool known = !profile->transaction_id || find_transaction(*profile->transaction_id);
    if (!runs || !known) return {status_payload("Rejected")};
  }
  const ConnectorNumber number{static_cast<std::uint16_t>(*connector)};
  const bool installed = limits_.install(number, std::move(*profile));
  refresh_limits(now);
  return {status_payload(installed ? "Accepted" : "Rejected")};
}

Station::Answer Station::clear_charging_profile(const json::Value& in, SystemTime now) {
  ChargingLimits::Filter filter;
  filter.id = integer_member(in, "id");
  filter.stack_level = integer_member(in, "stackLevel");
  if (const auto connector = integer_member(in, "connectorId")) {
    filter.connector = ConnectorNumber{static_cast<std::uint16_t>(*connector)};
  }
  const std::string purpose = text_member(in, "chargingProfilePurpose");
  if (purpose == "ChargePointMaxProfile") filter.purpose = Purpose::station_max;
  if (purpose == "TxDefaultProfile") filter.purpose = Purpose::tx_default;
  if (purpose == "TxProfile") filter.purpose = Purpose::tx;
  const std::size_t cleared = limits_.clear(filter);
  refresh_limits(now);
  return {status_payload(cleared > 0 ? "Accepted" : "Unknown")};
}

Station::Answer Station::get_composite_schedule(const json::Value& in, SystemTime now) {
  const auto connector = integer_member(in, "connectorId");
  const auto duration = integer_member(in, "duration");
  if (!connector || !duration) {
    return {{}, "OccurenceConstraintViolation", "connectorId, duration"};
  }
  if (*connector != 0 && !has_connector(*connector)) return {status_payload("Rejected")};
  RunningCharge charge{ConnectorNumber{0}, {}, now};
  Watts most = 0;
  for (const Outlet& outlet : outlets_) {
    if (*connector == 0) most += outlet.supply.power_max;
    if (number_of(outlet).get() != *connector) continue;
    charge = running(outlet);
    most = outlet.supply.power_max;
  }
  const bool amperes = text_member(in, "chargingRateUnit") == "A";
  constexpr Watts watts_an_ampere = 690;
  std::string out;
  ObjectWriter answer{out};
  answer.word("status", "Accepted").number("connectorId", *connector).time("scheduleStart", now);
  std::string& inner = answer.begin("chargingSchedule");
  ObjectWriter schedule{inner};
  schedule.number("duration", *duration).time("startSchedule", now);
  schedule.word("chargingRateUnit", amperes ? "A" : "W");
  schedule.begin("chargingSchedulePeriod").push_back('[');
  for (const auto& step : limits_.composite(charge, now, Seconds{*duration}, most)) {
    if (inner.back() != '[') inner.push_back(',');
    ObjectWriter period{inner};
    const auto tenths = amperes ? step.limit * 10 / watts_an_ampere : step.limit * 10;
    period.number("startPeriod", step.start.count());
    append_number(period.begin("limit"), tenths / 10);
    inner.append(".").append(1, static_cast<char>('0' + tenths % 10));
    period.end();
  }
  inner.push_back(']');
  schedule.end();
  answer.end();
  return {out};
}

// --- triggers, certificates

Station::Answer Station::trigger_message(const json::Value& in, SystemTime now) {
  return trigger(in, Action::diagnostics_status_notification, now);
}

Station::Answer Station::extended_trigger_message(const json::Value& in, SystemTime now) {
  return trigger(in, Action::log_status_notification, now);
}

/// `transfer_status`: what only one of the two actions asks for.
Station::Answer Station::trigger(const json::Value& in, Action transfer_status, SystemTime now) {
  const std::string wanted = text_member(in, "requestedMessage");
  const auto connector = integer_member(in, "connectorId");
  const bool boots = wanted == "BootNotification";
  const bool may_talk = is_accepted() || registration_ == Registration::pending;
  if ((connector && *connector != 0 && !has_connector(*connector)) || !(boots || may_talk)) {
    return {status_payload("Rejected")};
  }
  const auto each = [&](auto tell) {
    for (Outlet& outlet : outlets_) {
      if (!connector || *connector == number_of(outlet).get()) tell(outlet);
    }
  };
  const auto say = [&](Action action, std::string payload) {
    prompt({.action = action, .payload = std::move(payload), .triggered = true});
  };
  if (boots) {
    boot_at_ = now;
  } else if (wanted == "Heartbeat") {
    say(Action::heartbeat, "{}");
  } else if (wanted == "StatusNotification") {
    const auto tell = [&](bool& due, std::uint16_t number) {
      due = due || is_accepted();  // then as it is when its turn comes
      if (!is_accepted()) say(Action::status_notification, status_text(number, now));
    };
    if (!connector || *connector == 0) tell(whole_status_due_, 0);
    each([&](Outlet& outlet) { tell(outlet.status_due, number_of(outlet).get()); });
  } else if (wanted == "MeterValues") {
    each([&](Outlet& outlet) {
      // Those of a transaction wait behind its start.
      const bool is_charging = outlet.step == Outlet::Step::charging;
      if (is_charging && is_accepted()) return sample(outlet, now);
      advance(outlet, now);
      say(Action::meter_values, meter_text(outlet, now));
    });
  } else if (wanted == name_of(transfer_status)) {
    say(transfer_status, status_payload("Idle"));
  } else if (wanted == "FirmwareStatusNotification") {
    say(Action::firmware_status_notification, status_payload("Idle"));
  } else {
    return {status_payload("NotImplemented")};
  }
  return {status_payload("Accepted")};
}

Station::Answer Station::certificate_signed(const json::Value& in, SystemTime) {
  const bool given = !text_member(in, "certificateChain").empty();
  return {status_payload(given ? "Accepted" : "Rejected")};
}

Station::Answer Station::install_certificate(const json::Value& in, SystemTime) {
  std::string certificate = text_member(in, "certificate");
  if (certificate.empty()) return {status_payload("Failed")};
  const bool known = std::ranges::find(certificates_, certificate) != certificates_.end();
  if (!known && certificates_.size() >= certificates_max) return {status_payload("Rejected")};
  if (!known) certificates_.push_back(std::move(certificate));
  return {status_payload("Accepted")};
}

Station::Answer Station::delete_certificate(const json::Value& in, SystemTime) {
  const json::Value* const data = in.find("certificateHashData");
  if (data == nullptr) return {{}, "OccurenceConstraintViolation", "certificateHashData"};
  const std::string serial = text_member(*data, "serialNumber");
  const auto gone =
      std::erase_if(certificates_, [&](const std::string& one) { return hex(one, 3) == serial; });
  return {status_payload(gone > 0 ? "Accepted" : "NotFound")};
}

Station::Answer Station::get_installed_certificate_ids(const json::Value&, SystemTime) {
  if (certificates_.empty()) return {status_payload("NotFound")};
  std::string out = R"({"status":"Accepted","certificateHashData":[)";
  for (const std::string& one : certificates_) {
    if (out.back() != '[') out.push_back(',');
    append_hash_data(out, one);
  }
  return {out + "]}"};
}

}  // namespace mainstay::charging::simulator
