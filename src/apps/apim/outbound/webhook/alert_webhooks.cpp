#include "apps/apim/outbound/webhook/alert_webhooks.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "apps/apim/domain/webhook_edit.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"
#include "platform/tls/webhook_signature.hpp"

namespace mainstay::apim {
namespace {

/// Unlike other installations' too: the moment of the alert is in it.
std::string id_text(const ConsumerNotice& notice) {
  return "msg_" + std::to_string(notice.at) + "_" + std::to_string(notice.id);
}

SteadyTime::duration retry_after(int attempts) {
  const auto doubled = Limits::webhook_retry_min * (1 << std::min(attempts - 1, 16));
  return std::min<Seconds>(doubled, Limits::webhook_retry_max);
}

std::optional<AlertWebhook> webhook_of(const Catalog& catalog, const ConsumerNotice& notice) {
  const Service* service = catalog.services.find(notice.service_id);
  if (service == nullptr) return std::nullopt;
  const Application* application = service->applications.find(notice.application_id);
  if (application == nullptr) return std::nullopt;
  const AlertWebhook* found = service->webhook_of(*application);
  if (found == nullptr) return std::nullopt;
  return *found;
}

}  // namespace

AlertWebhooks::AlertWebhooks(ConsumerNotices& notices, const CatalogService& catalog,
                             http::Client& client, http::Trust trust, log::Log& log, Probe& probe)
    : notices_(notices),
      catalog_(catalog),
      client_(client),
      trust_(trust),
      log_(log),
      probe_(probe) {}

void AlertWebhooks::tick(SteadyTime now, SystemTime wall) {
  std::vector<std::pair<std::uint64_t, http::ClientRequest>> due;
  {
    auto state = state_.lock();
    tell_dropped(*state);
    if (state->stopped || (notices_.size() == 0 && state->deliveries.empty())) return;
    follow_queue(*state);
    for (auto& [id, delivery] : state->deliveries) {
      if (state->running >= Limits::webhook_running_max) break;
      if (delivery.running || now < delivery.next) continue;
      http::ClientRequest request;
      if (begin(*state, id, wall, request)) due.emplace_back(id, std::move(request));
    }
  }
  // Not under the lock: a client that has stopped answers at once.
  for (auto& [id, request] : due) {
    probe_.webhook_sent();
    client_.send(std::move(request), [this, id = id, now](const Result<http::ClientResponse>& got) {
      on_answer(id, now, got);
    });
  }
}

void AlertWebhooks::stop() {
  auto state = state_.lock();
  state->stopped = true;
}

void AlertWebhooks::tell_dropped(State& state) {
  const std::uint64_t dropped = notices_.dropped();
  if (dropped == state.dropped_seen) return;
  probe_.webhook_lost(dropped - state.dropped_seen);
  log_.warning("apim.alert_webhook.dropped", {{"count", dropped - state.dropped_seen}});
  state.dropped_seen = dropped;
}

/// Deliveries for what has come into the queue; none for what left it, unless it is under way.
void AlertWebhooks::follow_queue(State& state) {
  const std::vector<std::uint64_t> ids = notices_.ids();
  for (const std::uint64_t id : ids) state.deliveries.try_emplace(id);
  std::erase_if(state.deliveries, [&](const auto& entry) {
    return !entry.second.running && !std::ranges::binary_search(ids, entry.first);
  });
}

bool AlertWebhooks::begin(State& state, std::uint64_t id, SystemTime wall,
                          http::ClientRequest& request) {
  const auto notice = notices_.find(id);
  if (!notice) return false;
  const auto of_service = state.running_of.find(notice->service_id);
  if (of_service != state.running_of.end() &&
      of_service->second >= Limits::webhook_running_per_service_max) {
    return false;
  }
  const auto webhook = webhook_of(*catalog_.current(), *notice);
  const auto key = webhook ? webhook_key(webhook->secret) : std::nullopt;
  if (!key) {
    give_up(id, notice->service_id, "there is no webhook any more");
    return false;
  }
  const std::string name = id_text(*notice);
  const UnixSeconds timestamp = unix_seconds(wall);
  request.method = http::Method::post;
  request.url = webhook->url;
  request.content_type = "application/json";
  request.headers = {
      {"webhook-id", name},
      {"webhook-timestamp", std::to_string(timestamp)},
      {"webhook-signature", tls::webhook_signature(*key, name, Seconds{timestamp}, notice->body)}};
  request.body = notice->body;
  request.trust = trust_;
  request.deadline = Limits::webhook_deadline;
  request.response_bytes_max = Limits::webhook_answer_bytes_max;
  Delivery& delivery = state.deliveries[id];
  delivery.service_id = notice->service_id;
  delivery.running = true;
  ++state.running_of[notice->service_id];
  ++state.running;
  return true;
}

void AlertWebhooks::give_up(std::uint64_t id, std::string_view service_id, std::string_view why) {
  notices_.remove(id);
  probe_.webhook_lost(1);
  log_.warning("apim.alert_webhook.given_up",
               {{"notice_id", id}, {"service_id", service_id}, {"reason", why}});
}

void AlertWebhooks::on_answer(std::uint64_t id, SteadyTime sent,
                              const Result<http::ClientResponse>& answer) {
  auto state = state_.lock();
  if (state->stopped) return;
  Delivery& delivery = state->deliveries[id];
  delivery.running = false;
  --state->running;
  if (const auto of = state->running_of.find(delivery.service_id); --of->second == 0) {
    state->running_of.erase(of);
  }
  if (answer.has_value() && answer->status / 100 == 2) return notices_.remove(id);
  if (answer.has_error() && answer.error().is(http::ClientErrc::stopped)) return;
  probe_.webhook_failed();
  ++delivery.attempts;
  // What an address gave as an error may be a secret of the operator's network: only its kind.
  const std::string why = answer.has_value() ? "status " + std::to_string(answer->status)
                                             : std::string{answer.error().name()};
  log_.warning("apim.alert_webhook.failed", {{"notice_id", id},
                                             {"service_id", delivery.service_id},
                                             {"attempt", delivery.attempts},
                                             {"reason", why}});
  if (delivery.attempts >= Limits::webhook_attempts_max) {
    return give_up(id, delivery.service_id, "too many attempts");
  }
  delivery.next = sent + retry_after(delivery.attempts);
}

}  // namespace mainstay::apim
