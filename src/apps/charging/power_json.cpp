#include "apps/charging/power_json.hpp"

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "apps/charging/inbound/ocpp/codec.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using json::MemberReader;
using json::Object;

json::Value tenths(std::int64_t value) {
  if (value % 10 == 0) return value / 10;
  return static_cast<double>(value) / 10;
}

/// A number of tenths: 16, 16.5.
Result<> read_tenths(const json::Value& value, std::string_view name, std::int64_t& out) {
  double number = 0;
  if (const auto* whole = value.if_int()) {
    number = static_cast<double>(*whole);
  } else if (const auto* real = value.if_double()) {
    number = *real;
  } else {
    return json::member_invalid(name, "a number is wanted");
  }
  if (!(std::abs(number) < 1e12)) return json::member_invalid(name, "out of range");
  const double rounded = std::round(number * 10);
  if (std::abs(rounded - number * 10) > 1e-6) {
    return json::member_invalid(name, "one digit behind the point at most");
  }
  out = static_cast<std::int64_t>(rounded);
  return {};
}

Result<> read_amperes(MemberReader& in, std::string_view name, DeciAmperes& out) {
  const json::Value* found = in.find(name);
  if (found == nullptr) return {};
  std::int64_t value = 0;
  MS_TRY_VOID(read_tenths(*found, name, value));
  if (value < 0 || value > power::SiteLimits::amperes_max) {
    return json::member_invalid(name, "0 to 10000 amperes are wanted");
  }
  out = static_cast<DeciAmperes>(value);
  return {};
}

