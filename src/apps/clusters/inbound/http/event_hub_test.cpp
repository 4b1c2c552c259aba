#include "apps/clusters/inbound/http/event_hub.hpp"

#include <memory>
#include <string>
#include <vector>

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
    auto stream = hub.listen(request, response, std::move(key), Asker{});
    // No server: nothing is ever sent, and the response keeps its end of the stream.
    if (stream == nullptr) CHECK(response.status() == 503);
    return stream;
  };
  SUBCASE("a stream ends with its own last event") {
    http::Response response;
    http::Response other_response;
    const auto one = hub.listen(request, response, "a", Asker{});
    const auto all = hub.listen(request, other_response, "", Asker{});
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

TEST_CASE("event hub: so many at once, and so many of one account") {
  EventHub hub;
  const http::Request request;
  std::vector<std::unique_ptr<http::Response>> kept;  // the connections
  const auto listen = [&](Asker asker) {
    kept.push_back(std::make_unique<http::Response>());
    return hub.listen(request, *kept.back(), "", asker);
  };
  const auto account = [](std::size_t number) {
    return Asker{.name = "user-" + std::to_string(number), .email = {}};
  };
  for (std::size_t i = 0; i < Limits::subscribers_of_one_max; ++i) {
    CHECK(listen(account(0)) != nullptr);
  }
  CHECK(listen(account(0)) == nullptr);
  CHECK(kept.back()->status() == 429);
  Asker local = account(0);
  local.may_everything = true;  // nobody was asked who they are
  CHECK(listen(local) != nullptr);
  for (std::size_t i = hub.listeners(); i < Limits::subscribers_max; ++i) {
    CHECK(listen(account(i)) != nullptr);
  }
  CHECK(listen(account(1'000)) == nullptr);
  CHECK(kept.back()->status() == 503);
  CHECK(kept.back()->header_lines().find("Retry-After: 5\r\n") != std::string::npos);
  hub.close();
}

}  // namespace mainstay::clusters::event_hub_test
