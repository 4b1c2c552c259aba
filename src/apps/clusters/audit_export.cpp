#include "apps/clusters/audit_export.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

json::Value audit_json(const AuditRecord& record) {
  json::Array more;
  for (const auto& [name, value] : record.entry.more) more.emplace_back(json::Array{name, value});
  return json::Object{{"sequence", record.sequence},
                      {"at", audit_time(record.at)},
                      {"at_us", std::int64_t{record.at.time_since_epoch().count()}},
                      {"actor", record.entry.actor},
                      {"action", record.entry.action},
                      {"outcome", record.entry.outcome},
                      {"kind", record.entry.kind},
                      {"name", record.entry.name},
                      {"namespace", record.entry.name_space},
                      {"request", record.entry.request},
                      {"more", std::move(more)},
                      {"previous", record.previous},
                      {"hash", record.hash}};
}

}  // namespace

std::string audit_time(SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 48> out;
  const int size = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int{date.year()},
      unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

void append_audit_line(std::string& out, const AuditRecord& record) {
  json::append(out, audit_json(record));
  out.push_back('\n');
}

void append_cloud_event(std::string& out, const AuditRecord& record) {
  json::append(out, json::Object{{"specversion", "1.0"},
                                 {"id", std::to_string(record.sequence)},
                                 {"source", "/mainstay/clusters/audit"},
                                 {"type", "mainstay.clusters." + record.entry.action},
                                 {"time", audit_time(record.at)},
                                 {"subject", record.entry.request.empty() ? record.entry.name
                                                                          : record.entry.request},
                                 {"datacontenttype", "application/json"},
                                 {"data", audit_json(record)}});
}

}  // namespace mainstay::clusters
