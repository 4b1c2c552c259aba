#include "apps/apim/inbound/http/usage_answer.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "apps/apim/domain/local_time.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

using namespace std::string_view_literals;  // append(const char*) measures its literal each time

std::string_view zone_name(const UsageHead& head) {
  return head.zone == nullptr ? "UTC"sv : std::string_view{head.zone->name()};
}

/// The metric's name, or the response code as the protocol writes it.
std::string measured(const UsageHead& head) {
  if (!head.query.metric.empty()) return head.query.metric;
  std::string code = head.query.response_code;
  std::ranges::replace(code, 'x', 'X');
  return code;
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out.push_back('"');
  out.append(name).append("\":"sv);
  append_json_quoted(out, text);
}

void append_quoted_time(std::string& out, UnixSeconds at, const TimeZone* zone) {
  out.push_back('"');
  append_local_time(out, at, zone);
  out.push_back('"');
}

/// What JSON answers begin with, up to and with `"period":...`.
void begin_json(std::string& out, const UsageHead& head) {
  out.append(R"({"status":"found","usage":{)"sv);
  append_text_member(out, "service_id", head.service_id);
  out.push_back(',');
  if (!head.application_id.empty()) {
    append_text_member(out, "application_id", head.application_id);
    out.push_back(',');
  }
  if (head.metric_id.empty()) {
    append_text_member(out, "response_code", measured(head));
  } else {
    out.append(R"("metric":{)"sv);
    append_text_member(out, "id", head.metric_id);
    out.push_back(',');
    append_text_member(out, "name", head.query.metric);
    out.push_back('}');
  }
  out.push_back(',');
  append_text_member(out, "period", to_text(head.query.period));
}

/// `names`: what the two ends of the time are called.
void append_range(std::string& out, const UsageHead& head, const Window& range,
                  std::pair<std::string_view, std::string_view> names) {
  out.append(",\""sv).append(names.first).append("\":"sv);
  append_quoted_time(out, range.begin, head.zone);
  out.append(",\""sv).append(names.second).append("\":"sv);
  append_quoted_time(out, range.end, head.zone);
  out.push_back(',');
  append_text_member(out, "timezone", zone_name(head));
}

void end_json(std::string& out, const std::string& next) {
  out.append("],\"next\":"sv);
  if (next.empty()) {
    out.append("null"sv);
  } else {
    append_json_quoted(out, next);
  }
  out.append("}}"sv);
}

/// The same question with both ends of its time settled, a page further.
std::string next_page(const UsageHead& head, const Window& range, bool has_until) {
  const UsageQuery& query = head.query;
  std::string out = head.path;
  char before = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    out.push_back(before);
    before = '&';
    out.append(name).append("="sv).append(percent_encode(value));
  };
  add(query.metric.empty() ? "response_code" : "metric", measured(head));
  add("period", to_text(query.period));
  add("since", std::to_string(range.begin));
  if (has_until) add("until", std::to_string(range.end));
  add("timezone", zone_name(head));
  if (!query.zeros) add("zeros", "0");
  if (query.csv) add("format", "csv");
  add("per_page", std::to_string(query.per_page));
  add("page", std::to_string(query.page + 1));
  return out;
}

/// Letters, digits and a few marks of what the usage is of; the rest is `_`.
std::string file_name(const UsageHead& head, std::string_view kind) {
  constexpr std::size_t bytes_max = 120;
  std::string out{kind};
  for (const std::string& part : {head.service_id, head.application_id, measured(head),
                                  std::string{to_text(head.query.period)}}) {
    if (!part.empty()) out.append("-"sv).append(part);
  }
  out.resize(std::min(out.size(), bytes_max));
  std::ranges::replace_if(
      out,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_');
      },
      '_');
  return out.append(".csv"sv);
}

void append_csv_line(std::string& out, std::initializer_list<std::string_view> cells) {
  bool is_first = true;
  for (const std::string_view cell : cells) {
    if (!std::exchange(is_first, false)) out.push_back(',');
    append_csv_cell(out, cell);
  }
  out.append("\r\n"sv);
}

/// The values of this page, as places among the series' points.
struct UsagePage {
  std::vector<std::size_t> places;
  bool has_next = false;
};

UsagePage page_of(const UsageHead& head, const UsageSeries& series) {
  UsagePage page;
  std::size_t skip = (head.query.page - 1) * head.query.per_page;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    if (!head.query.zeros && series.values[i] == 0) continue;
    if (skip > 0) {
      --skip;
      continue;
    }
    if (page.places.size() == head.query.per_page) {
      page.has_next = true;
      break;
    }
    page.places.push_back(i);
  }
  return page;
}