// ---- Profiles

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names,
                                    const std::string* text) {
  for (std::size_t i = 0; text != nullptr && i < N; ++i) {
    if (names[i] == *text) return i;
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 3> purposes = {"ChargePointMaxProfile", "TxDefaultProfile",
                                                      "TxProfile"};
constexpr std::array<std::string_view, 3> kinds = {"Absolute", "Recurring", "Relative"};
constexpr std::array<std::string_view, 2> recurrencies = {"Daily", "Weekly"};
constexpr std::array<std::string_view, 2> units = {"A", "W"};

template <class Enum, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

json::Value schedule_value(const ocpp::ChargingSchedule& schedule) {
  Object out;
  if (schedule.duration) out.push_back({"duration", std::int64_t{schedule.duration->count()}});
  if (schedule.start_schedule)
    out.push_back({"startSchedule", ocpp::time_text(*schedule.start_schedule)});
  out.push_back({"chargingRateUnit", name_in(units, schedule.charging_rate_unit)});
  json::Array periods;
  for (const ocpp::ChargingSchedulePeriod& period : schedule.charging_schedule_period) {
    Object one{{"startPeriod", std::int64_t{period.start_period.count()}},
               {"limit", tenths(period.limit_tenths)}};
    if (period.number_phases) one.push_back({"numberPhases", *period.number_phases});
    periods.emplace_back(std::move(one));
  }
  out.push_back({"chargingSchedulePeriod", std::move(periods)});
  if (schedule.min_charging_rate_tenths) {
    out.push_back({"minChargingRate", tenths(*schedule.min_charging_rate_tenths)});
  }
  return out;
}

Error broken(std::string_view what) {
  return json::member_invalid(what, "a stored profile is broken");
}

Result<> read_time(const json::Value& from, std::string_view name, std::optional<SystemTime>& out) {
  const std::string* text = from.find_string(name);
  if (text == nullptr) return {};
  out = ocpp::parse_time(*text);
  if (!out) return broken(name);
  return {};
}

std::optional<std::int64_t> integer(const json::Value& from, std::string_view name) {
  const json::Value* found = from.find(name);
  const auto* number = found != nullptr ? found->if_int() : nullptr;
  if (number == nullptr) return std::nullopt;
  return *number;
}

Result<> read_period(const json::Value& from, ocpp::ChargingSchedule& out) {
  const auto start = integer(from, "startPeriod");
  const json::Value* limit = from.find("limit");
  if (!start || limit == nullptr) return broken("chargingSchedulePeriod");
  ocpp::ChargingSchedulePeriod period{.start_period = Seconds{*start}};
  MS_TRY_VOID(read_tenths(*limit, "limit", period.limit_tenths));
  if (const auto phases = integer(from, "numberPhases")) {
    period.number_phases = static_cast<std::int32_t>(*phases);
  }
  out.charging_schedule_period.push_back(period);
  return {};
}

Result<> read_schedule(const json::Value& from, ocpp::ChargingSchedule& out) {
  if (const auto duration = integer(from, "duration")) out.duration = Seconds{*duration};
  MS_TRY_VOID(read_time(from, "startSchedule", out.start_schedule));
  const auto unit = index_of(units, from.find_string("chargingRateUnit"));
  const json::Value* list = from.find("chargingSchedulePeriod");
  const json::Array* periods = list != nullptr ? list->if_array() : nullptr;
  if (!unit || periods == nullptr) return broken("chargingSchedule");
  out.charging_rate_unit = static_cast<ocpp::ChargingRateUnit>(*unit);
  for (const json::Value& period : *periods) MS_TRY_VOID(read_period(period, out));
  if (const json::Value* least = from.find("minChargingRate")) {
    MS_TRY_VOID(read_tenths(*least, "minChargingRate", out.min_charging_rate_tenths.emplace()));
  }
  return {};
}

// ---- Circuits

/// One number for all phases, or one each.
Result<> read_phases(MemberReader& in, power::Circuit& out) {
  MS_TRY_VOID(in.require("amperes"));
  const json::Value* found = in.find("amperes");
  const json::Array* each = found->if_array();
  if (each != nullptr && each->size() != power::phase_count) {
    return json::member_invalid("amperes", "a number, or one for each of R, S and T, is wanted");
  }
  for (std::size_t i = 0; i < power::phase_count; ++i) {
    std::int64_t value = 0;
    MS_TRY_VOID(read_tenths(each != nullptr ? each->at(i) : *found, "amperes", value));
    if (value <= 0 || value > power::SiteLimits::amperes_max) {
      return json::member_invalid("amperes", "above 0, and 10000 at most");
    }
    out.amperes[i] = static_cast<DeciAmperes>(value);
  }
  return {};
}

using Places = std::map<std::string, std::size_t, std::less<>>;  // of circuits

Result<const json::Array*> array_of(MemberReader& in, std::string_view name, std::size_t most) {
  const json::Value* found = in.find(name);
  const json::Array* list = found != nullptr ? found->if_array() : nullptr;
  if (list == nullptr || list->size() > most) {
    return json::member_invalid(name, "a list of at most " + std::to_string(most) + " is wanted");
  }
  return list;
}

Result<> read_circuit(const json::Value& value, power::SiteTree& tree, std::string& parent) {
  MS_TRY(auto in, MemberReader::of(value, "circuits"));
  power::Circuit one;
  MS_TRY_VOID(in.require("name"));
  MS_TRY_VOID(in.text("name", one.name));
  MS_TRY_VOID(in.text("parent", parent));
  MS_TRY_VOID(read_phases(in, one));
  if (in.find("watts") != nullptr) MS_TRY_VOID(in.number("watts", one.watts.emplace()));
  MS_TRY_VOID(in.all_known());
  tree.circuits.push_back(std::move(one));
  return {};
}

Result<> read_circuits(MemberReader& in, power::SiteTree& tree, Places& places) {
  MS_TRY(const json::Array* list, array_of(in, "circuits", power::SiteLimits::circuits_max));
  std::vector<std::string> parents;
  for (const json::Value& value : *list) {
    MS_TRY_VOID(read_circuit(value, tree, parents.emplace_back()));
    places.emplace(tree.circuits.back().name, tree.circuits.size() - 1);
  }
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (parents[i].empty()) continue;
    const auto parent = places.find(parents[i]);
    if (parent == places.end()) {
      return json::member_invalid("circuits.parent", "no circuit is named " + parents[i]);
    }
    tree.circuits[i].parent = parent->second;
  }
  return {};
}

Result<> read_outlet(const json::Value& value, const Places& places, SiteInput& out) {
  MS_TRY(auto in, MemberReader::of(value, "connectors"));
  for (const char* name : {"station", "connector", "circuit", "phases", "max_amperes"}) {
    MS_TRY_VOID(in.require(name));
  }
  power::Outlet one;
  std::string circuit;
  std::string phases;
  MS_TRY_VOID(in.text("station", out.stations.emplace_back()));
  MS_TRY_VOID(in.number("connector", one.connector));
  MS_TRY_VOID(in.text("circuit", circuit));
  MS_TRY_VOID(in.text("phases", phases));
  MS_TRY_VOID(read_amperes(in, "min_amperes", one.minimum));
  MS_TRY_VOID(read_amperes(in, "max_amperes", one.maximum));
  MS_TRY_VOID(in.all_known());
  const auto place = places.find(circuit);
  if (place == places.end()) {
    return json::member_invalid("connectors.circuit", "no circuit is named " + circuit);
  }
  one.circuit = place->second;
  MS_TRY(one.rotation, power::parse_rotation(phases));
  out.tree.outlets.push_back(one);
  return {};
}

json::Value circuit_value(const power::SiteTree& tree, const power::Circuit& circuit) {
  Object out{{"name", circuit.name}};
  if (circuit.parent) out.push_back({"parent", tree.circuits[*circuit.parent].name});
  json::Array amperes;
  for (const DeciAmperes limit : circuit.amperes) amperes.push_back(tenths(limit));
  out.push_back({"amperes", std::move(amperes)});
  if (circuit.watts) out.push_back({"watts", *circuit.watts});
  return out;
}

// ---- Allocation

json::Value reason_value(const power::SiteTree& tree, const power::Bound& bound) {
  using Kind = power::Bound::Kind;
  if (bound.kind == Kind::own_maximum) return Object{{"bound", "connector"}};
  Object out{{"bound", bound.kind == Kind::watts ? "watts" : "amperes"},
             {"circuit", tree.circuits[bound.circuit].name}};
  if (bound.kind == Kind::amperes) {
    out.push_back({"phase", std::string(1, "RST"[bound.phase])});
  }
  return out;
}

/// What an outlet is at, in a word.
std::string_view state_of(const power::SiteControl::OutletView& view) {
  if (!view.is_covered) return "uncontrolled";
  if (!view.is_online) return "offline";
  if (view.transaction == TransactionId{}) return "idle";
  if (!view.share) return "unanswering";
  return *view.share == 0 ? "waiting" : "charging";
}

json::Value outlet_value(const power::SiteTree& tree, const power::SiteControl::OutletView& view,
                         const StationName& name) {
  const auto maybe = [](const std::optional<DeciAmperes>& amperes) {
    return amperes ? tenths(*amperes) : json::Value{};
  };
  Object out{{"station", name(view.outlet.station)},
             {"connector", std::int64_t{view.outlet.connector.get()}},
             {"circuit", tree.circuits[view.outlet.circuit].name},
             {"phases", view.outlet.rotation.text()},
             {"state", state_of(view)},
             {"transaction", view.transaction == TransactionId{}
                                 ? json::Value{}
                                 : json::Value{std::int64_t{view.transaction.get()}}},
             {"share", maybe(view.share)},
             {"confirmed", maybe(view.confirmed)},
             {"counted", tenths(view.counted)},
             {"fallback", tenths(view.fallback)}};
  if (view.share) out.push_back({"reason", reason_value(tree, view.bound)});
  if (view.share == 0) out.push_back({"waits_since", ocpp::time_text(view.waits_since)});
  return out;
}

}  // namespace

