#include "apps/apim/ports/counters.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace mainstay::apim::counters_test {
namespace {

TEST_CASE("response code metrics: class and code, none for others") {
  const auto of = [](int code) {
    const ResponseCodeMetrics metrics = response_code_metrics(code);
    return std::pair{metrics.of_class, metrics.of_code};
  };
  using Pair = std::pair<std::string_view, std::string_view>;
  CHECK(of(200) == Pair{"\x1f"
                        "2XX",
                        "\x1f"
                        "200"});
  CHECK(of(299) == Pair{"\x1f"
                        "2XX",
                        ""});
  CHECK(of(403) == Pair{"\x1f"
                        "4XX",
                        "\x1f"
                        "403"});
  CHECK(of(404) == Pair{"\x1f"
                        "4XX",
                        "\x1f"
                        "404"});
  CHECK(of(500) == Pair{"\x1f"
                        "5XX",
                        "\x1f"
                        "500"});
  CHECK(of(503) == Pair{"\x1f"
                        "5XX",
                        "\x1f"
                        "503"});
  for (const int code : {0, 100, 199, 300, 399, 600, 999, -200}) CHECK(of(code) == Pair{});
}

TEST_CASE("retention: longer than a report may be old, for ever from the week on") {
  CHECK(retention_of(Period::minute) > Seconds{86'400 + 3'600});
  CHECK(retention_of(Period::hour) > retention_of(Period::minute));
  CHECK(retention_of(Period::day) > retention_of(Period::hour));
  for (const Period period : {Period::week, Period::month, Period::year, Period::eternity}) {
    CHECK(retention_of(period) == Seconds{0});
  }
}

TEST_CASE("call key expiry: a day on, rounded up to a minute, whatever the clock says") {
  constexpr UnixSeconds minute = 1'795'224'600;
  CHECK(call_key_expiry(minute) == (minute + 86'400) / 60);
  CHECK(call_key_expiry(minute + 1) == (minute + 86'400) / 60 + 1);
  CHECK(call_key_expiry(minute + 60) == (minute + 86'400) / 60 + 1);
  CHECK(call_key_expiry(-5) == 1'440);
  CHECK(call_key_expiry(std::numeric_limits<UnixSeconds>::max()) == 0xFFFFFFFFU);
}

}  // namespace
}  // namespace mainstay::apim::counters_test
