#include "apps/apim/inbound/http/status_xml.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

#include "apps/apim/inbound/http/xml.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

using namespace std::string_view_literals;  // append(const char*) measures its literal each time

constexpr std::string_view declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";

bool is_exceeded(const UsageReport& report) { return report.stored > report.limit.max; }

void append_application(std::string& out, const Status& status, const AuthorizeCommand& command) {
  const Application& application = *status.application;
  const std::string_view redirect = command.redirect_named_url ? "redirect_url" : "redirect_uri";
  out.append("<application><id>"sv);
  append_xml_text(out, application.id.get());
  out.append("</id><key>"sv);
  if (!application.keys.empty()) append_xml_text(out, application.keys.front().get());
  out.append("</key><"sv).append(redirect).append(">"sv);
  append_xml_text(out, application.redirect_url);
  out.append("</"sv).append(redirect).append("></application>"sv);
}

void append_keys(std::string& out, const Status& status) {
  const Application& application = *status.application;
  out.append("<app_keys app=\""sv);
  append_xml_attribute(out, application.id.get());
  out.append("\" svc=\""sv);
  append_xml_attribute(out, status.service->id.get());
  out.append("\">"sv);
  const std::size_t count = std::min(application.keys.size(), Limits::application_keys_max);
  for (std::size_t i = 0; i < count; ++i) {
    out.append("<key id=\""sv);
    append_xml_attribute(out, application.keys[i].get());
    out.append("\"/>"sv);
  }
  out.append("</app_keys>"sv);
}

/// Each metric that has a report, once, with the names of its children.
void append_hierarchy(std::string& out, const Status& status) {
  const MetricTree& tree = *status.service->metrics;
  out.append("<hierarchy>"sv);
  const UsageReport* previous = nullptr;
  for (const UsageReport& report : status.reports) {
    // Reports lie together by metric.
    if (previous != nullptr && previous->limit.metric == report.limit.metric) continue;
    previous = &report;
    out.append("<metric name=\""sv);
    append_xml_attribute(out, tree.at(report.limit.metric).name);
    out.append("\" children=\""sv);
    bool first = true;
    for (const MetricIndex child : tree.children(report.limit.metric)) {
      if (!first) out.push_back(' ');
      first = false;
      append_xml_attribute(out, tree.at(child).name);
    }
    out.append("\"/>"sv);
  }
  out.append("</hierarchy>"sv);
}

}  // namespace

void StatusXml::append(std::string& out, const Status& status, const AuthorizeCommand& command) {
  render(out, status, command,
         [&out](const UsageReport& report) { append_number(out, report.current); });
}

void StatusXml::append(std::string& out, const Status& status, const AuthorizeCommand& command,
                       StatusXmlFrame& frame) {
  const bool exceeds = std::ranges::any_of(status.reports, is_exceeded);
  const bool is_plain = status.authorized() && !exceeds && status.shadow_reports.empty();
  if (!is_plain) return append(out, status, command);
  const Window& minute = status.windows[index(Period::minute)];
  if (frame.minute != minute) {
    frame.minute = minute;
    frame.text.clear();
    frame.values.clear();
    render(frame.text, status, command, [&frame](const UsageReport&) {
      frame.values.push_back({frame.text.size(), 0});
    });
  }
  for (std::size_t i = 0; i < frame.values.size(); ++i) frame.put(i, status.reports[i].current);
  out.append(frame.text);
}

void StatusXmlFrame::put(std::size_t report, std::int64_t value) {
  char digits[20];  // -9223372036854775808
  const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const auto size = static_cast<std::size_t>(end - digits);
  Value& old = values[report];
  if (size == old.size) {
    std::memcpy(text.data() + old.at, digits, size);
    return;
  }
  text.replace(old.at, old.size, digits, size);
  for (std::size_t i = report + 1; i < values.size(); ++i) values[i].at += size - old.size;
  old.size = size;
}

/// `append_current(report)` stands where the report's current value goes.
template <class AppendCurrent>
void StatusXml::render(std::string& out, const Status& status, const AuthorizeCommand& command,
                       const AppendCurrent& append_current) {
  out.append(declaration);
  if (status.authorized()) {
    out.append("<status><authorized>true</authorized>"sv);
  } else {
    out.append("<status><authorized>false</authorized><reason>"sv);
    append_xml_text(out, status.rejection->reason);
    out.append("</reason>"sv);
  }
  if (command.oauth) append_application(out, status, command);
  out.append("<plan>"sv);
  append_xml_text(out, status.application->plan_name);
  out.append("</plan>"sv);
  if (!status.reports.empty() || !status.shadow_reports.empty()) {
    out.append("<usage_reports>"sv);
    const auto append_report = [&](const UsageReport& report) {
      open_report(out, status, report);
      append_current(report);
      out.append("</current_value></usage_report>"sv);
    };
    for (const UsageReport& report : status.reports) append_report(report);
    for (const UsageReport& report : status.shadow_reports) append_report(report);
    out.append("</usage_reports>"sv);
  }
  if (command.extensions.list_app_keys) append_keys(out, status);
  if (command.extensions.hierarchy) append_hierarchy(out, status);
  out.append("</status>"sv);
}

void StatusXml::open_report(std::string& out, const Status& status, const UsageReport& report) {
  out.append("<usage_report metric=\""sv);
  append_xml_attribute(out, status.service->metrics->at(report.limit.metric).name);
  out.append("\" period=\""sv).append(to_text(report.limit.period)).append("\""sv);
  if (is_exceeded(report)) out.append(" exceeded=\"true\""sv);
  if (report.limit.shadow) out.append(" shadow=\"true\""sv);
  out.append(">"sv).append(window_text(status.windows, report.limit.period));
  out.append("<max_value>"sv);
  append_number(out, report.limit.max);
  out.append("</max_value><current_value>"sv);
}

const std::string& StatusXml::window_text(const Windows& windows, Period period) {
  std::string& text = window_texts_[index(period)];
  Window& cached = windows_[index(period)];
  const Window& window = windows[index(period)];
  if (period == Period::eternity || cached == window) return text;
  cached = window;
  text.assign("<period_start>"sv);
  append_time(text, window.begin);
  text.append("</period_start><period_end>"sv);
  append_time(text, window.end);
  text.append("</period_end>"sv);
  return text;
}

void append_error_xml(std::string& out, const Error& error) {
  out.append(declaration).append("<error code=\""sv).append(error.name()).append("\">"sv);
  // A client's own bytes may be quoted before they were checked.
  append_xml_text(out, repaired_utf8(error.detail()));
  out.append("</error>"sv);
}

}  // namespace mainstay::apim