json::Value value_of(const ocpp::ChargingProfile& profile) {
  Object out{{"chargingProfileId", profile.charging_profile_id}};
  if (profile.transaction_id) {
    out.push_back({"transactionId", std::int64_t{profile.transaction_id->get()}});
  }
  out.push_back({"stackLevel", profile.stack_level});
  out.push_back({"chargingProfilePurpose", name_in(purposes, profile.charging_profile_purpose)});
  out.push_back({"chargingProfileKind", name_in(kinds, profile.charging_profile_kind)});
  if (profile.recurrency_kind) {
    out.push_back({"recurrencyKind", name_in(recurrencies, *profile.recurrency_kind)});
  }
  if (profile.valid_from) out.push_back({"validFrom", ocpp::time_text(*profile.valid_from)});
  if (profile.valid_to) out.push_back({"validTo", ocpp::time_text(*profile.valid_to)});
  out.push_back({"chargingSchedule", schedule_value(profile.charging_schedule)});
  return out;
}

Result<ocpp::ChargingProfile> read_profile(std::string_view json) {
  MS_TRY(const auto from, json::parse(json));
  ocpp::ChargingProfile out;
  const auto id = integer(from, "chargingProfileId");
  const auto level = integer(from, "stackLevel");
  const auto purpose = index_of(purposes, from.find_string("chargingProfilePurpose"));
  const auto kind = index_of(kinds, from.find_string("chargingProfileKind"));
  const json::Value* schedule = from.find("chargingSchedule");
  if (!id || !level || !purpose || !kind || schedule == nullptr) return broken("profile");
  out.charging_profile_id = static_cast<std::int32_t>(*id);
  out.stack_level = static_cast<std::int32_t>(*level);
  out.charging_profile_purpose = static_cast<ocpp::ChargingProfilePurpose>(*purpose);
  out.charging_profile_kind = static_cast<ocpp::ChargingProfileKind>(*kind);
  if (const auto transaction = integer(from, "transactionId")) {
    out.transaction_id = TransactionId{static_cast<std::int32_t>(*transaction)};
  }
  if (const auto recurs = index_of(recurrencies, from.find_string("recurrencyKind"))) {
    out.recurrency_kind = static_cast<ocpp::RecurrencyKind>(*recurs);
  }
  MS_TRY_VOID(read_time(from, "validFrom", out.valid_from));
  MS_TRY_VOID(read_time(from, "validTo", out.valid_to));
  MS_TRY_VOID(read_schedule(*schedule, out.charging_schedule));
  return out;
}

