#include "apps/apim/domain/notices.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "apps/apim/domain/alert.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

/// The members of an event's object that name whose it is and when.
std::string traffic_object(const Service& service, const Application& application,
                           UnixSeconds now) {
  std::string out{"{\"service_id\":"};
  append_json_quoted(out, service.id.get());
  out.append(",\"application_id\":");
  append_json_quoted(out, application.id.get());
  out.append(",\"timestamp\":");
  append_json_quoted(out, utc_text(now));
  return out.append("}");
}

std::string alert_object(std::uint64_t id, const Service& service, const Application& application,
                         const PeakUtilization& peak, UnixSeconds now) {
  char ratio[32];
  std::snprintf(ratio, sizeof ratio, "%.6g", peak.ratio);
  std::string out{"{\"id\":"};
  out.append(std::to_string(id)).append(",\"utilization\":").append(std::to_string(peak.bin));
  out.append(",\"max_utilization\":").append(ratio).append(",\"application_id\":");
  append_json_quoted(out, application.id.get());
  out.append(",\"service_id\":");
  append_json_quoted(out, service.id.get());
  out.append(",\"timestamp\":");
  append_json_quoted(out, utc_text(now));
  out.append(",\"limit\":");
  append_json_quoted(out, limit_text(service, peak.at));
  return out.append("}");
}

}  // namespace

void Notices::after_charge(const Service& service, const Application& application,
                           const Traffic& traffic, UnixSeconds now) {
  if (traffic.first_ever) {
    events_.add("first_traffic", now, traffic_object(service, application, now));
  }
  if (traffic.first_today) {
    events_.add("first_daily_traffic", now, traffic_object(service, application, now));
  }
  if (!service.alert_limits.empty()) alert_if_due(service, application, now);
}

void Notices::alert_if_due(const Service& service, const Application& application,
                           UnixSeconds now) {
  const std::string_view service_id = service.id.get();
  const std::string_view application_id = application.id.get();
  // Nothing higher can come within the mark's life, so nothing needs to be read.
  if (marks_.is_marked(service_id, application_id, service.alert_limits.back(), now)) return;
  const auto utilization = read_utilization(counters_, service, application, now);
  const auto peak = peak_of(utilization);
  if (!peak || peak->bin == 0) return;
  if (!std::ranges::binary_search(service.alert_limits, peak->bin)) return;
  if (!marks_.mark(service_id, application_id, peak->bin, now)) return;
  events_.add("alert", now, alert_object(marks_.next_alert_id(), service, application, *peak, now));
}

}  // namespace mainstay::apim
