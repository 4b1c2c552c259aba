#include "apps/clusters/inbound/http/event_hub.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/clusters/limits.hpp"

namespace mainstay::clusters::event_hub_test {

TEST_CASE("event hub: an event is its number, its name and one line") {
  CHECK(event_text("change", 7, "{\"a\":1}\n") == "id: 7\nevent: change\ndata: {\"a\":1}\n\n");
}

TEST_CASE("event hub: everybody is told, who asked for one thing of that only; full and closed") {
  EventHub hub;
  http::Request request;
  const auto listen = [&](std::string key) {
    http::Response response;
    auto stream = hub.listen(request, response, std::move(key));
    // No server: nothing is ever sent, and the response keeps its end of the stream.
    if (stream == nullptr) CHECK(response.status() == 503);
    return stream;
  };
  SUBCASE("a stream ends with its own last event") {
    http::Response response;
    http::Response other_response;
    const auto one = hub.listen(request, response, "a");
    const auto all = hub.listen(request, other_response, "");
    REQUIRE(one != nullptr);
    REQUIRE(all != nullptr);
    CHECK(hub.listeners() == 2);
    hub.publish("b", "change", "{}", EventHub::Then::end);
    CHECK(one->is_open());
    hub.publish("a", "change", "{}", EventHub::Then::end);
    CHECK_FALSE(one->is_open());
    CHECK(all->is_open());
    CHECK(hub.listeners() == 1);
    hub.close();
    CHECK_FALSE(all->is_open());
    CHECK(listen("") == nullptr);
  }
  SUBCASE("those whose connection went make room") {
    for (std::size_t i = 0; i < Limits::subscribers_max; ++i) CHECK(listen("") != nullptr);
    CHECK(listen("") != nullptr);
  }
}

}  // namespace mainstay::clusters::event_hub_test
