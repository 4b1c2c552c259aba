#include "apps/apim/domain/notices.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "apps/apim/domain/alert.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

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
  std::string out = traffic_object(service.id.get(), application.id.get(), now);
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

/// What a consumer is told with an event; nothing when no webhook is set.
std::string consumer_body(const Service& service, const Application& application,
                          std::string_view type, std::string_view object, UnixSeconds now) {
  if (service.webhook_of(application) == nullptr) return {};
  std::string body{"{\"type\":"};
  append_json_quoted(body, type);
  body.append(",\"timestamp\":");
  append_json_quoted(body, iso_text(now));
  return body.append(",\"data\":").append(object).append("}");
}

}  // namespace

std::string traffic_object(std::string_view service_id, std::string_view application_id,
                           UnixSeconds now) {
  std::string out{"{\"service_id\":"};
  append_json_quoted(out, service_id);
  out.append(",\"application_id\":");
  append_json_quoted(out, application_id);
  out.append(",\"timestamp\":");
  append_json_quoted(out, utc_text(now));
  return out.append("}");
}

std::size_t Notices::after_charge(const Service& service, const Application& application,
                                  UnixSeconds now) {
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
  if (marks_.is_marked(service_id, application_id, peak->bin, now)) return;
  marks_.tell_once(service_id, application_id, peak->bin, now, [&] {
    Telling telling{"alert", {}, application_id, {}};
    telling.object = alert_object(marks_.next_alert_id(), service, application, *peak, now);
    telling.consumer_body = consumer_body(service, application, telling.type, telling.object, now);
    return telling;
  });
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
  const int mark = is_shadow ? shadow_mark : grace_mark;
  const std::string name = mark_of(service, application, above.limit);
  if (marks_.is_marked(service.id.get(), name, mark, now)) return;
  marks_.tell_once(service.id.get(), name, mark, now, [&] {
    Telling telling{is_shadow ? "shadow_limit_exceeded" : "limit_grace_entered",
                    limit_object(service, application, above, now),
                    application.id.get(),
                    {}};
    if (!is_shadow) {
      telling.consumer_body =
          consumer_body(service, application, telling.type, telling.object, now);
    }
    return telling;
  });
}

}  // namespace mainstay::apim
