#include "apps/charging/inbound/http/plot_answer.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "apps/charging/domain/plots/moment.hpp"
#include "apps/charging/domain/plots/plot_json.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

/// Without the object's end.
void append_open_row(std::string& out, const PlotRow& row, const PlotText& from) {
  std::size_t begin = 0;
  for (const PlotText::Gap& gap : from.gaps) {
    out.append(from.text, begin, gap.at - begin);
    begin = gap.at;
    if (gap.offer == PlotText::counts) {
      append_counts(out, row.counts());
    } else {
      out.append(name_of(row.state(gap.offer)));
    }
  }
  out.append(from.text, begin);
}

void append_metres(std::string& out, std::string_view name, std::optional<Millimetres> distance) {
  if (!distance) return;
  append_number(out.append(",\"").append(name).append("\":"), (*distance + 500) / 1'000);
}

void append_next(std::string& out, const PlotQuery& query, const PlotPage& page) {
  if (page.next) out.append(",\"next\":\"").append(cursor_text(query, *page.next)).append("\"");
}

void append_feature(std::string& out, const PlotHit& hit, std::uint32_t fields) {
  const Plot& plot = hit.row->plot;
  append_number(out.append(R"({"type":"Feature","id":)"), plot.id.get());
  out.append(R"(,"geometry":{"type":"Point","coordinates":[)");
  append_degrees(out, plot.at.longitude_e7);
  out.push_back(',');
  append_degrees(out, plot.at.latitude_e7);
  out.append(R"(]},"properties":)");
  append_row(out, hit, fields);
  out.push_back('}');
}

constexpr std::string_view csv_head =
    "id,name,latitude,longitude,address,city,postcode,country,operator,access,amenities,hours,"
    "standards,power_kw,price_per_kwh,currency,available,occupied,out_of_order,unknown,rating,"
    "ratings,distance_m,attribution,modified_at\r\n";

/// Cells of one line.
class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}
  ~CsvLine() { out_.append("\r\n"); }
  CsvLine(const CsvLine&) = delete;
  CsvLine& operator=(const CsvLine&) = delete;

  std::string& cell() {
    if (!first_) out_.push_back(',');
    first_ = false;
    return out_;
  }
  void text(std::string_view value) { append_csv_cell(cell(), value); }
  void number(std::int64_t value) { append_number(cell(), value); }

 private:
  std::string& out_;
  bool first_ = true;
};

/// Names of set bits, between semicolons.
template <class NameOf>
std::string joined(std::uint32_t bits, std::size_t count, NameOf name_of) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if ((bits >> i & 1U) == 0) continue;
    if (!out.empty()) out.push_back(';');
    out.append(name_of(i));
  }
  return out;
}

void append_csv_offers(CsvLine& line, const Plot& plot) {
  std::uint32_t standards = 0;
  std::int32_t power = 0;
  PriceHint price = price_unknown;
  for (const ConnectorOffer& offer : plot.offers) {
    standards |= bit_of(offer.standard);
    power = std::max(power, offer.power_w);
    if (offer.price == price_unknown) continue;
    price = price == price_unknown ? offer.price : std::min(price, offer.price);
  }
  line.text(joined(standards, connector_standards,
                   [](std::size_t i) { return name_of(static_cast<ConnectorStandard>(i)); }));
  append_thousandths(line.cell(), power);
  std::string& cell = line.cell();
  if (price != price_unknown) append_thousandths(cell, price);
  line.text(plot.currency);
}

