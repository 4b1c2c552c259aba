#include "apps/charging/inbound/http/plot_input.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using json::member_invalid;
using json::MemberReader;

Result<json::Value> parse(std::string_view text) {
  return json::parse(text, {.bytes_max = plot_body_bytes_max, .depth_max = 6});
}

/// A number as thousandths, exact: JSON's 0.39 is 390.
Result<> read_thousandths(MemberReader& in, std::string_view name, std::int32_t most,
                          std::int32_t& out) {
  double value = 0;
  MS_TRY_VOID(in.number(name, value));
  if (in.find(name) == nullptr) return {};
  const double thousandths = std::round(value * 1'000);
  if (!(thousandths >= 0 && thousandths <= most) ||
      std::abs(value * 1'000 - thousandths) > 1e-6 * (1 + thousandths)) {
    return member_invalid(name, "a number with at most three decimals is wanted");
  }
  out = static_cast<std::int32_t>(thousandths);
  return {};
}

/// One of some names.
template <class Named, class Enum>
Result<> read_named(MemberReader& in, std::string_view name, std::string_view wanted, Named named,
                    Enum& out) {
  std::string text;
  MS_TRY_VOID(in.text(name, text));
  if (in.find(name) == nullptr) return {};
  const auto found = named(text);
  if (!found) return member_invalid(name, wanted);
  out = *found;
  return {};
}

Result<ConnectorOffer> read_offer(const json::Value& value, const std::string& name) {
  ConnectorOffer out;
  MS_TRY(auto in, MemberReader::of(value, name));
  MS_TRY_VOID(in.require("standard"));
  MS_TRY_VOID(read_named(in, "standard", "ccs2, type2, chademo, nacs ... is wanted",
                         connector_standard, out.standard));
  MS_TRY_VOID(
      read_named(in, "format", "socket, cable or unknown is wanted", cable_format, out.format));
  MS_TRY_VOID(
      read_named(in, "current", "ac1, ac3, dc or unknown is wanted", current_kind, out.current));
  MS_TRY_VOID(in.number("count", out.count));
  MS_TRY_VOID(read_thousandths(in, "power_kw", PlotLimits::power_w_max, out.power_w));
  MS_TRY_VOID(read_thousandths(in, "price_per_kwh", PlotLimits::price_max, out.price));
  MS_TRY_VOID(in.number("station", out.station));
  MS_TRY_VOID(in.number("connector", out.connector));
  MS_TRY_VOID(in.text("tariff", out.tariff));
  // What an answer shows may be sent back.
  (void)in.find("number");
  (void)in.find("state");
  (void)in.find("currency");
  MS_TRY_VOID(in.all_known());
  return out;
}

Result<> read_offers(MemberReader& in, std::vector<ConnectorOffer>& out) {
  const json::Value* found = in.find("connectors");
  if (found == nullptr) return {};
  const json::Array* list = found->if_array();
  if (list == nullptr) return member_invalid("connectors", "a list is wanted");
  out.clear();
  for (const json::Value& value : *list) {
    if (out.size() > PlotLimits::offers_max) break;  // which check_plot() refuses
    MS_TRY(auto offer, read_offer(value, "connectors[" + std::to_string(out.size()) + "]"));
    out.push_back(std::move(offer));
  }
  return {};
}

Result<> read_amenities(MemberReader& in, std::uint32_t& out) {
  const json::Value* found = in.find("amenities");
  if (found == nullptr) return {};
  const json::Array* list = found->if_array();
  if (list == nullptr) return member_invalid("amenities", "a list is wanted");
  out = 0;
  for (const json::Value& value : *list) {
    const std::string* name = value.if_string();
    const auto bit = name == nullptr ? std::nullopt : amenity_bit(*name);
    if (!bit) return member_invalid("amenities", "wifi, toilets, restaurant ... are wanted");
    out |= *bit;
  }
  return {};
}

Result<> read_place(MemberReader& in, Position& out) {
  double latitude = out.latitude();
  double longitude = out.longitude();
  MS_TRY_VOID(in.number("latitude", latitude));
  MS_TRY_VOID(in.number("longitude", longitude));
  const auto at = position_of(latitude, longitude);
  if (!at) return member_invalid("latitude", "-90 to 90, and -180 to 180 of longitude is wanted");
  out = *at;
  return {};
}

Result<> apply(const json::Value& value, Plot& plot) {
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.text("name", plot.name));
  MS_TRY_VOID(read_place(in, plot.at));
  MS_TRY_VOID(in.text("address", plot.address));
  MS_TRY_VOID(in.text("city", plot.city));
  MS_TRY_VOID(in.text("postcode", plot.postcode));
  MS_TRY_VOID(in.text("country", plot.country));
  MS_TRY_VOID(in.text("operator", plot.operator_name));
  MS_TRY_VOID(read_named(in, "access", "public, restricted or private is wanted", access_named,
                         plot.access));
  MS_TRY_VOID(read_amenities(in, plot.amenities));
  if (in.find("hours") != nullptr) {
    std::string hours;
    MS_TRY_VOID(in.text("hours", hours));
    MS_TRY(plot.hours, OpeningHours::parse(hours));
  }
  MS_TRY_VOID(in.text("time_zone", plot.time_zone));
  MS_TRY_VOID(in.text("description", plot.description));
  MS_TRY_VOID(in.text("phone", plot.phone));
  MS_TRY_VOID(in.text("website", plot.website));
  MS_TRY_VOID(in.text("currency", plot.currency));
  MS_TRY_VOID(read_offers(in, plot.offers));
  MS_TRY_VOID(in.all_known());
  return check_plot(plot);
}

Result<> read_text(MemberReader& in, std::string& out) {
  MS_TRY_VOID(in.text("text", out));
  if (out.size() > NoteLimits::body_bytes_max) {
    return member_invalid("text", "at most 4000 bytes are taken");
  }
  return {};
}

PlotNote note_of(NoteKind kind) {
  PlotNote out;
  out.kind = kind;
  return out;
}

}  // namespace

