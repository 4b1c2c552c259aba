#include "apps/apim/ports/counters.hpp"

#include <algorithm>
#include <limits>

namespace mainstay::apim {
namespace {

std::string_view class_of(int code) {
  switch (code / 100) {
    case 2:
      return "\x1f"
             "2XX";
    case 4:
      return "\x1f"
             "4XX";
    case 5:
      return "\x1f"
             "5XX";
    default:
      return {};
  }
}

std::string_view own_of(int code) {
  switch (code) {
    case 200:
      return "\x1f"
             "200";
    case 403:
      return "\x1f"
             "403";
    case 404:
      return "\x1f"
             "404";
    case 500:
      return "\x1f"
             "500";
    case 503:
      return "\x1f"
             "503";
    default:
      return {};
  }
}

}  // namespace

Seconds retention_of(Period period) {
  using std::chrono::days;
  using std::chrono::hours;
  switch (period) {
    case Period::minute:
      return hours{26};  // a report may be 24 hours old
    case Period::hour:
      return days{35};
    case Period::day:
      return days{400};
    default:
      return Seconds{0};
  }
}

std::uint32_t call_key_expiry(UnixSeconds now) {
  constexpr UnixSeconds most = std::numeric_limits<std::uint32_t>::max();
  const UnixSeconds begin = std::clamp<UnixSeconds>(now, 0, (most - 1) * 60);
  return static_cast<std::uint32_t>(std::min(most, (begin + call_key_life.count() + 59) / 60));
}

ResponseCodeMetrics response_code_metrics(int code) { return {class_of(code), own_of(code)}; }

std::size_t charge_bytes(const Subject& subject, std::span<const MetricCharge> metrics) {
  constexpr std::size_t fixed_bytes = 16;  // the value and the lengths, generously
  std::size_t bytes = subject.service_id.size() + subject.application_id.size() + fixed_bytes;
  for (const MetricCharge& metric : metrics) bytes += metric.metric_id.size() + fixed_bytes;
  return bytes;
}

}  // namespace mainstay::apim
