#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platform/metrics/metrics.hpp"

namespace mainstay::apim {

enum class CallKind : std::uint8_t { authorize, authrep, report, authorize_oauth, authrep_oauth };
inline constexpr std::size_t call_kind_count = 5;

/// Counts what API management does. Names of the series are apisonator's, so that its dashboards
/// work. Any thread.
class Probe {
 public:
  explicit Probe(metrics::Registry& registry);
  void answered(CallKind kind, int status);
  /// A request to a gated route: admitted, or refused with a code of gate::guard()'s.
  void gated(bool admitted, std::string_view code);
  void ping_sent() { pings_.add(); }
  void ping_failed() { ping_failures_.add(); }
  /// Calls that so many shadow limits would have refused.
  void shadow_exceeded(std::size_t limits) {
    if (limits != 0) shadow_exceeded_.add(limits);
  }
  void webhook_sent() { webhooks_.add(); }
  void webhook_failed() { webhook_failures_.add(); }
  void webhook_lost(std::uint64_t notices) { webhooks_lost_.add(notices); }

 private:
  static constexpr std::size_t class_count = 7;  // 2xx 403 404 409 4xx 5xx unknown
  std::array<std::array<metrics::Counter*, class_count>, call_kind_count> codes_{};
  std::array<metrics::Counter*, 4> gated_{};  // admitted, refused, limited, unavailable
  metrics::Counter& pings_;
  metrics::Counter& ping_failures_;
  metrics::Counter& shadow_exceeded_;
  metrics::Counter& webhooks_;
  metrics::Counter& webhook_failures_;
  metrics::Counter& webhooks_lost_;
};

}  // namespace mainstay::apim
