#include "apps/apim/domain/alert.hpp"

#include <algorithm>

#include "apps/apim/domain/local_windows.hpp"

namespace mainstay::apim {
namespace {

int bin_of(double ratio) {
  int reached = alert_bins.front();
  for (const int bin : alert_bins) {
    if (ratio * 100 >= bin) reached = bin;
  }
  return reached;
}

std::vector<Utilization> read(const Counters& counters, const Service& service,
                              const Application& application, const std::vector<LimitRow>& rows,
                              UnixSeconds now) {
  std::vector<LimitProbe> probes(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    probes[i].metric_id = service.metrics->at(rows[i].metric).id.get();
    probes[i].period = rows[i].period;
  }
  Windows zoned;
  if (service.zone != nullptr) zoned = windows_at(now, service.zone);
  const Moment at{now, service.zone != nullptr ? &zoned : nullptr};
  counters.check({service.id.get(), application.id.get()}, at, probes);
  std::vector<Utilization> out;
  out.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back({rows[i], probes[i].current});
  return out;
}

}  // namespace

bool is_alert_bin(std::int64_t value) {
  return std::ranges::find(alert_bins, value) != alert_bins.end();
}

std::vector<Utilization> read_utilization(const Counters& counters, const Service& service,
                                          const Application& application, UnixSeconds now) {
  return read(counters, service, application, service.limit_rows(application.plan_id), now);
}

std::vector<Utilization> read_watched(const Counters& counters, const Service& service,
                                      const Application& application, UnixSeconds now) {
  return read(counters, service, application, service.plan(application.plan_id).watched, now);
}

std::optional<PeakUtilization> peak_of(std::span<const Utilization> utilization) {
  std::optional<PeakUtilization> peak;
  for (const Utilization& one : utilization) {
    if (one.limit.max <= 0) continue;
    const double ratio = static_cast<double>(one.current) / static_cast<double>(one.limit.max);
    if (!peak || ratio > peak->ratio) peak = {one, ratio, bin_of(ratio)};
  }
  return peak;
}

std::string limit_text(const Service& service, const Utilization& utilization) {
  std::string out = service.metrics->at(utilization.limit.metric).name;
  out.append(" per ").append(to_text(utilization.limit.period)).append(": ");
  out.append(std::to_string(utilization.current)).append("/");
  return out.append(std::to_string(utilization.limit.max));
}

}  // namespace mainstay::apim
