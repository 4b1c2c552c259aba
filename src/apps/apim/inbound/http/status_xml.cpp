#include "apps/apim/inbound/http/status_xml.hpp"

#include <algorithm>
#include <vector>

#include "apps/apim/inbound/http/xml.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::string_view declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";

void append_application(std::string& out, const Status& status, const AuthorizeCommand& command) {
  const Application& application = *status.application;
  const std::string_view redirect = command.redirect_named_url ? "redirect_url" : "redirect_uri";
  out.append("<application><id>");
  append_xml_text(out, application.id.get());
  out.append("</id><key>");
  if (!application.keys.empty()) append_xml_text(out, application.keys.front().get());
  out.append("</key><").append(redirect).append(">");
  append_xml_text(out, application.redirect_url);
  out.append("</").append(redirect).append("></application>");
}

void append_keys(std::string& out, const Status& status) {
  const Application& application = *status.application;
  out.append("<app_keys app=\"");
  append_xml_attribute(out, application.id.get());
  out.append("\" svc=\"");
  append_xml_attribute(out, status.service->id.get());
  out.append("\">");
  const std::size_t count = std::min(application.keys.size(), Limits::application_keys_max);
  for (std::size_t i = 0; i < count; ++i) {
    out.append("<key id=\"");
    append_xml_attribute(out, application.keys[i].get());
    out.append("\"/>");
  }
  out.append("</app_keys>");
}

/// Each metric that has a report, once, with the names of its children.
void append_hierarchy(std::string& out, const Status& status) {
  const MetricTree& tree = *status.service->metrics;
  out.append("<hierarchy>");
  const UsageReport* previous = nullptr;
  for (const UsageReport& report : status.reports) {
    // Reports lie together by metric.
    if (previous != nullptr && previous->limit.metric == report.limit.metric) continue;
    previous = &report;
    out.append("<metric name=\"");
    append_xml_attribute(out, tree.at(report.limit.metric).name);
    out.append("\" children=\"");
    bool first = true;
    for (const MetricIndex child : tree.children(report.limit.metric)) {
      if (!first) out.push_back(' ');
      first = false;
      append_xml_attribute(out, tree.at(child).name);
    }
    out.append("\"/>");
  }
  out.append("</hierarchy>");
}

}  // namespace

void StatusXml::append(std::string& out, const Status& status, const AuthorizeCommand& command) {
  out.append(declaration);
  if (status.authorized()) {
    out.append("<status><authorized>true</authorized>");
  } else {
    out.append("<status><authorized>false</authorized><reason>");
    append_xml_text(out, status.rejection->reason);
    out.append("</reason>");
  }
  if (command.oauth) append_application(out, status, command);
  out.append("<plan>");
  append_xml_text(out, status.application->plan_name);
  out.append("</plan>");
  if (!status.reports.empty()) {
    out.append("<usage_reports>");
    for (const UsageReport& report : status.reports) append_report(out, status, report);
    out.append("</usage_reports>");
  }
  if (command.extensions.list_app_keys) append_keys(out, status);
  if (command.extensions.hierarchy) append_hierarchy(out, status);
  out.append("</status>");
}

void StatusXml::append_report(std::string& out, const Status& status, const UsageReport& report) {
  out.append("<usage_report metric=\"");
  append_xml_attribute(out, status.service->metrics->at(report.limit.metric).name);
  out.append("\" period=\"").append(to_text(report.limit.period)).append("\"");
  if (report.stored > report.limit.max) out.append(" exceeded=\"true\"");
  out.append(">").append(window_text(status.windows, report.limit.period));
  out.append("<max_value>");
  append_number(out, report.limit.max);
  out.append("</max_value><current_value>");
  append_number(out, report.current);
  out.append("</current_value></usage_report>");
}

const std::string& StatusXml::window_text(const Windows& windows, Period period) {
  std::string& text = window_texts_[index(period)];
  Window& cached = windows_[index(period)];
  const Window& window = windows[index(period)];
  if (period == Period::eternity || cached == window) return text;
  cached = window;
  text.assign("<period_start>");
  append_time(text, window.begin);
  text.append("</period_start><period_end>");
  append_time(text, window.end);
  text.append("</period_end>");
  return text;
}

void append_error_xml(std::string& out, const Error& error) {
  out.append(declaration).append("<error code=\"").append(error.name()).append("\">");
  append_xml_text(out, error.detail());
  out.append("</error>");
}

}  // namespace mainstay::apim
