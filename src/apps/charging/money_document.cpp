#include "apps/charging/money_document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "apps/charging/domain/plots/moment.hpp"
#include "base/text.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using json::member_invalid;
using json::MemberReader;

constexpr std::array<std::string_view, 7> day_names{"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                                    "FRIDAY", "SATURDAY", "SUNDAY"};
constexpr std::size_t document_bytes_max = 256U << 10U;

/// A number of so many decimals, exact; JSON's doubles of them are told by their nearest one.
Result<std::optional<std::int64_t>> decimal(MemberReader& in, std::string_view name, int scale) {
  const json::Value* const found = in.find(name);
  if (found == nullptr || found->is_null()) return std::optional<std::int64_t>{};
  std::optional<std::int64_t> out;
  if (const auto* whole = found->if_int()) {
    out = parse_decimal(std::to_string(*whole), scale);
  } else if (const auto* real = found->if_double()) {
    std::array<char, 64> room{};
    if (std::abs(*real) < 1e12) {
      const auto end =
          std::to_chars(room.data(), room.data() + room.size(), *real, std::chars_format::fixed);
      out = parse_decimal({room.data(), static_cast<std::size_t>(end.ptr - room.data())}, scale);
    }
  } else if (const auto* text = found->if_string()) {
    out = parse_decimal(*text, scale);
  }
  if (!out) {
    return member_invalid(name,
                          "a number of at most " + std::to_string(scale) + " decimals is wanted");
  }
  return out;
}

Result<std::optional<std::int64_t>> whole(MemberReader& in, std::string_view name) {
  if (in.find(name) == nullptr) return std::optional<std::int64_t>{};
  std::int64_t out = 0;
  MS_TRY_VOID(in.number(name, out));
  return std::optional{out};
}

// --- reading a tariff ----------------------------------------------------------------------------

Result<std::optional<std::int16_t>> minute_of_day(MemberReader& in, std::string_view name) {
  std::string text;
  MS_TRY_VOID(in.text(name, text));
  if (text.empty()) return std::optional<std::int16_t>{};
  const auto hour = parse_u64(std::string_view{text}.substr(0, 2));
  const auto minute = text.size() == 5 ? parse_u64(std::string_view{text}.substr(3)) : std::nullopt;
  if (!hour || !minute || text[2] != ':' || *hour > 23 || *minute > 59) {
    return member_invalid(name, "a time of the day is wanted, as 17:30");
  }
  return std::optional{static_cast<std::int16_t>(*hour * 60 + *minute)};
}

Result<std::optional<std::int32_t>> day(MemberReader& in, std::string_view name) {
  std::string text;
  MS_TRY_VOID(in.text(name, text));
  if (text.empty()) return std::optional<std::int32_t>{};
  const auto at = text.size() == 10 ? parse_moment(text) : std::nullopt;
  if (!at) return member_invalid(name, "a date is wanted, as 2026-12-24");
  const auto days = std::chrono::floor<std::chrono::days>(*at).time_since_epoch().count();
  return std::optional{static_cast<std::int32_t>(days)};
}

Result<std::uint8_t> weekdays(MemberReader& in) {
  const json::Value* const found = in.find("day_of_week");
  std::uint8_t out = 0;
  if (found == nullptr) return out;
  const json::Array* const list = found->if_array();
  if (list == nullptr) return member_invalid("day_of_week", "a list of names is wanted");
  for (const json::Value& one : *list) {
    const std::string* const name = one.if_string();
    const auto* const at = name == nullptr ? day_names.end() : std::ranges::find(day_names, *name);
    if (at == day_names.end()) return member_invalid("day_of_week", "MONDAY to SUNDAY are wanted");
    out = static_cast<std::uint8_t>(out | 1U << static_cast<unsigned>(at - day_names.begin()));
  }
  return out;
}

Result<ReservationRule> reservation_rule(MemberReader& in) {
  std::string text;
  MS_TRY_VOID(in.text("reservation", text));
  if (text.empty()) return ReservationRule::none;
  if (text == "RESERVATION") return ReservationRule::reservation;
  if (text == "RESERVATION_EXPIRES") return ReservationRule::expires;
  return member_invalid("reservation", "RESERVATION or RESERVATION_EXPIRES is wanted");
}

Result<Restrictions> read_restrictions(MemberReader& in) {
  Restrictions out;
  MS_TRY(out.start_minute, minute_of_day(in, "start_time"));
  MS_TRY(out.end_minute, minute_of_day(in, "end_time"));
  MS_TRY(out.start_day, day(in, "start_date"));
  MS_TRY(out.end_day, day(in, "end_date"));
  MS_TRY(out.min_energy, decimal(in, "min_kwh", 3));
  MS_TRY(out.max_energy, decimal(in, "max_kwh", 3));
  MS_TRY(out.min_current_ma, decimal(in, "min_current", 3));
  MS_TRY(out.max_current_ma, decimal(in, "max_current", 3));
  MS_TRY(out.min_power, decimal(in, "min_power", 3));
  MS_TRY(out.max_power, decimal(in, "max_power", 3));
  MS_TRY(out.min_duration, whole(in, "min_duration"));
  MS_TRY(out.max_duration, whole(in, "max_duration"));
  MS_TRY(out.days, weekdays(in));
  MS_TRY(out.reservation, reservation_rule(in));
  MS_TRY_VOID(in.all_known());
  return out;
}

Result<PriceComponent> read_component(const json::Value& value) {
  PriceComponent out;
  MS_TRY(auto in, MemberReader::of(value, "price_components"));
  std::string type;
  MS_TRY_VOID(in.require("type"));
  MS_TRY_VOID(in.text("type", type));
  bool known = false;
  for (const auto one :
       {Dimension::energy, Dimension::flat, Dimension::parking_time, Dimension::time}) {
    if (type != to_text(one)) continue;
    out.dimension = one;
    known = true;
  }
  if (!known) return member_invalid("type", "ENERGY, FLAT, PARKING_TIME or TIME is wanted");
  MS_TRY_VOID(in.require("price"));
  MS_TRY(const auto price, decimal(in, "price", 4));
  MS_TRY(const auto vat, decimal(in, "vat", 4));
  out.price = Price{price.value_or(0)};
  if (vat) {
    if (!std::in_range<std::int32_t>(*vat)) return member_invalid("vat", "0 to 100 is wanted");
    out.vat = VatRate{static_cast<std::int32_t>(*vat)};
  }
  MS_TRY_VOID(in.number("step_size", out.step_size));
  MS_TRY_VOID(in.all_known());
  return out;
}

Result<TariffElement> read_element(const json::Value& value) {
  TariffElement out;
  MS_TRY(auto in, MemberReader::of(value, "elements"));
  const json::Value* const components = in.find("price_components");
  const json::Array* const list = components == nullptr ? nullptr : components->if_array();
  if (list == nullptr || list->size() > TariffLimits::components_max) {
    return member_invalid("price_components", "a list of 1 to 4 is wanted");
  }
  for (const json::Value& one : *list) {
    MS_TRY(auto component, read_component(one));
    out.components.push_back(component);
  }
  MS_TRY(auto restrictions, in.object("restrictions"));
  MS_TRY(out.restrictions, read_restrictions(restrictions));
  MS_TRY_VOID(in.all_known());
  return out;
}

bool has_vat(const Tariff& tariff) {
  return std::ranges::any_of(tariff.elements, [](const TariffElement& element) {
    return std::ranges::any_of(element.components,
                               [](const PriceComponent& one) { return one.vat.has_value(); });
  });
}

Result<std::optional<PriceLimit>> read_limit(MemberReader& in, std::string_view name,
                                             bool with_vat) {
  if (in.find(name) == nullptr) return std::optional<PriceLimit>{};
  MS_TRY(auto limit, in.object(name));
  MS_TRY_VOID(limit.require("excl_vat"));
  MS_TRY(const auto without, decimal(limit, "excl_vat", 4));
  MS_TRY(const auto with, decimal(limit, "incl_vat", 4));
  MS_TRY_VOID(limit.all_known());
  if (!with && with_vat) {
    return member_invalid(std::string{name} + ".incl_vat", "is wanted, since components have VAT");
  }
  return std::optional{
      PriceLimit{Price{without.value_or(0)}, Price{with.value_or(without.value_or(0))}}};
}

Result<std::optional<SystemTime>> moment(MemberReader& in, std::string_view name) {
  std::string text;
  MS_TRY_VOID(in.text(name, text));
  if (text.empty()) return std::optional<SystemTime>{};
  const auto at = parse_moment(text);
  if (!at) return member_invalid(name, "a time is wanted, as 2026-12-31T23:00:00Z");
  return at;
}

Result<> read_text(MemberReader& in, std::string& out) {
  const json::Value* const texts = in.find("tariff_alt_text");
  if (texts == nullptr) return {};
  const json::Array* const list = texts->if_array();
  const std::string* text = nullptr;
  if (list != nullptr && !list->empty()) text = list->front().find_string("text");
  if (text == nullptr) {
    return member_invalid("tariff_alt_text", R"([{"language": "en", "text": ...}] is wanted)");
  }
  out = *text;
  return {};
}

Result<> read_head(MemberReader& in, std::string_view id, Tariff& out) {
  for (const std::string_view ignored :
       {"country_code", "party_id", "last_updated", "tariff_alt_url", "energy_mix", "version",
        "made_at", "made_by"}) {
    in.find(ignored);
  }
  out.id = id;
  MS_TRY_VOID(in.text("id", out.id));
  if (!id.empty() && out.id != id) return member_invalid("id", "is another one than the path's");
  std::string currency;
  MS_TRY_VOID(in.require("currency"));
  MS_TRY_VOID(in.text("currency", currency));
  const auto known = Currency::find(currency);
  if (!known) return member_invalid("currency", "a code of ISO 4217 is wanted, as EUR");
  out.currency = *known;
  std::string type = "REGULAR";
  MS_TRY_VOID(in.text("type", type));
  if (type != "REGULAR") return member_invalid("type", "only REGULAR tariffs are billed");
  MS_TRY_VOID(read_text(in, out.text));
  MS_TRY(out.valid_from, moment(in, "start_date_time"));
  MS_TRY(out.valid_until, moment(in, "end_date_time"));
  return {};
}

// --- writing -------------------------------------------------------------------------------------

json::Value number_text(std::int64_t value, int scale) { return decimal_text(value, scale); }

void put(json::Object& out, std::string_view name, const std::optional<std::int64_t>& value,
         int scale) {
  if (value) out.push_back({std::string{name}, number_text(*value, scale)});
}

void put_whole(json::Object& out, std::string_view name, const std::optional<std::int64_t>& value) {
  if (value) out.push_back({std::string{name}, *value});
}

void put_minute(json::Object& out, std::string_view name, std::optional<std::int16_t> minute) {
  if (!minute) return;
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  out.push_back({std::string{name}, two(*minute / 60) + ":" + two(*minute % 60)});
}

void put_day(json::Object& out, std::string_view name, std::optional<std::int32_t> day) {
  if (!day) return;
  std::string text;
  append_moment(text, SystemTime{std::chrono::days{*day}});
  out.push_back({std::string{name}, text.substr(0, 10)});
}

json::Object restrictions_json(const Restrictions& rule) {
  json::Object out;
  put_minute(out, "start_time", rule.start_minute);
  put_minute(out, "end_time", rule.end_minute);
  put_day(out, "start_date", rule.start_day);
  put_day(out, "end_date", rule.end_day);
  put(out, "min_kwh", rule.min_energy, 3);
  put(out, "max_kwh", rule.max_energy, 3);
  put(out, "min_current", rule.min_current_ma, 3);
  put(out, "max_current", rule.max_current_ma, 3);
  put(out, "min_power", rule.min_power, 3);
  put(out, "max_power", rule.max_power, 3);
  put_whole(out, "min_duration", rule.min_duration);
  put_whole(out, "max_duration", rule.max_duration);
  if (rule.days != 0) {
    json::Array days;
    for (unsigned i = 0; i < day_names.size(); ++i) {
      if ((rule.days & 1U << i) != 0) days.emplace_back(day_names.at(i));
    }
    out.push_back({"day_of_week", std::move(days)});
  }
  if (rule.reservation == ReservationRule::reservation) {
    out.push_back({"reservation", "RESERVATION"});
  } else if (rule.reservation == ReservationRule::expires) {
    out.push_back({"reservation", "RESERVATION_EXPIRES"});
  }
  return out;
}

json::Value vat_json(const std::optional<VatRate>& rate) {
  return rate ? json::Value{decimal_text(rate->get(), 4)} : json::Value{};
}

json::Value element_json(const TariffElement& element) {
  json::Array components;
  for (const PriceComponent& one : element.components) {
    json::Object component{{"type", to_text(one.dimension)},
                           {"price", number_text(one.price.get(), 4)}};
    if (one.vat) component.push_back({"vat", number_text(one.vat->get(), 4)});
    component.push_back({"step_size", std::int64_t{one.step_size}});
    components.emplace_back(std::move(component));
  }
  json::Object out{{"price_components", std::move(components)}};
  json::Object restrictions = restrictions_json(element.restrictions);
  if (!restrictions.empty()) out.push_back({"restrictions", std::move(restrictions)});
  return out;
}

void put_moment(json::Object& out, std::string_view name, const std::optional<SystemTime>& at) {
  if (!at) return;
  std::string text;
  append_moment(text, *at);
  out.push_back({std::string{name}, std::move(text)});
}

}  // namespace

