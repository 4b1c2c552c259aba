#include "apps/charging/simulator/fleet.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "apps/charging/inbound/ocpp/frame.hpp"
#include "base/text.hpp"
#include "platform/http/server.hpp"
#include "platform/http/test_client.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::charging::simulator::fleet_test {
namespace {

using http::test::eventually;

/// A backend that says yes to everything; stations need the password.
class Backend : public ws::Endpoint {
 public:
  Backend() : Endpoint({}) {
    router_.add(http::Method::get, "/ocpp/{identity}",
                [this](const http::Request& request, http::Response& response) {
                  const std::string wanted =
                      std::string{request.params.text("identity")} + ":0123456789abcdef";
                  if (request.header("Authorization") != "Basic " + base64_encode(wanted)) {
                    response.status(401);
                    return;
                  }
                  ws::upgrade(request, response, *this, {.subprotocol = "ocpp1.6"});
                });
  }
  ~Backend() override { stop(); }

  void start() {
    http::ServerOptions options;
    options.threads = 1;
    http::Listener listener;
    listener.port = port_;
    listener.router = &router_;
    options.listeners.push_back(listener);
    server_.emplace(options, clock_);
    REQUIRE(server_->start().has_value());
    port_ = server_->port();
  }
  void stop() {
    if (server_) server_->stop();
    server_.reset();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind) override {
    const auto reading = ocpp::read_frame(payload);
    if (reading.frame.kind != ocpp::Frame::Kind::call) return;
    std::string out;
    const std::string& action = reading.frame.action;
    std::string_view answer = "{}";
    if (action == "BootNotification") answer = R"({"status":"Accepted","interval":300})";
    if (action == "StartTransaction") {
      answer = R"({"transactionId":1,"idTagInfo":{"status":"Accepted"}})";
    }
    ocpp::append_result(out, reading.frame.id, answer);
    connection.send(out);
  }

 private:
  http::Router router_;
  MachineClock clock_;
  std::optional<http::Server> server_;
  std::uint16_t port_ = 0;
};

FleetOptions options_for(std::uint16_t port, std::size_t count, const std::string& password) {
  FleetOptions options;
  options.target = *parse_target("ws://127.0.0.1:" + std::to_string(port) + "/ocpp");
  options.behaviour.work = Behaviour::Work::cycles;
  options.sources = 3;
  for (std::size_t i = 0; i < count; ++i) {
    options.stations.push_back({"S " + std::to_string(i), password});
  }
  options.behaviour.defaults[static_cast<std::size_t>(Key::retry_back_off_wait_minimum)] = "0";
  options.behaviour.defaults[static_cast<std::size_t>(Key::retry_back_off_random_range)] = "1";
  return options;
}

/// On a thread of its own.
struct Running {
  explicit Running(FleetOptions options) : fleet(std::move(options), clock) {
    REQUIRE(fleet.open().has_value());
    thread = std::thread{[this] { fleet.run(); }};
  }
  ~Running() { end(); }
  void end() {
    if (!thread.joinable()) return;
    fleet.ask_to_stop();
    thread.join();
  }
  MachineClock clock;
  Fleet fleet;
  std::thread thread;
};

TEST_CASE(
    "fleet: stations connect, work without a pause, and come back to a backend that was away") {
  Backend backend;
  backend.start();
  Running run{options_for(backend.port(), 20, "0123456789abcdef")};
  CHECK(eventually([&] { return run.fleet.state().answered > 1'000; }));
  CHECK(run.fleet.state().online == 20);
  backend.stop();
  CHECK(eventually([&] { return run.fleet.state().online == 0; }));
  const auto before = run.fleet.state().answered;
  backend.start();
  CHECK(eventually([&] {
    return run.fleet.state().online == 20 && run.fleet.state().answered > before + 1'000;
  }));
  run.end();
  Tally& tally = run.fleet.tally();
  CHECK(tally.losses == 20);
  CHECK(tally.boots_accepted == 20);
  CHECK(tally.dropped == 0);
  CHECK(tally.total().refused == 0);
  CHECK(tally.odd_frames == 0);
}

TEST_CASE("fleet: a backend that refuses the handshake is told of") {
  Backend backend;
  backend.start();
  Running run{options_for(backend.port(), 2, "another password")};
  CHECK(eventually([&] { return run.fleet.state().last_refusal == 401; }));
  CHECK(run.fleet.state().online == 0);
}

TEST_CASE("fleet: addresses that are none are refused") {
  for (const char* const bad :
       {"http://x/", "ws://", "ws://:80/", "ws://127.0.0.1:0/", "ws://127.0.0.1:x/",
        "ws://127.0.0.1/a b", "ws://127.0.0.1/?q", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad).has_value());
  }
  const auto target = parse_target("wss://127.0.0.1/ocpp");
  REQUIRE(target.has_value());
  CHECK(target->tls);
  CHECK(target->port == 443);
  CHECK(target->path == "/ocpp/");
}

}  // namespace
}  // namespace mainstay::charging::simulator::fleet_test
