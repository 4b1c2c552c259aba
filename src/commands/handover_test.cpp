#include "commands/handover.hpp"

#include <doctest/doctest.h>

#include "platform/http/server.hpp"

namespace mainstay::commands::handover_test {
namespace {

Handover sample() {
  Handover handover;
  handover.process = 4711;
  handover.pid_file = 5;
  handover.former = 6;
  handover.listeners = {{"http", "127.0.0.1", 3000, {7, 8}}, {"admin", "::1", 9, {}}};
  return handover;
}

}  // namespace

TEST_CASE("handover: written and read, the same") {
  const auto parsed = parse_handover(sample().text());
  REQUIRE(parsed.has_value());
  CHECK(*parsed == sample());
  CHECK(sample().text() ==
        "v1 process=4711 pid_file=5 former=6 http=127.0.0.1/3000/7,8 admin=::1/9");
  CHECK(parse_handover("v1").has_value());
}

TEST_CASE("handover: cut or changed, refused or read as far as it goes, never more") {
  const std::string text = sample().text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto parsed = parse_handover(std::string_view{text}.substr(0, size));
    CHECK((parsed.has_error() || parsed->listeners.size() <= 2));
  }
  for (const auto* bad :
       {"", "v2 process=1", "v1 process=", "v1 process=-1", "v1 process=99999999999", "v1 http",
        "v1 http=127.0.0.1", "v1 http=127.0.0.1/65536/3", "v1 http=127.0.0.1/1/3,,4",
        "v1 http=127.0.0.1/1/x", "v1 http=local/1/3", "v1 =127.0.0.1/1/3", "v1  process=1"}) {
    CAPTURE(bad);
    const auto parsed = parse_handover(bad);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().is(HandoverErrc::malformed));
  }
}

TEST_CASE("handover: more than there can be, refused") {
  std::string many = "v1 http=127.0.0.1/1/3";
  for (int i = 0; i < 1'023; ++i) many += ",3";
  CHECK(parse_handover(many).has_value());
  CHECK(parse_handover(many + ",3").has_error());
  std::string listeners = "v1";
  for (int i = 0; i < 16; ++i) listeners += " a=::/1/3";
  CHECK(parse_handover(listeners).has_value());
  CHECK(parse_handover(listeners + " a=::/1/3").has_error());
  CHECK(parse_handover("v1" + std::string(70'000, ' ')).has_error());
}

TEST_CASE("handover: sockets, adopted beside the handed over ones") {
  http::Listener listener;
  listener.name = "http";
  listener.port = 0;
  auto binding = http::bind_listener(listener, 2);
  REQUIRE(binding.has_value());
  Handover handover;
  handover.listeners.push_back(described(*binding));
  CHECK(adopt(handover).has_error());  // bound, but nobody listens
  for (const auto& socket : binding->sockets) {
    REQUIRE(http::start_listening(socket).has_value());
  }
  const auto adopted = adopt(handover);
  REQUIRE(adopted.has_value());
  REQUIRE(adopted->size() == 1);
  CHECK(adopted->front().sockets.size() == 2);
  CHECK(adopted->front().port == binding->port);
  CHECK(adopted->front().sockets[0].get() != binding->sockets[0].get());

  handover.listeners.front().descriptors.push_back(0);
  CHECK(adopt(handover).has_error());
  handover.listeners.front().descriptors.clear();
  CHECK(adopt(handover).has_error());
}

}  // namespace mainstay::commands::handover_test
