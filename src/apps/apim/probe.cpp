#include "apps/apim/probe.hpp"

#include <string_view>

namespace mainstay::apim {
namespace {

constexpr std::array<std::string_view, call_kind_count> kind_names{
    "authorize", "authrep", "report", "authorize_oauth", "authrep_oauth"};
constexpr std::array<std::string_view, 7> class_names{"2xx", "403", "404",    "409",
                                                      "4xx", "5xx", "unknown"};

constexpr std::array<std::string_view, 4> gate_outcomes{"admitted", "refused", "limited",
                                                        "unavailable"};

std::size_t class_index(int status) {
  switch (status) {
    case 403:
      return 1;
    case 404:
      return 2;
    case 409:
      return 3;
    default:
      break;
  }
  switch (status / 100) {
    case 2:
      return 0;
    case 4:
      return 4;
    case 5:
      return 5;
    default:
      return 6;
  }
}

}  // namespace

Probe::Probe(metrics::Registry& registry)
    : pings_(registry.counter("apim_event_pings_total", "Calls of the events webhook.")),
      ping_failures_(registry.counter("apim_event_ping_failures_total",
                                      "Calls of the events webhook that failed.")),
      shadow_exceeded_(registry.counter("apim_shadow_limits_exceeded_total",
                                        "Refusals that shadow limits would have made.")),
      webhooks_(registry.counter("apim_alert_webhooks_total",
                                 "Attempts to deliver alerts to consumers' webhooks.")),
      webhook_failures_(
          registry.counter("apim_alert_webhook_failures_total", "Such attempts that failed.")),
      webhooks_lost_(registry.counter(
          "apim_alert_webhooks_lost_total",
          "Alerts given up: too many attempts, too many waiting, or no webhook any more.")) {
  for (std::size_t kind = 0; kind < call_kind_count; ++kind) {
    for (std::size_t code = 0; code < class_count; ++code) {
      codes_[kind][code] = &registry.counter(
          "apisonator_listener_response_codes", "Answers of the public API by kind and status.",
          {{"request_type", kind_names[kind]}, {"resp_code", class_names[code]}});
    }
  }
  for (std::size_t outcome = 0; outcome < gated_.size(); ++outcome) {
    gated_[outcome] =
        &registry.counter("apim_gate_requests_total", "Requests to gated routes by outcome.",
                          {{"outcome", gate_outcomes[outcome]}});
  }
}

void Probe::gated(bool admitted, std::string_view code) {
  std::size_t outcome = admitted ? 0 : 1;
  if (code == "limits_exceeded") outcome = 2;
  if (code == "gate_unavailable") outcome = 3;
  gated_[outcome]->add();
}

void Probe::answered(CallKind kind, int status) {
  codes_[static_cast<std::size_t>(kind)][class_index(status)]->add();
}

}  // namespace mainstay::apim
