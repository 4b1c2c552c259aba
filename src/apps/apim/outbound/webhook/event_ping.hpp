#pragma once

#include <string>

#include "apps/apim/ports/events.hpp"
#include "apps/apim/probe.hpp"
#include "base/clock.hpp"
#include "platform/http/client.hpp"
#include "platform/log/log.hpp"

namespace mainstay::apim {

/// Tells the consumer of events that some wait: POST of `secret=...` to the hook, at most once in
/// Limits::event_ping_every, whenever events wait, traffic or not. Failures are logged and counted;
/// the next turn tries again. tick() is called by one thread; the answer comes on the client's.
class EventPing {
 public:
  struct Hook {
    std::string url;  // empty: nobody is told
    std::string secret;
  };
  EventPing(Hook hook, const Events& events, http::Client& client, log::Log& log, Probe& probe);

  void tick(SteadyTime now);

 private:
  void on_answer(const Result<http::ClientResponse>& answer);

  Hook hook_;
  const Events& events_;
  http::Client& client_;
  log::Log& log_;
  Probe& probe_;
  SteadyTime last_ping_{};
  bool pinged_ = false;
};

}  // namespace mainstay::apim