void append_csv_line(std::string& out, const PlotHit& hit) {
  const PlotRow& row = *hit.row;
  const Plot& plot = row.plot;
  CsvLine line{out};
  line.number(plot.id.get());
  line.text(plot.name);
  append_degrees(line.cell(), plot.at.latitude_e7);
  append_degrees(line.cell(), plot.at.longitude_e7);
  for (const std::string* text :
       {&plot.address, &plot.city, &plot.postcode, &plot.country, &plot.operator_name}) {
    line.text(*text);
  }
  line.text(name_of(plot.access));
  line.text(
      joined(plot.amenities, amenity_names.size(), [](std::size_t i) { return amenity_names[i]; }));
  line.text(plot.hours.text());
  append_csv_offers(line, plot);
  const StateCounts counts = row.counts();
  for (const ConnectorState state : {ConnectorState::available, ConnectorState::occupied,
                                     ConnectorState::out_of_order, ConnectorState::unknown}) {
    line.number(counts.in(state));
  }
  append_thousandths(line.cell(), static_cast<std::int32_t>(row.rating.average_e2() * 10));
  line.number(row.rating.count);
  std::string& cell = line.cell();
  if (hit.distance) append_number(cell, (*hit.distance + 500) / 1'000);
  line.text(plot.attribution);
  append_moment(line.cell(), plot.modified_at);
}

}  // namespace

void append_row(std::string& out, const PlotHit& hit, std::uint32_t fields) {
  const PlotRow& row = *hit.row;
  if (fields == all_fields) {
    append_open_row(out, row, row.text);
  } else {
    append_open_row(out, row, plot_text(row.plot, row.rating, fields));
  }
  if (shows(fields, PlotField::distance)) {
    append_metres(out, "distance_m", hit.distance);
    append_metres(out, "along_m", hit.along);
  }
  out.push_back('}');
}

void append_details(std::string& out, const PlotRow& row) {
  append_open_row(out, row, row.text);
  if (!row.plot.description.empty()) {
    append_json_quoted(out.append(",\"description\":"), row.plot.description);
  }
  append_moment(out.append(",\"created_at\":\""), row.plot.created_at);
  out.append("\"}");
}

void append_availability(std::string& out, const PlotRow& row) {
  append_number(out.append("{\"plot\":"), row.plot.id.get());
  append_counts(out.append(",\"availability\":"), row.counts());
  out.append(",\"connectors\":[");
  for (std::size_t i = 0; i < row.plot.offers.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_number(out.append("{\"number\":"), static_cast<std::int64_t>(i + 1));
    out.append(",\"state\":\"").append(name_of(row.state(i))).append("\"}");
  }
  out.append("]}");
}

void answer_page(http::Response& response, const PlotQuery& query, const PlotPage& page) {
  std::string& out = response.body();
  const auto each = [&](auto append) {
    for (std::size_t i = 0; i < page.hits.size(); ++i) {
      if (i > 0) out.push_back(',');
      append(page.hits[i]);
    }
  };
  if (query.format == PlotFormat::csv) {
    response.content_type("text/csv; charset=utf-8");
    if (page.next) response.header("Next-Cursor", cursor_text(query, *page.next));
    out.append(csv_head);
    for (const PlotHit& hit : page.hits) append_csv_line(out, hit);
    return;
  }
  for (const PlotHit& hit : page.hits) hit.row->fetch_text();
  if (query.format == PlotFormat::geojson) {
    response.content_type("application/geo+json");
    out.append(R"({"type":"FeatureCollection","features":[)");
    each([&](const PlotHit& hit) { append_feature(out, hit, query.fields); });
  } else {
    response.content_type("application/json");
    out.append(R"({"plots":[)");
    each([&](const PlotHit& hit) { append_row(out, hit, query.fields); });
  }
  out.push_back(']');
  append_next(out, query, page);
  out.append("}\n");
}

json::Object note_json(const PlotNote& note) {
  std::string at;
  append_moment(at, note.created_at);
  json::Object out{{"id", note.id.get()},
                   {"plot", note.plot.get()},
                   {"author", note.author_name},
                   {"created_at", at}};
  const bool is_edit = note.kind == NoteKind::edit;
  if (!is_edit && !note.body.empty()) out.push_back({"text", note.body});
  if (note.rating) out.push_back({"rating", *note.rating});
  if (note.worked) out.push_back({"worked", *note.worked});
  if (note.kind == NoteKind::photo) out.push_back({"url", note.link});
  if (!is_edit) return out;
  if (!note.link.empty()) out.push_back({"text", note.link});
  out.push_back({"state", name_of(note.state)});
  if (auto changes = json::parse(note.body)) out.push_back({"changes", std::move(*changes)});
  return out;
}

}  // namespace mainstay::charging
