#include "apps/charging/app_network.hpp"

#include <map>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "apps/charging/settings.hpp"

namespace mainstay::charging::app_network_test {
namespace {

NetworkRules rules_of(std::map<std::string, std::string> wanted) {
  auto specs = setting_specs();
  specs.push_back(
      {.key = "http.send_timeout", .kind = settings::Kind::duration, .fallback = "30s"});
  settings::Sources sources;
  sources.folder = "/no/such/folder";
  sources.flags = std::move(wanted);
  auto loaded = settings::Settings::load(specs, sources);
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().message()));
  return network_options(*loaded).rules;
}

}  // namespace

TEST_CASE("charging app: a no-show waits until a lost connection has been noticed for sure") {
  // Two pings' intervals, the time for a pong, that for sending, ticks, and the lane.
  CHECK(rules_of({}).silence_max == Seconds{2 * 60 + 20 + 30 + 6 + 5});
  CHECK(rules_of({{"apps.charging.ocpp_ping_interval", "250ms"},
                  {"apps.charging.ocpp_pong_timeout", "100ms"}})
            .silence_max == Seconds{1 + 30 + 6 + 5});
}

TEST_CASE("charging app: without pings a no-show waits as long as for a station that is away") {
  const auto rules = rules_of({{"apps.charging.ocpp_ping_interval", "0"}});
  CHECK(rules.silence_max == rules.no_show_max);
}

}  // namespace mainstay::charging::app_network_test