Result<Tariff> read_tariff(const json::Value& document, std::string_view id) {
  Tariff out;
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(read_head(in, id, out));
  const json::Value* const elements = in.find("elements");
  const json::Array* const list = elements == nullptr ? nullptr : elements->if_array();
  if (list == nullptr || list->size() > TariffLimits::elements_max) {
    return member_invalid("elements", "a list of 1 to 64 is wanted");
  }
  for (const json::Value& one : *list) {
    MS_TRY(auto element, read_element(one));
    out.elements.push_back(std::move(element));
  }
  const bool with_vat = has_vat(out);
  MS_TRY(out.min_price, read_limit(in, "min_price", with_vat));
  MS_TRY(out.max_price, read_limit(in, "max_price", with_vat));
  MS_TRY_VOID(in.all_known());
  MS_TRY_VOID(check(out));
  return out;
}

Result<Tariff> parse_tariff(std::string_view text, std::string_view id) {
  json::ParseLimits limits;
  limits.bytes_max = document_bytes_max;
  limits.depth_max = 8;
  MS_TRY(const auto document, json::parse(text, limits));
  return read_tariff(document, id);
}

json::Value to_json(const Tariff& tariff) {
  json::Object out{{"id", tariff.id}, {"currency", tariff.currency.code()}};
  if (!tariff.text.empty()) {
    out.push_back(
        {"tariff_alt_text", json::Array{json::Object{{"language", "en"}, {"text", tariff.text}}}});
  }
  if (tariff.min_price) {
    out.push_back(
        {"min_price", exact_json(tariff.min_price->without_vat, tariff.min_price->with_vat)});
  }
  if (tariff.max_price) {
    out.push_back(
        {"max_price", exact_json(tariff.max_price->without_vat, tariff.max_price->with_vat)});
  }
  json::Array elements;
  for (const TariffElement& element : tariff.elements) elements.push_back(element_json(element));
  out.push_back({"elements", std::move(elements)});
  put_moment(out, "start_date_time", tariff.valid_from);
  put_moment(out, "end_date_time", tariff.valid_until);
  return out;
}