json::Value value_of(const power::CompositeSchedule& schedule, ConnectorNumber connector) {
  json::Array periods;
  for (const power::CompositePeriod& period : schedule.periods) {
    periods.emplace_back(
        Object{{"start", std::int64_t{period.start.count()}},
               {"limit", period.limit_tenths ? tenths(*period.limit_tenths) : json::Value{}},
               {"phases", period.phases}});
  }
  return Object{{"connector", std::int64_t{connector.get()}},
                {"schedule_start", ocpp::time_text(schedule.start)},
                {"duration", std::int64_t{schedule.duration.count()}},
                {"unit", name_in(units, schedule.unit)},
                {"periods", std::move(periods)}};
}

Result<SiteInput> read_site(std::string_view json) {
  MS_TRY(const auto value,
         json::parse(json, {.bytes_max = PowerInputLimits::body_bytes_max, .depth_max = 5}));
  MS_TRY(auto in, MemberReader::of(value));
  SiteInput out;
  Places places;
  MS_TRY_VOID(in.number("volts", out.tree.volts));
  MS_TRY_VOID(in.text("time_zone", out.time_zone));
  if (out.time_zone.size() > power::SiteLimits::name_bytes_max) {
    return json::member_invalid("time_zone", "a name of the IANA time zones is wanted");
  }
  MS_TRY_VOID(in.require("circuits"));
  MS_TRY_VOID(in.require("connectors"));
  MS_TRY_VOID(read_circuits(in, out.tree, places));
  MS_TRY(const json::Array* outlets, array_of(in, "connectors", power::SiteLimits::outlets_max));
  for (const json::Value& outlet : *outlets) MS_TRY_VOID(read_outlet(outlet, places, out));
  MS_TRY_VOID(in.all_known());
  return out;
}

json::Value value_of(const power::SiteTree& tree, const std::string& time_zone,
                     const StationName& name) {
  json::Array circuits;
  for (const power::Circuit& circuit : tree.circuits) {
    circuits.push_back(circuit_value(tree, circuit));
  }
  json::Array outlets;
  for (const power::Outlet& outlet : tree.outlets) {
    outlets.emplace_back(Object{{"station", name(outlet.station)},
                                {"connector", std::int64_t{outlet.connector.get()}},
                                {"circuit", tree.circuits[outlet.circuit].name},
                                {"phases", outlet.rotation.text()},
                                {"min_amperes", tenths(outlet.minimum)},
                                {"max_amperes", tenths(outlet.maximum)}});
  }
  Object out{{"volts", tree.volts}};
  if (!time_zone.empty()) out.push_back({"time_zone", time_zone});
  out.push_back({"circuits", std::move(circuits)});
  out.push_back({"connectors", std::move(outlets)});
  return out;
}

json::Value allocation_json(const power::SiteControl& control, SystemTime now,
                            const StationName& name) {
  json::Array outlets;
  for (const auto& view : control.view(now)) {
    outlets.push_back(outlet_value(control.tree(), view, name));
  }
  return Object{{"at", ocpp::time_text(now)},
                {"keeps_limits", control.keeps_limits(now)},
                {"connectors", std::move(outlets)}};
}

}  // namespace mainstay::charging
