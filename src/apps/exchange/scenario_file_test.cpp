#include "apps/exchange/scenario_file.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/simulation/kernel.hpp"
#include "base/temporary_folder.hpp"
#include "platform/json/member_reader.hpp"
#include "platform/toml/toml.hpp"

namespace mainstay::exchange::scenario_file_test {

using json::InputErrc;

namespace {

constexpr std::int64_t second = 1'000'000'000;

/// When the only participants of this market, its investors, come.
std::vector<std::int64_t> arrivals_of(const SimulationFile& scenario, std::int64_t until) {
  const auto venue = simulation::EngineVenue::make(scenario.venue).value();
  simulation::Kernel kernel{{.seed = scenario.seed}, *venue};
  REQUIRE(simulation::populate(kernel, scenario.market, scenario.seed).has_value());
  std::vector<std::int64_t> times;
  while (!kernel.run_until(until, 1)) {
    if (kernel.counts().wakes > times.size()) times.push_back(kernel.now());
  }
  return times;
}

constexpr std::string_view only_investors =
    "[zero_intelligence]\ncount = 0\n[parlour]\ncount = 0\n[momentum]\ncount = 0\n"
    "[market_maker]\ncount = 0\n[investors]\ncsv = 'arrivals.csv'\n";

}  // namespace

TEST_CASE("scenario file: what it says, and what it leaves alone") {
  const auto scenario = read_scenario(
      "seed = 7\nseconds = 2.5\nanchor = 500\n[latency]\nbase_us = 3\n"
      "[zero_intelligence]\ncount = 10\nmarket_share = 0.25\nticks_beyond = 20\n"
      "[market_maker]\nlots = 3\ninterval_us = 2000\n[investors]\non = false\n"
      "[rules]\ntaker_fee = 1000\n",
      "x.toml", ".");
  REQUIRE(scenario.has_value());
  CHECK(scenario->seed == 7);
  CHECK(scenario->seconds == 2.5);
  CHECK(scenario->market.anchor == Price{500});
  CHECK(scenario->market.latency.base_ns == 3'000);
  CHECK(scenario->market.latency.jitter_ns == 20'000);
  CHECK(scenario->market.zero_intelligence == 10);
  CHECK(scenario->market.zero.market_share == 0.25);
  CHECK(scenario->market.maker.interval_ns == 2'000'000);
  CHECK_FALSE(scenario->market.investors);
  CHECK(scenario->venue.rules.taker_fee == 1'000);
  CHECK(scenario->venue.agents == scenario->market.agents());
}

TEST_CASE("scenario file: a CSV's arrivals are replayed at their times, scaled") {
  const TemporaryFolder folder;
  folder.write("arrivals.csv", "time,people\n100,1\n104,2\n110,1\n");
  const auto times = [&](const std::string& more, std::int64_t until) {
    const auto scenario =
        read_scenario(std::string{only_investors} + more, "x.toml", folder.path());
    REQUIRE(scenario.has_value());
    return arrivals_of(*scenario, until);
  };
  using Times = std::vector<std::int64_t>;
  CHECK(times("arrivals = 'replay'\n", 15 * second) ==
        Times{0, 4 * second, 7 * second, 10 * second});
  CHECK(
      times("arrivals = 'replay'\n", 20 * second) ==  // and the file again, 6 s behind its last row
      Times{0, 4 * second, 7 * second, 10 * second, 16 * second, 20 * second});
  CHECK(times("arrivals = 'replay'\ncompression = 4\n", 3 * second) ==
        Times{0, second, 7 * second / 4, 10 * second / 4});
  CHECK(times("arrivals = 'replay'\narrivals_per_value = 2\n", 6 * second) ==
        Times{0, 2 * second, 4 * second, 4 * second + 1'500'000'000});
}

TEST_CASE("scenario file: arrivals by a rate that is drawn again from the CSV's changes") {
  const TemporaryFolder folder;
  folder.write("arrivals.csv", "0,1\n60,3\n120,2\n180,4\n");
  const auto times = [&](const std::string& more) {
    const auto scenario =
        read_scenario(std::string{only_investors} + more, "x.toml", folder.path());
    REQUIRE(scenario.has_value());
    return arrivals_of(*scenario, 3'600 * second);
  };
  const auto drawn = times("arrivals = 'bootstrap'\nbootstrap_rows = 60\nbootstrap_block = 2\n");
  CHECK(drawn.size() > 3'200U);  // one a second
  CHECK(drawn.size() < 4'000U);
  CHECK(drawn != times("arrivals = 'intensity'\n"));
  CHECK(drawn != times("arrivals = 'bootstrap'\nbootstrap_rows = 60\nbootstrap_block = 1\n"));
}

TEST_CASE("scenario file: ways of arriving that cannot be are refused") {
  const TemporaryFolder folder;
  folder.write("arrivals.csv", "0,1\n60,0\n120,2\n");
  const auto refusal = [&](const std::string& more) {
    const auto scenario = read_scenario("[investors]\n" + more, "x.toml", folder.path());
    if (scenario.has_error()) return std::string{scenario.error().detail()};
    const auto venue = simulation::EngineVenue::make(scenario->venue).value();
    simulation::Kernel kernel{{}, *venue};
    return std::string{simulation::populate(kernel, scenario->market, 1).error().detail()};
  };
  CHECK(refusal("arrivals = 'all'\n") ==
        "investors.arrivals: \"intensity\", \"replay\" or \"bootstrap\"");
  CHECK(refusal("arrivals = 'replay'\n") == "investors.arrivals: \"replay\" needs a csv");
  CHECK(refusal("arrivals = 'bootstrap'\n") == "investors.arrivals: \"bootstrap\" needs a csv");
  const std::string with_csv = "csv = 'arrivals.csv'\n";
  CHECK(refusal(with_csv + "arrivals = 'bootstrap'\n") == "a value of 0 has no log change");
  CHECK(refusal(with_csv + "arrivals = 'replay'\narrivals_per_value = 0\n").find("per_value") !=
        std::string::npos);
  CHECK(refusal(with_csv + "arrivals = 'replay'\ncompression = 0\n").find("compression") !=
        std::string::npos);
}

TEST_CASE("scenario file: a group's latency; what it does not say is the common one") {
  const auto scenario = read_scenario(
      "[latency]\nbase_us = 3\njitter_us = 2\n[zero_intelligence]\nlatency_us = 900\n"
      "[parlour]\nlatency_us = 0.5\njitter_us = 0\n[market_maker]\njitter_us = 7\n",
      "x.toml", ".");
  REQUIRE(scenario.has_value());
  const auto is = [](const auto& latency, std::int64_t base_ns, std::int64_t jitter_ns) {
    return latency && latency->base_ns == base_ns && latency->jitter_ns == jitter_ns;
  };
  const auto& own = scenario->market.latencies;
  CHECK(is(own.zero_intelligence, 900'000, 2'000));
  CHECK(is(own.parlour_traders, 500, 0));
  CHECK(is(own.momentum_traders, 3'000, 2'000));
  CHECK(is(own.market_makers, 3'000, 7'000));
  CHECK(is(own.investors, 3'000, 2'000));
  const auto refused = read_scenario("[momentum]\nlatency_us = -1\n", "x.toml", ".");
  REQUIRE(refused.has_error());
  CHECK(refused.error().detail().find("latency_us") != std::string::npos);
}

TEST_CASE("scenario file: refusals name the line or the member") {
  const auto refusal = [](std::string_view toml) {
    return read_scenario(toml, "x.toml", ".").error();
  };
  CHECK(refusal("seed = ").is(toml_file::Errc::syntax));
  CHECK(refusal("seeds = 1\n").detail() == "seeds");
  CHECK(refusal("[momentum]\nlooks = 1\n").detail() == "momentum.looks");
  CHECK(refusal("[momentum]\ncount = -1\n").detail() == "momentum.count: out of range");
  CHECK(refusal("seconds = 0\n").is(InputErrc::member_invalid));
  CHECK(refusal("[investors]\ncsv = 'nowhere.csv'\n").is(InputErrc::member_invalid));
  CHECK(refusal("latency = 1\n").is(InputErrc::not_an_object));
}

}  // namespace mainstay::exchange::scenario_file_test
