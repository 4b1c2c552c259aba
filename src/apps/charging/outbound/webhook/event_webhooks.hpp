#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/network_service.hpp"
#include "platform/core/platform.hpp"
#include "platform/http/client.hpp"
#include "platform/json/json.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// How events are told to others.
struct EventWords {
  std::function<json::Value(const EventRow&, const std::string& station)> render{};
  std::function<std::optional<EventKind>(std::string_view)> parse_kind{};
};

/// Sends the event log to operators' webhooks: POST of {"events": [...]}, signed as Standard
/// Webhooks says. A webhook has a cursor that moves with each 2xx: nothing is skipped, and what was
/// sent without a receipt comes again, as the same message with the same id. A job of platform/jobs
/// a webhook sends what waits, and is tried again with pauses that grow; after webhook_failures_max
/// failures in a row it is dead, which log, metric and list say, and its events wait for retry().
///
/// Life: construct before the program's jobs start (it is their handler), tick() from one thread.
class EventWebhooks {
 public:
  /// `trust`: user_address, unless operators may name addresses of their own network.
  EventWebhooks(Platform& platform, NetworkService& network, EventWords words, http::Trust trust);

  /// Makes jobs for webhooks that have something to send.
  void tick();
  /// Sends what waits now, also of a dead one. NetworkErrc::webhook_unknown. Any thread.
  void retry(std::int64_t webhook, UniqueFunction<void(Result<>)> done);
  [[nodiscard]] std::size_t dead() const { return dead_; }

 private:
  Result<> send(std::int64_t webhook);
  Result<bool> send_some(WebhookRow& row);
  Result<std::vector<EventRow>> read(const WebhookRow& row);
  Result<> note(const WebhookRow& row);
  Result<> post(const WebhookRow& row, const std::string& id, std::string body);
  void enqueue(std::int64_t webhook);

  Platform& platform_;
  NetworkService& network_;
  const EventWords words_;
  const http::Trust trust_;
  std::atomic<std::int64_t> looked_to_{-1};  // the newest event that jobs were made for
  std::atomic<std::size_t> dead_{0};         // when it looked last
  int ticks_ = 0;
};

/// retry() as part of a work of the store, for commands: a server that runs looks at its jobs.
Result<> retry_webhook(store::Session& session, store::Engine engine, std::int64_t webhook,
                       SystemTime now);

}  // namespace mainstay::charging