Result<> apply_members(std::string_view json, Plot& plot) {
  MS_TRY(const auto value, parse(json));
  return apply(value, plot);
}

Result<> require_members(std::string_view json) {
  MS_TRY(const auto value, parse(json));
  MS_TRY(const auto in, MemberReader::of(value));
  for (const std::string_view name : {"name", "latitude", "longitude"}) {
    MS_TRY_VOID(in.require(name));
  }
  return {};
}

Result<PlotNote> read_comment(std::string_view json) {
  PlotNote out = note_of(NoteKind::comment);
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(read_text(in, out.body));
  if (in.find("rating") != nullptr) {
    int rating = 0;
    MS_TRY_VOID(in.number("rating", rating));
    if (rating < 1 || rating > 5) return member_invalid("rating", "1 to 5 is wanted");
    out.rating = rating;
  }
  MS_TRY_VOID(in.all_known());
  if (trimmed(out.body).empty() && !out.rating) {
    return member_invalid("text", "a text, a rating or both are wanted");
  }
  return out;
}

Result<PlotNote> read_check_in(std::string_view json) {
  PlotNote out = note_of(NoteKind::check_in);
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("worked"));
  bool worked = false;
  MS_TRY_VOID(in.flag("worked", worked));
  out.worked = worked;
  MS_TRY_VOID(read_text(in, out.body));
  MS_TRY_VOID(in.all_known());
  return out;
}

Result<PlotNote> read_photo(std::string_view json) {
  PlotNote out = note_of(NoteKind::photo);
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("url"));
  MS_TRY_VOID(in.text("url", out.link));
  MS_TRY_VOID(read_text(in, out.body));
  MS_TRY_VOID(in.all_known());
  if (!is_link(out.link, false)) return PlotErrc::photo_invalid;
  return out;
}

Result<PlotNote> read_edit(std::string_view json, const Plot& plot) {
  PlotNote out = note_of(NoteKind::edit);
  MS_TRY(const auto value, parse(json));
  MS_TRY(auto in, MemberReader::of(value));
  MS_TRY_VOID(in.require("changes"));
  const json::Value* changes = in.find("changes");
  MS_TRY_VOID(read_text(in, out.link));  // why, beside what
  MS_TRY_VOID(in.all_known());
  Plot changed = plot;
  MS_TRY_VOID(apply(*changes, changed));
  out.body = json::dump(*changes);
  return out;
}

}  // namespace mainstay::charging
