#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/ports/consumer_notices.hpp"
#include "apps/apim/probe.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "platform/http/client.hpp"
#include "platform/log/log.hpp"

namespace mainstay::apim {

/// Delivers notices to consumers' webhooks, signed as Standard Webhooks says: `webhook-id` (the
/// same in every attempt), `webhook-timestamp` and `webhook-signature: v1,` with the base64 of
/// HMAC-SHA256 over "id.timestamp.body". A 2xx is the receipt; anything else, redirects included,
/// is tried again after a while that doubles, Limits::webhook_attempts_max times. A restart begins
/// to count anew, and an attempt whose receipt was lost comes twice: at least once.
///
/// Life: construct, tick() from one thread, stop(). Answers come on the client's thread. Bounded by
/// Limits::webhook_running_max, and by less for each service, so that one whose consumers are slow
/// does not hold up the others.
class AlertWebhooks {
 public:
  /// `trust`: user_address, unless the operator lets consumers name addresses of his own network.
  AlertWebhooks(ConsumerNotices& notices, const CatalogService& catalog, http::Client& client,
                http::Trust trust, log::Log& log, Probe& probe);

  void tick(SteadyTime now, SystemTime wall);
  /// Answers that come later change nothing: what they answer will be sent again.
  void stop();

 private:
  struct Delivery {
    std::string service_id;
    int attempts = 0;
    bool running = false;
    SteadyTime next{};
  };
  struct State {
    std::map<std::uint64_t, Delivery> deliveries;   // of those that wait, by notice
    std::map<std::string, std::size_t> running_of;  // by service
    std::size_t running = 0;
    std::uint64_t dropped_seen = 0;
    bool stopped = false;
  };

  void tell_dropped(State& state);
  void follow_queue(State& state);
  /// A request that may go out now; what has no webhook any more leaves the queue.
  bool begin(State& state, std::uint64_t id, SystemTime wall, http::ClientRequest& request);
  void give_up(std::uint64_t id, std::string_view service_id, std::string_view why);
  void on_answer(std::uint64_t id, SteadyTime sent, const Result<http::ClientResponse>& answer);

  ConsumerNotices& notices_;
  const CatalogService& catalog_;
  http::Client& client_;
  http::Trust trust_;
  log::Log& log_;
  Probe& probe_;
  Locked<State> state_;
};

}  // namespace mainstay::apim
