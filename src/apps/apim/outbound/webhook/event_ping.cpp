#include "apps/apim/outbound/webhook/event_ping.hpp"

#include <utility>

#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

EventPing::EventPing(Hook hook, const Events& events, http::Client& client, log::Log& log,
                     Probe& probe)
    : hook_(std::move(hook)), events_(events), client_(client), log_(log), probe_(probe) {}

void EventPing::tick(SteadyTime now) {
  if (hook_.url.empty() || events_.size() == 0) return;
  if (pinged_ && now - last_ping_ < Limits::event_ping_every) return;
  pinged_ = true;
  last_ping_ = now;
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = hook_.url;
  request.body = "secret=" + percent_encode(hook_.secret);
  request.content_type = "application/x-www-form-urlencoded";
  request.trust = http::Trust::operator_address;  // from the settings, never from a tenant
  probe_.ping_sent();
  client_.send(std::move(request),
               [this](const Result<http::ClientResponse>& answer) { on_answer(answer); });
}

void EventPing::on_answer(const Result<http::ClientResponse>& answer) {
  if (answer.has_value() && answer->status / 100 == 2) return;
  probe_.ping_failed();
  if (answer.has_value()) {
    log_.warning("apim.event_ping.refused", {{"status", answer->status}});
  } else {
    log_.warning("apim.event_ping.failed", {{"error", answer.error().message()}});
  }
}

}  // namespace mainstay::apim
