#include "apps/charging/commands/measure_plots.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/app_plots.hpp"
#include "apps/charging/inbound/http/plot_answer.hpp"
#include "apps/charging/ports/geo_index.hpp"
#include "apps/charging/shared_plots.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "platform/json/json.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::charging {
namespace {

constexpr Millis changes_every{10};
constexpr std::uint64_t clusters = 400;

/// Sites crowd in towns, whose places are the same for the same number.
Position place_near(std::uint64_t town, Random& random) {
  Random place{town};
  const auto degrees = [](std::uint64_t below, std::int64_t least, Random& source) {
    return static_cast<double>(least) + static_cast<double>(source.below(below * 1'000)) / 1'000;
  };
  const double latitude = degrees(18, 42, place) + degrees(1, 0, random) / 2;
  const double longitude = degrees(25, -5, place) + degrees(1, 0, random) / 2;
  return position_of(latitude, longitude).value_or(Position{});
}

Plot made_plot(std::int64_t id, Random& random) {
  constexpr std::int32_t powers[] = {11'000, 22'000, 50'000, 150'000, 300'000};
  Plot plot;
  plot.id = PlotId{id};
  plot.name = "Plot " + std::to_string(id);
  plot.at = place_near(random.below(clusters), random);
  plot.city = "Town";
  plot.country = "CH";
  plot.currency = "CHF";
  for (std::uint16_t number = 1; number <= 2 + random.below(3); ++number) {
    ConnectorOffer offer;
    offer.power_w = powers[random.below(std::size(powers))];
    const bool fast = offer.power_w >= 50'000;
    offer.standard = fast ? ConnectorStandard::ccs2 : ConnectorStandard::type2;
    offer.current = fast ? CurrentKind::dc : CurrentKind::ac3;
    offer.price = static_cast<PriceHint>(300 + random.below(500));
    offer.station = StationId{id};
    offer.connector = ConnectorNumber{number};
    plot.offers.push_back(std::move(offer));
  }
  return plot;
}

struct Wanted {
  std::int64_t plots = 200'000;
  std::int64_t changes_a_second = 5'000;
  std::int64_t searches = 20'000;
};

/// The nearest 20 with a free CCS of 50 kW for at most 0.60.
Result<PlotQuery> query_at(Position at) {
  std::string latitude;
  std::string longitude;
  append_degrees(latitude, at.latitude_e7);
  append_degrees(longitude, at.longitude_e7);
  const std::vector<QueryField> fields{{"latitude", latitude}, {"longitude", longitude},
                                       {"connector", "ccs2"},  {"power_min", "50"},
                                       {"price_max", "0.60"},  {"available", "true"}};
  return read_plot_query(fields, SystemTime{});
}

struct Measured {
  std::vector<std::chrono::nanoseconds> times;  // sorted
  std::uint64_t rows = 0;
  std::uint64_t changes = 0;
};

Result<Measured> measure(SharedPlots& plots, const Wanted& wanted, const Clock& clock) {
  std::atomic<std::uint64_t> changes{0};
  Random churn{2};
  Ticker changer{"measure.changes", changes_every, [&] {
                   const auto count = wanted.changes_a_second * changes_every.count() / 1'000;
                   for (std::int64_t i = 0; i < count; ++i, ++changes) {
                     const auto station = static_cast<std::int64_t>(
                         1 + churn.below(static_cast<std::uint64_t>(wanted.plots)));
                     const auto state = static_cast<ConnectorState>(1 + churn.below(3));
                     plots.read([&](const PlotTable& table) {
                       (void)table.set_state(StationId{station}, ConnectorNumber{1}, state);
                     });
                   }
                 }};
  changer.start();
  Measured out;
  Random random{3};
  std::string body;
  for (std::int64_t i = 0; i < wanted.searches; ++i) {
    const Position at = place_near(random.below(clusters), random);
    const SteadyTime begin = clock.steady();
    MS_TRY(const auto query, query_at(at));
    body.clear();
    MS_TRY_VOID(plots.read([&](const PlotTable& table) -> Result<> {
      MS_TRY(const auto page, table.search(query));
      for (const PlotHit& hit : page.hits) append_row(body, hit, all_fields);
      out.rows += page.hits.size();
      return {};
    }));
    out.times.push_back(clock.steady() - begin);
  }
  changer.stop();
  out.changes = changes;
  std::ranges::sort(out.times);
  return out;
}

double micros_at(const Measured& measured, std::size_t of_thousand) {
  const auto at = measured.times[(measured.times.size() - 1) * of_thousand / 1'000];
  return static_cast<double>(at.count()) / 1'000;
}

int run_measure(const Call& call) {
  Wanted wanted;
  wanted.plots = call.number("--plots", wanted.plots);
  wanted.changes_a_second = call.number("--changes", wanted.changes_a_second);
  wanted.searches = call.number("--searches", wanted.searches);
  const auto index = make_geo_index();
  SharedPlots plots{*index};
  Random random{1};
  std::vector<PlotTable::Loaded> made;
  for (std::int64_t id = 1; id <= wanted.plots; ++id) {
    made.push_back({made_plot(id, random), {}, nullptr});
  }
  plots.write([&](PlotTable& table) {
    table.load(std::move(made));
    for (std::int64_t id = 1; id <= wanted.plots; ++id) {
      for (std::uint16_t number = 1; number <= 4; ++number) {
        (void)table.set_state(StationId{id}, ConnectorNumber{number},
                              static_cast<ConnectorState>(1 + random.below(3)));
      }
    }
  });
  const auto measured = measure(plots, wanted, MachineClock{});
  if (measured.has_error()) return call.fail(measured.error());
  const double rows = static_cast<double>(measured->rows) / static_cast<double>(wanted.searches);
  if (call.json) {
    const json::Value shown{json::Object{{"plots", wanted.plots},
                                         {"searches", wanted.searches},
                                         {"changes", measured->changes},
                                         {"rows_a_search", rows},
                                         {"p50_us", micros_at(*measured, 500)},
                                         {"p99_us", micros_at(*measured, 990)},
                                         {"max_us", micros_at(*measured, 1'000)}}};
    std::printf("%s\n", json::dump(shown).c_str());
  } else {
    std::printf("plots=%lld searches=%lld changes=%llu rows=%.1f p50=%.1fus p99=%.1fus\n",
                static_cast<long long>(wanted.plots), static_cast<long long>(wanted.searches),
                static_cast<unsigned long long>(measured->changes), rows, micros_at(*measured, 500),
                micros_at(*measured, 990));
  }
  return exit_ok;
}

}  // namespace

mainstay::Command measure_plots_command() {
  return {.name = "charging measure-plots",
          .help =
              "make plots up and measure searches among them while their connectors change: "
              "the nearest 20 with a free CCS of 50 kW for at most 0.60, written as JSON",
          .arguments = {number("--plots", "how many (200000)", 100, 2'000'000),
                        number("--changes", "of states, a second (5000)", 0, 1'000'000),
                        number("--searches", "how many (20000)", 10, 10'000'000)},
          .run = run_measure,
          .reads_settings = false};
}

}  // namespace mainstay::charging
