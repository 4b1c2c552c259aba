#include "apps/charging/inbound/ocpp/station_door.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "apps/charging/inbound/ocpp/limits.hpp"
#include "apps/charging/inbound/ocpp/station_session.hpp"
#include "base/locked.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/http/client_certificate.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::charging::ocpp {

namespace {

constexpr std::string_view subprotocol = "ocpp1.6";

using SessionPtr = std::shared_ptr<StationSession>;

/// What a connection keeps with the WebSocket.
struct Connected final : ws::Context {
  SessionPtr session;                // null: no common subprotocol
  std::unique_ptr<LinkFacts> facts;  // until it is open
};

ws::Settings ws_settings(const DoorOptions& options) {
  ws::Settings settings;
  settings.limits.message_bytes_max = options.message_bytes_max;
  settings.limits.queue_bytes_max = output_bytes_max;
  settings.limits.queue_messages_max = 2 * calls_unanswered_max + calls_waiting_max;
  settings.limits.ping_interval = options.ping_interval;
  settings.limits.pong_timeout = options.pong_timeout;
  settings.compress = options.compress;
  return settings;
}

bool is_identity(std::string_view text) {
  return !text.empty() && count_characters(text) <= identity_characters_max &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

void refuse(http::Response& response, int status, std::string_view code, std::string_view detail) {
  http::problem(response, status, code, detail);
  response.promise_nothing();
}

}  // namespace

struct StationDoor::Impl final : ws::Endpoint {
  Impl(StationHost& network, StationGate& keeper, const Clock& time, DoorOptions with)
      : ws::Endpoint(ws_settings(with)),
        gate(keeper),
        clock(time),
        options(std::move(with)),
        peers{network, options.tolerances, {secret_u64(), secret_u64()}, {}, {}} {
    peers.called = [this](const SessionPtr& session, std::uint32_t call) {
      const auto due = clock.steady() + options.call_timeout;
      auto all = due_.lock();
      all->push_back({due, session, call});
    };
  }

  // --- The handshake

  void knock(const http::Request& request, http::Response& response, std::uint8_t profile);
  void finish(const http::Request& request, http::Response& response, const Knock& knock,
              StationGate::Verdict verdict);
  void let_in(const http::Request& request, http::Response& response, const Knock& knock);

  // --- The connection

  void on_open(ws::Connection& connection) override;
  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) override;
  void on_close(ws::Connection& connection, const ws::Closed& closed) override;

  [[nodiscard]] SessionPtr find(StationId station) const {
    auto all = sessions_.lock();
    auto found = all->find(station);
    return found == all->end() ? nullptr : found->second;
  }

  struct Due {
    SteadyTime at;
    std::weak_ptr<StationSession> session;
    std::uint32_t call;
  };

  StationGate& gate;
  const Clock& clock;
  const DoorOptions options;
  SessionPeers peers;
  Locked<std::unordered_map<StationId, SessionPtr>> sessions_;
  Locked<std::deque<Due>> due_;  // in order: all have the same time
  std::atomic<std::uint64_t> last_link{0};
  std::atomic<std::uint64_t> replaced{0};
  std::atomic<std::uint64_t> refused{0};
};

// --- The handshake

void StationDoor::Impl::knock(const http::Request& request, http::Response& response,
                              std::uint8_t profile) {
  const auto identity = request.params.text("identity");
  auto station = is_identity(identity) ? peers.host.find(identity) : std::nullopt;
  if (!station) {
    ++refused;
    return refuse(response, 404, "station_unknown",
                  "no station of this identity is registered here");
  }
  Knock knock{std::move(*station),
              std::string{identity},
              std::string{request.peer},
              profile,
              std::string{request.header("Authorization")},
              std::string{request.header(http::client_common_name)},
              std::string{request.header(http::client_organization)},
              std::string{request.header(http::client_serial_number)}};
  const auto verdict = gate.admit(knock);
  if (verdict != StationGate::Verdict::later) return finish(request, response, knock, verdict);
  auto deferred = std::make_shared<http::Deferred>(response.defer());
  auto copy = knock;
  gate.admit_slowly(std::move(copy), [this, deferred, &request,
                                      knock = std::move(knock)](StationGate::Verdict slow) {
    deferred->complete([this, &request, knock, slow](http::Response& answer) {
      finish(request, answer, knock, slow);
    });
  });
}

void StationDoor::Impl::finish(const http::Request& request, http::Response& response,
                               const Knock& knock, StationGate::Verdict verdict) {
  if (verdict == StationGate::Verdict::admitted) return let_in(request, response, knock);
  ++refused;
  switch (verdict) {
    case StationGate::Verdict::forbidden:
      return refuse(response, 403, "security_profile",
                    "this station must connect with a higher security profile");
    case StationGate::Verdict::busy:
      response.header("Retry-After", "5");
      return refuse(response, 503, "stations_busy", "too many stations connect: try again soon");
    default:
      break;
  }
  refuse(response, 401, "station_unauthorized",
         "the station's credentials are wrong or missing: its identity and AuthorizationKey by "
         "HTTP Basic, or its certificate");
  response.header("WWW-Authenticate", "Basic realm=\"ocpp\"");
}

