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

/// A limit that somebody is above: its grace, or that it is a shadow.
std::string limit_object(const Service& service, const Application& application,
                         const Utilization& above, UnixSeconds now) {
  std::string out = traffic_object(service, application, now);
  out.pop_back();
  out.append(",\"limit\":");
  append_json_quoted(out, limit_text(service, above));
  out.append(",\"allowed\":").append(std::to_string(above.limit.allowed));
  return out.append("}");
}

/// What a limit's marks are kept under: ids have no control characters, so it is nobody's id.
std::string mark_of(const Service& service, const Application& application, const LimitRow& limit) {
  std::string out = application.id.get();
  out.append("\x1f").append(service.metrics->at(limit.metric).id.get());
  return out.append("\x1f").append(to_text(limit.period));
}

// In the place of an alert's bin; no bin is one of these.
constexpr int grace_mark = 1;
constexpr int shadow_mark = 2;

/// "2026-11-21T01:19:00Z"
std::string iso_text(UnixSeconds at) {
  std::string out = utc_text(at).substr(0, 19);
  out[10] = 'T';
  return out.append("Z");
}

}  // namespace

std::size_t Notices::after_charge(const Service& service, const Application& application,
                                  const Traffic& traffic, UnixSeconds now) {
  if (traffic.first_ever) {
    events_.add("first_traffic", now, traffic_object(service, application, now));
  }
  if (traffic.first_today) {
    events_.add("first_daily_traffic", now, traffic_object(service, application, now));
  }
  if (!service.alert_limits.empty()) alert_if_due(service, application, now);
  return service.extra_limits == 0 ? 0 : look_at_watched(service, application, now);
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
  const std::string object = alert_object(marks_.next_alert_id(), service, application, *peak, now);
  events_.add("alert", now, object);
  tell_consumer(service, application, "alert", object, now);
}

std::size_t Notices::look_at_watched(const Service& service, const Application& application,
                                     UnixSeconds now) {
  if (service.plan(application.plan_id).watched.empty()) return 0;
  std::size_t shadows = 0;
  for (const Utilization& one : read_watched(counters_, service, application, now)) {
    // A shadow would refuse above its grace; a limit's grace is entered above its maximum.
    const bool is_above = one.current > (one.limit.shadow ? one.limit.allowed : one.limit.max);
    if (!is_above) continue;
    if (one.limit.shadow) ++shadows;
    tell_once(service, application, one, now);
  }
  return shadows;
}

void Notices::tell_once(const Service& service, const Application& application,
                        const Utilization& above, UnixSeconds now) {
  const bool is_shadow = above.limit.shadow;
  const std::string name = mark_of(service, application, above.limit);
  if (!marks_.mark(service.id.get(), name, is_shadow ? shadow_mark : grace_mark, now)) return;
  const std::string_view type = is_shadow ? "shadow_limit_exceeded" : "limit_grace_entered";
  const std::string object = limit_object(service, application, above, now);
  events_.add(type, now, object);
  if (!is_shadow) tell_consumer(service, application, type, object, now);
}

void Notices::tell_consumer(const Service& service, const Application& application,
                            std::string_view type, std::string_view object, UnixSeconds now) {
  if (consumers_ == nullptr || service.webhook_of(application) == nullptr) return;
  std::string body{"{\"type\":"};
  append_json_quoted(body, type);
  body.append(",\"timestamp\":");
  append_json_quoted(body, iso_text(now));
  body.append(",\"data\":").append(object).append("}");
  consumers_->add(service.id.get(), application.id.get(), now, body);
}

}  // namespace mainstay::apim
