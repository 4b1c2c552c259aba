#include "platform/http/binding.hpp"

#include <doctest/doctest.h>

#include "platform/http/server.hpp"

namespace mainstay::http::binding_test {
namespace {

Listener listener_at(const char* name, const char* address, std::uint16_t port) {
  Listener listener;
  listener.name = name;
  listener.address = address;
  listener.port = port;
  return listener;
}

}  // namespace

TEST_CASE("binding: as many queues as wanted on one port, refused while somebody listens") {
  const auto binding = bind_listener(listener_at("http", "127.0.0.1", 0), 3);
  REQUIRE(binding.has_value());
  CHECK(binding->name == "http");
  REQUIRE(binding->sockets.size() == 3);
  for (const auto& socket : binding->sockets) CHECK(bound_port(socket) == binding->port);
  REQUIRE(start_listening(binding->sockets.front()).has_value());
  const auto second = bind_listener(listener_at("http", "127.0.0.1", binding->port), 1);
  REQUIRE(second.has_error());
  CHECK(second.error().is(ServerErrc::listen_failed));
}

TEST_CASE("binding: found by address and port; by name where any port will do") {
  const auto all = [] {
    std::vector<Binding> made;
    made.push_back({"http", "127.0.0.1", 3000, {}});
    made.push_back({"admin", "127.0.0.1", 3001, {}});
    return made;
  };
  auto left = all();
  CHECK(take_binding(left, listener_at("http", "127.0.0.1", 3001))->port == 3001);
  CHECK(left.size() == 1);
  left = all();
  const auto any = take_binding(left, listener_at("admin", "127.0.0.1", 0));
  REQUIRE(any);
  CHECK(any->port == 3001);
  left = all();
  CHECK_FALSE(take_binding(left, listener_at("http", "127.0.0.1", 3002)));
  CHECK_FALSE(take_binding(left, listener_at("http", "0.0.0.0", 3000)));
  CHECK_FALSE(take_binding(left, listener_at("apim", "127.0.0.1", 0)));
  CHECK(left.size() == 2);
}

}  // namespace mainstay::http::binding_test