void StationDoor::Impl::let_in(const http::Request& request, http::Response& response,
                               const Knock& knock) {
  auto context = std::make_unique<Connected>();
  ws::Acceptance acceptance;
  const auto offered = ws::offered_subprotocols(request);
  if (std::ranges::find(offered, subprotocol) != offered.end()) {
    acceptance.subprotocol = subprotocol;
    context->session =
        std::make_shared<StationSession>(peers, knock.station, LinkNumber{++last_link});
    context->facts = std::make_unique<LinkFacts>(
        LinkFacts{knock.identity, knock.peer, knock.profile,
                  options.compress && request.has_header("Sec-WebSocket-Extensions"), request.at});
  }
  acceptance.context = std::move(context);
  if (!ws::upgrade(request, response, *this, std::move(acceptance))) ++refused;
}

// --- The connection

void StationDoor::Impl::on_open(ws::Connection& connection) {
  auto& context = connection.context_as<Connected>();
  if (!context.session) {
    return connection.close(ws::CloseCode::protocol_error,
                            "no common subprotocol: this server speaks ocpp1.6");
  }
  const auto& session = context.session;
  session->open(connection.peer());
  SessionPtr before;
  {
    auto all = sessions_.lock();
    auto& place = (*all)[session->station()];
    before = std::exchange(place, session);
  }
  if (before) {
    ++replaced;
    before->close(ws::CloseCode::policy_violation, "the station has connected anew");
    before->end();
  }
  peers.host.connected(session->station(), session->link(), std::move(*context.facts));
  context.facts.reset();
}

void StationDoor::Impl::on_message(ws::Connection& connection, std::string_view payload,
                                   ws::Kind kind) {
  const auto& context = connection.context_as<Connected>();
  if (!context.session) return;
  if (kind == ws::Kind::binary) {
    return connection.close(ws::CloseCode::unsupported_data, "OCPP-J is text");
  }
  context.session->on_text(payload, clock.wall());
}

void StationDoor::Impl::on_close(ws::Connection& connection, const ws::Closed&) {
  const auto session = connection.context_as<Connected>().session;
  if (!session) return;
  {
    auto all = sessions_.lock();
    const auto found = all->find(session->station());
    if (found != all->end() && found->second == session) all->erase(found);
  }
  session->end();
  peers.host.disconnected(session->station(), session->link());
}

// --- The door

StationDoor::StationDoor(StationHost& host, StationGate& gate, const Clock& clock,
                         DoorOptions options)
    : impl_(std::make_unique<Impl>(host, gate, clock, std::move(options))) {}
StationDoor::~StationDoor() = default;

http::Handler StationDoor::handler(std::uint8_t profile) {
  return [impl = impl_.get(), profile](const http::Request& request, http::Response& response) {
    impl->knock(request, response, profile);
  };
}

void StationDoor::call(StationId station, BackendRequest request, CallDone done) {
  const auto session = impl_->find(station);
  if (!session) return done(CallFailure{CallFailure::Kind::offline, {}, "it is not connected"});
  session->call(std::move(request), std::move(done));
}

void StationDoor::close(StationId station, std::string_view why) {
  if (const auto session = impl_->find(station)) {
    session->close(ws::CloseCode::normal, why);
  }
}

bool StationDoor::is_online(StationId station) const { return impl_->find(station) != nullptr; }

void StationDoor::sweep() {
  const auto now = impl_->clock.steady();
  std::vector<Impl::Due> over;
  {
    auto all = impl_->due_.lock();
    while (!all->empty() && all->front().at <= now) {
      over.push_back(std::move(all->front()));
      all->pop_front();
    }
  }
  for (const auto& one : over) {
    if (const auto session = one.session.lock()) session->expire(one.call);
  }
}

StationDoor::Stats StationDoor::stats() const {
  Stats stats;
  const auto& counters = impl_->peers.counters;
  {
    auto all = impl_->sessions_.lock();
    stats.connections = all->size();
  }
  stats.replaced = impl_->replaced;
  stats.refused = impl_->refused;
  stats.calls_in = counters.calls_in;
  stats.calls_refused = counters.calls_refused;
  stats.bad_frames = counters.bad_frames;
  stats.repeated_ids = counters.repeated_ids;
  stats.calls_out = counters.calls_out;
  stats.calls_timed_out = counters.calls_timed_out;
  stats.replies_ignored = counters.replies_ignored;
  stats.floods = counters.floods;
  return stats;
}

}  // namespace mainstay::charging::ocpp