std::string series_csv(const UsageHead& head, const UsageSeries& series, const UsagePage& page) {
  std::string out;
  append_csv_line(out, {"service_id", "application_id", "metric", "period", "period_start",
                        "period_end", "value"});
  std::string same;  // what every line begins with
  for (const std::string& cell : {head.service_id, head.application_id, measured(head),
                                  std::string{to_text(head.query.period)}}) {
    append_csv_cell(same, cell);
    same.push_back(',');
  }
  for (const std::size_t place : page.places) {
    out.append(same);
    append_local_time(out, series.points[place].begin, head.zone);
    out.push_back(',');
    append_local_time(out, series.points[place].end, head.zone);
    out.push_back(',');
    append_number(out, series.values[place]);
    out.append("\r\n"sv);
  }
  return out;
}

std::string series_json(const UsageHead& head, const UsageSeries& series, const UsagePage& page,
                        const Window& range, const std::string& next) {
  std::string out;
  begin_json(out, head);
  append_range(out, head, range, {"since", "until"});
  out.append(",\"total\":"sv);
  append_number(out, series.total);
  out.append(",\"values\":["sv);
  bool is_first = true;
  for (const std::size_t place : page.places) {
    if (!std::exchange(is_first, false)) out.push_back(',');
    out.append("{\"period_start\":"sv);
    append_quoted_time(out, series.points[place].begin, head.zone);
    out.append(",\"value\":"sv);
    append_number(out, series.values[place]);
    out.push_back('}');
  }
  end_json(out, next);
  return out;
}

std::string top_csv(const UsageHead& head, const UsageTop& top, std::size_t count) {
  std::string start;
  append_local_time(start, top.window.begin, head.zone);
  std::string out;
  append_csv_line(out,
                  {"service_id", "metric", "period", "period_start", "application_id", "value"});
  for (std::size_t i = 0; i < count; ++i) {
    const ApplicationUsage& one = top.applications[i];
    append_csv_line(out, {head.service_id, measured(head), to_text(head.query.period), start,
                          one.application_id, std::to_string(one.value)});
  }
  return out;
}

std::string top_json(const UsageHead& head, const UsageTop& top, std::size_t count,
                     const std::string& next) {
  std::string out;
  begin_json(out, head);
  append_range(out, head, top.window, {"period_start", "period_end"});
  out.append(",\"applications\":["sv);
  for (std::size_t i = 0; i < count; ++i) {
    const ApplicationUsage& one = top.applications[i];
    if (i > 0) out.push_back(',');
    out.push_back('{');
    append_text_member(out, "application_id", one.application_id);
    out.append(",\"value\":"sv);
    append_number(out, one.value);
    out.push_back('}');
  }
  end_json(out, next);
  return out;
}

}  // namespace

UsageAnswer usage_answer(const UsageHead& head, const UsageSeries& series) {
  const UsagePage page = page_of(head, series);
  const Window range{series.points.front().begin, series.points.back().end};
  UsageAnswer answer;
  answer.csv = head.query.csv;
  if (page.has_next) answer.next = next_page(head, range, true);
  if (answer.csv) {
    answer.file_name = file_name(head, "usage");
    answer.body = series_csv(head, series, page);
  } else {
    answer.body = series_json(head, series, page, range, answer.next);
  }
  return answer;
}

UsageAnswer usage_answer(const UsageHead& head, const UsageTop& top) {
  const std::size_t count = std::min(top.applications.size(), head.query.per_page);
  UsageAnswer answer;
  answer.csv = head.query.csv;
  if (top.applications.size() > count)
    answer.next = next_page(head, top.window, head.query.until.has_value());
  if (answer.csv) {
    answer.file_name = file_name(head, "top");
    answer.body = top_csv(head, top, count);
  } else {
    answer.body = top_json(head, top, count, answer.next);
  }
  return answer;
}

void append_csv_cell(std::string& out, std::string_view text) {
  const bool is_formula = !text.empty() && "=+-@\t\r\n"sv.find(text.front()) != std::string::npos;
  const bool is_quoted = text.find_first_of(",\"\r\n"sv) != std::string_view::npos;
  if (is_quoted) out.push_back('"');
  if (is_formula) out.push_back('\'');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  if (is_quoted) out.push_back('"');
}

}  // namespace mainstay::apim
