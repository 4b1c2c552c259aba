#include "apps/exchange/scenario_file.hpp"

#include <doctest/doctest.h>

#include "platform/json/member_reader.hpp"
#include "platform/toml/toml.hpp"

namespace mainstay::exchange::scenario_file_test {

using json::InputErrc;

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