json::Value exact_json(Price without_vat, Price with_vat) {
  return json::Object{{"excl_vat", decimal_text(without_vat.get(), 4)},
                      {"incl_vat", decimal_text(with_vat.get(), 4)}};
}

json::Value lines_json(const Cost& cost) {
  json::Array out;
  for (const CostLine& line : cost.lines) {
    out.emplace_back(
        json::Object{{"type", to_text(line.dimension)},
                     {"reservation", line.of_reservation},
                     {"used", line.used},
                     {"billed", line.billed},
                     {"price", decimal_text(line.price.get(), 4)},
                     {"vat", vat_json(line.vat)},
                     {"cost", exact_json(line.without_vat.rounded(), line.with_vat.rounded())}});
  }
  return out;
}

json::Value rates_json(const Bill& bill, Currency currency) {
  json::Array out;
  for (const VatLine& line : bill.by_rate) {
    out.emplace_back(json::Object{{"vat", vat_json(line.rate)},
                                  {"net", to_text(line.net, currency)},
                                  {"tax", to_text(line.vat, currency)}});
  }
  return out;
}

std::string rates_row(const Bill& bill) {
  json::Array out;
  for (const VatLine& line : bill.by_rate) {
    const auto rate = line.rate ? json::Value{std::int64_t{line.rate->get()}} : json::Value{};
    out.emplace_back(json::Array{rate, line.net, line.vat});
  }
  return json::dump(out);
}

Bill bill_in_row(std::string_view text) {
  Bill out;
  const auto document = json::parse(text);
  const json::Array* const lines = document ? document->if_array() : nullptr;
  if (lines == nullptr) return out;
  for (const json::Value& one : *lines) {
    const json::Array* const cells = one.if_array();
    if (cells == nullptr || cells->size() != 3) continue;
    VatLine line;
    if (const auto* rate = (*cells)[0].if_int()) {
      line.rate = VatRate{static_cast<std::int32_t>(*rate)};
    }
    if (const auto* net = (*cells)[1].if_int()) line.net = *net;
    if (const auto* vat = (*cells)[2].if_int()) line.vat = *vat;
    out.net += line.net;
    out.vat += line.vat;
    out.by_rate.push_back(line);
  }
  return out;
}

}  // namespace mainstay::charging
