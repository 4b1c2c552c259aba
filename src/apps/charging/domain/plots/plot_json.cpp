#include "apps/charging/domain/plots/plot_json.hpp"

#include <algorithm>

#include "apps/charging/domain/plots/moment.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

/// Members of an object whose braces are somebody else's.
class Members {
 public:
  explicit Members(std::string& out) : out_(out), begin_(out.size()) {}
  std::string& name(std::string_view name) {
    if (out_.size() > begin_) out_.push_back(',');
    out_.push_back('"');
    out_.append(name);
    out_.append("\":");
    return out_;
  }
  void number(std::string_view key, std::int64_t value) { append_number(name(key), value); }
  /// Left out when it is empty.
  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) append_json_quoted(name(key), value);
  }
  /// Of ours: nothing to escape.
  void word(std::string_view key, std::string_view value) {
    name(key).append("\"").append(value).append("\"");
  }
  void moment(std::string_view key, SystemTime at) {
    append_moment(name(key).append("\""), at);
    out_.push_back('"');
  }

 private:
  std::string& out_;
  std::size_t begin_;
};

void append_amenities(std::string& out, std::uint32_t amenities) {
  out.push_back('[');
  for (std::size_t i = 0; i < amenity_names.size(); ++i) {
    if ((amenities >> i & 1U) == 0) continue;
    if (out.back() != '[') out.push_back(',');
    out.append("\"").append(amenity_names[i]).append("\"");
  }
  out.push_back(']');
}

void append_offer(std::string& out, const ConnectorOffer& offer, std::size_t number,
                  const std::string& currency) {
  out.push_back('{');
  Members in{out};
  in.number("number", static_cast<std::int64_t>(number));
  in.word("standard", name_of(offer.standard));
  if (offer.format != CableFormat::unknown) in.word("format", name_of(offer.format));
  if (offer.current != CurrentKind::unknown) in.word("current", name_of(offer.current));
  if (offer.power_w > 0) append_thousandths(in.name("power_kw"), offer.power_w);
  if (offer.price != price_unknown) {
    append_thousandths(in.name("price_per_kwh"), offer.price);
    in.text("currency", currency);
  }
  in.text("tariff", offer.tariff);
  if (offer.count > 1) in.number("count", offer.count);
  if (offer.station.get() != 0) {
    in.number("station", offer.station.get());
    in.number("connector", offer.connector.get());
  }
  in.name("state").push_back('"');
}

bool is_of_station(const ConnectorOffer& offer) { return offer.station.get() != 0; }

void leave_gap(PlotText& out, std::uint32_t offer) {
  out.gaps.push_back({static_cast<std::uint32_t>(out.text.size()), offer});
}

void append_availability(PlotText& out, const Plot& plot) {
  out.text.append(",\"availability\":");
  if (std::ranges::any_of(plot.offers, is_of_station)) return leave_gap(out, PlotText::counts);
  StateCounts counts;
  for (const ConnectorOffer& offer : plot.offers) {
    counts.of[static_cast<std::size_t>(ConnectorState::unknown)] += offer.count;
  }
  append_counts(out.text, counts);
}

void append_connectors(PlotText& out, const Plot& plot) {
  out.text.append(",\"connectors\":[");
  for (std::uint32_t i = 0; i < plot.offers.size(); ++i) {
    const ConnectorOffer& offer = plot.offers[i];
    if (i > 0) out.text.push_back(',');
    append_offer(out.text, offer, i + 1, plot.currency);
    if (is_of_station(offer)) {
      leave_gap(out, i);
    } else {
      out.text.append(name_of(ConnectorState::unknown));
    }
    out.text.append("\"}");
  }
  out.text.push_back(']');
}

}  // namespace

PlotText plot_text(const Plot& plot, const Rating& rating, std::uint32_t fields) {
  PlotText out;
  out.text.push_back('{');
  Members in{out.text};
  const auto shown = [fields](PlotField field) { return shows(fields, field); };
  in.number("id", plot.id.get());
  if (shown(PlotField::name)) in.text("name", plot.name);
  if (shown(PlotField::position)) {
    append_degrees(in.name("latitude"), plot.at.latitude_e7);
    append_degrees(in.name("longitude"), plot.at.longitude_e7);
  }
  if (shown(PlotField::address)) {
    in.text("address", plot.address);
    in.text("city", plot.city);
    in.text("postcode", plot.postcode);
    in.text("country", plot.country);
  }
  if (shown(PlotField::operator_)) in.text("operator", plot.operator_name);
  if (shown(PlotField::access)) in.word("access", name_of(plot.access));
  if (shown(PlotField::amenities) && plot.amenities != 0) {
    append_amenities(in.name("amenities"), plot.amenities);
  }
  if (shown(PlotField::hours)) {
    in.text("hours", plot.hours.text());
    in.text("time_zone", plot.time_zone);
  }
  if (shown(PlotField::contact)) {
    in.text("phone", plot.phone);
    in.text("website", plot.website);
  }
  if (shown(PlotField::rating) && rating.count > 0) {
    append_thousandths(in.name("rating").append("{\"average\":"),
                       static_cast<std::int32_t>(rating.average_e2() * 10));
    append_number(out.text.append(",\"count\":"), rating.count);
    out.text.push_back('}');
  }
  if (shown(PlotField::source)) {
    in.text("source", plot.source);
    in.text("source_id", plot.source_id);
    in.text("attribution", plot.attribution);
  }
  if (shown(PlotField::modified_at)) in.moment("modified_at", plot.modified_at);
  if (shown(PlotField::availability)) append_availability(out, plot);
  if (shown(PlotField::connectors)) append_connectors(out, plot);
  out.text.shrink_to_fit();
  return out;
}

void append_counts(std::string& out, const StateCounts& counts) {
  out.push_back('{');
  for (const ConnectorState state : {ConnectorState::available, ConnectorState::occupied,
                                     ConnectorState::out_of_order, ConnectorState::unknown}) {
    if (out.back() != '{') out.push_back(',');
    out.append("\"").append(name_of(state)).append("\":");
    append_number(out, counts.in(state));
  }
  out.push_back('}');
}

void append_csv_cell(std::string& out, std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos;
  if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.append(formula ? "\"'" : "\"");
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace mainstay::charging
