#include "platform/metrics/metrics.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <thread>

#include <doctest/doctest.h>

namespace mainstay::metrics::metrics_test {
namespace {

constexpr std::array bounds{0.001, 0.01, 1.0};

TEST_CASE("metrics: empty registry, empty text") { CHECK(Registry{}.text().empty()); }

TEST_CASE("metrics: families, one HELP and TYPE each and series beside each other") {
  Registry registry;
  registry.counter("b_total", "B", {{"code", "200"}}).add(2);
  registry.gauge("a", "A").set(-3);
  registry.counter("b_total", "B", {{"code", "409"}}).add();
  CHECK(registry.text() ==
        "# HELP a A\n# TYPE a gauge\na -3\n"
        "# HELP b_total B\n# TYPE b_total counter\n"
        "b_total{code=\"200\"} 2\nb_total{code=\"409\"} 1\n");
}

TEST_CASE("metrics: same name and labels in any order, the same metric") {
  Registry registry;
  Counter& one = registry.counter("c_total", "C", {{"a", "1"}, {"b", "2"}});
  Counter& same = registry.counter("c_total", "C", {{"b", "2"}, {"a", "1"}});
  Counter& other = registry.counter("c_total", "C", {{"a", "2"}, {"b", "1"}});
  CHECK(&one == &same);
  CHECK(&one != &other);
  CHECK(&registry.histogram("h", "H", bounds) == &registry.histogram("h", "H", bounds));
}

TEST_CASE("metrics: help and label values, escaped") {
  Registry registry;
  registry.counter("c_total", "a \"b\"\n\\", {{"l", "a \"b\"\n\\"}}).add();
  CHECK(registry.text() ==
        "# HELP c_total a \"b\"\\n\\\\\n# TYPE c_total counter\nc_total{l=\"a \\\"b\\\"\\n\\\\\"} "
        "1\n");
}

TEST_CASE("metrics: histogram, cumulative buckets with inclusive bounds") {
  Registry registry;
  Histogram& histogram = registry.histogram("took_seconds", "T", bounds, {{"app", "x"}});
  for (const std::int64_t us : {-5, 0, 1000, 1001, 10'000, 2'000'000})
    histogram.observe(Micros{us});
  CHECK(registry.text() ==
        "# HELP took_seconds T\n# TYPE took_seconds histogram\n"
        "took_seconds_bucket{app=\"x\",le=\"0.001\"} 3\n"
        "took_seconds_bucket{app=\"x\",le=\"0.01\"} 5\n"
        "took_seconds_bucket{app=\"x\",le=\"1\"} 5\n"
        "took_seconds_bucket{app=\"x\",le=\"+Inf\"} 6\n"
        "took_seconds_sum{app=\"x\"} 2.012001\n"
        "took_seconds_count{app=\"x\"} 6\n");
}

TEST_CASE("metrics: gauge function, read at each print and replaced when made again") {
  Registry registry;
  double value = 1.5;
  registry.gauge_function("g", "G", [&value] { return value; });
  CHECK(registry.text().ends_with("\ng 1.5\n"));
  value = std::numeric_limits<double>::infinity();
  CHECK(registry.text().ends_with("\ng +Inf\n"));
  registry.gauge_function("g", "G", [] { return std::nan(""); });
  CHECK(registry.text().ends_with("\ng NaN\n"));
}

TEST_CASE("metrics: threads with cells of their own, more than there are, and others: one sum") {
  Registry registry;
  Counter& counter = registry.counter("c_total", "C.");
  for (int round = 0; round < 3; ++round) {  // cells are taken again
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 2 * OwnCell::count; ++i) {
      threads.emplace_back([&counter] {
        const OwnCell cell;
        for (int n = 0; n < 1'000; ++n) counter.add(2);
      });
    }
    counter.add(1);
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(counter.value() == 3U * (2 * OwnCell::count * 2'000 + 1));
  CHECK(OwnCell::mine() == 0);
  {
    const OwnCell cell;
    CHECK(OwnCell::mine() == 1);
  }
  CHECK(OwnCell::mine() == 0);
}

TEST_CASE("metrics: many threads count, make and print, nothing lost and every print consistent") {
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each = 20'000;
  Registry registry;
  {
    std::vector<std::jthread> workers;
    for (std::uint64_t t = 0; t < threads; ++t) {
      workers.emplace_back([&registry] {
        Histogram& histogram = registry.histogram("h", "H", bounds);
        for (std::uint64_t i = 0; i < each; ++i) {
          registry.counter("c_total", "C").add();
          registry.gauge("g", "G").add(i % 2 == 0 ? 1 : -1);
          histogram.observe(Micros{static_cast<std::int64_t>(i)});
        }
      });
    }
    for (int print = 0; print < 200; ++print) {
      const std::string text = registry.text();
      const auto inf = text.find("le=\"+Inf\"} ");
      if (inf == std::string::npos) continue;
      const auto count = text.find("h_count ");
      REQUIRE(count != std::string::npos);
      const auto number = [&text](std::size_t at) {
        return text.substr(at, text.find('\n', at) - at);
      };
      CHECK(number(inf + 11) == number(count + 8));
    }
  }
  CHECK(registry.counter("c_total", "C").value() == threads * each);
  CHECK(registry.gauge("g", "G").value() == 0);
  CHECK(registry.text().find("h_count 80000\n") != std::string::npos);
}

}  // namespace
}  // namespace mainstay::metrics::metrics_test
