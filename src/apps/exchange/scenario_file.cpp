#include "apps/exchange/scenario_file.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "platform/json/member_reader.hpp"
#include "platform/toml/toml.hpp"

namespace mainstay::exchange {
namespace {

using json::member_invalid;
using json::MemberReader;

constexpr double seconds_max = 366.0 * 86'400;
constexpr double ns_per_second = 1e9;
constexpr double ns_per_us = 1e3;
constexpr std::uint64_t csv_bytes_max = 64U << 20U;

using Scene = simulation::MarketScenario;

/// A time in another unit, kept in nanoseconds.
Result<> read_time(MemberReader& in, std::string_view name, double ns_per_unit, std::int64_t& ns) {
  double units = static_cast<double>(ns) / ns_per_unit;
  MS_TRY_VOID(in.number(name, units));
  if (!(units >= 0) || units * ns_per_unit > seconds_max * ns_per_second) {
    return member_invalid(name, "out of range");
  }
  ns = static_cast<std::int64_t>(units * ns_per_unit);
  return {};
}

Result<> read_latency(MemberReader& file, Scene& scene) {
  MS_TRY(auto in, file.object("latency"));
  MS_TRY_VOID(read_time(in, "base_us", ns_per_us, scene.latency.base_ns));
  MS_TRY_VOID(read_time(in, "jitter_us", ns_per_us, scene.latency.jitter_ns));
  return in.all_known();
}

/// Of a group: what it does not say is the common one, which stands before.
Result<> read_own_latency(MemberReader& group, const Scene& scene,
                          std::optional<simulation::Latency>& own) {
  simulation::Latency latency = scene.latency;
  MS_TRY_VOID(read_time(group, "latency_us", ns_per_us, latency.base_ns));
  MS_TRY_VOID(read_time(group, "jitter_us", ns_per_us, latency.jitter_ns));
  own = latency;
  return {};
}

Result<> read_zero_intelligence(MemberReader& file, Scene& scene) {
  MS_TRY(auto in, file.object("zero_intelligence"));
  MS_TRY_VOID(in.number("count", scene.zero_intelligence));
  MS_TRY_VOID(read_own_latency(in, scene, scene.latencies.zero_intelligence));
  MS_TRY_VOID(in.number("acts_per_second", scene.zero.acts_per_second));
  MS_TRY_VOID(in.number("market_share", scene.zero.market_share));
  MS_TRY_VOID(in.number("cancel_share", scene.zero.cancel_share));
  MS_TRY_VOID(in.number("ticks_beyond", scene.zero.ticks_beyond));
  MS_TRY_VOID(in.number("lots_max", scene.zero.lots_max));
  return in.all_known();
}

Result<> read_numbers(MemberReader& in, std::string_view name, std::vector<double>& out) {
  const json::Value* found = in.find(name);
  if (found == nullptr) return {};
  const json::Array* values = found->if_array();
  if (values == nullptr) return member_invalid(name, "a list of numbers is wanted");
  out.clear();
  for (const json::Value& one : *values) {
    if (const auto* whole = one.if_int()) {
      out.push_back(static_cast<double>(*whole));
    } else if (const auto* real = one.if_double()) {
      out.push_back(*real);
    } else {
      return member_invalid(name, "a list of numbers is wanted");
    }
  }
  return {};
}

Result<> read_parlour(MemberReader& file, Scene& scene) {
  MS_TRY(auto in, file.object("parlour"));
  MS_TRY_VOID(in.number("count", scene.parlour_traders));
  MS_TRY_VOID(read_own_latency(in, scene, scene.latencies.parlour_traders));
  MS_TRY_VOID(in.number("visits_per_second", scene.parlour.visits_per_second));
  MS_TRY_VOID(in.number("lots", scene.parlour.lots));
  MS_TRY_VOID(read_time(in, "day_seconds", ns_per_second, scene.parlour.day_ns));
  models::ParlourMarket& model = scene.parlour_market;
  MS_TRY_VOID(in.number("bid", model.bid));
  MS_TRY_VOID(in.number("value", model.value));
  MS_TRY_VOID(in.number("ask", model.ask));
  MS_TRY_VOID(in.number("seller_share", model.seller_share));
  MS_TRY_VOID(in.number("buyer_share", model.buyer_share));
  MS_TRY_VOID(in.number("patience_low", model.patience_low));
  MS_TRY_VOID(in.number("patience_high", model.patience_high));
  MS_TRY_VOID(in.number("traders", model.traders));
  MS_TRY_VOID(in.number("pricing_days", scene.parlour_pricing.days));
  MS_TRY_VOID(read_numbers(in, "bids", scene.parlour_pricing.bids));
  MS_TRY_VOID(read_numbers(in, "asks", scene.parlour_pricing.asks));
  return in.all_known();
}

Result<> read_momentum(MemberReader& file, Scene& scene) {
  MS_TRY(auto in, file.object("momentum"));
  MS_TRY_VOID(in.number("count", scene.momentum_traders));
  MS_TRY_VOID(read_own_latency(in, scene, scene.latencies.momentum_traders));
  MS_TRY_VOID(in.number("looks_per_second", scene.momentum.looks_per_second));
  MS_TRY_VOID(in.number("fast", scene.momentum.fast));
  MS_TRY_VOID(in.number("slow", scene.momentum.slow));
  MS_TRY_VOID(in.number("threshold_ticks", scene.momentum.threshold_ticks));
  MS_TRY_VOID(in.number("lots", scene.momentum.lots));
  MS_TRY_VOID(in.number("position_max", scene.momentum.position_max));
  return in.all_known();
}

Result<> read_market_maker(MemberReader& file, Scene& scene) {
  MS_TRY(auto in, file.object("market_maker"));
  MS_TRY_VOID(in.number("count", scene.market_makers));
  MS_TRY_VOID(read_own_latency(in, scene, scene.latencies.market_makers));
  MS_TRY_VOID(read_time(in, "interval_us", ns_per_us, scene.maker.interval_ns));
  MS_TRY_VOID(in.number("periods_left", scene.maker.periods_left));
  MS_TRY_VOID(in.number("levels", scene.maker.levels));
  MS_TRY_VOID(in.number("lots", scene.maker.lots));
  MS_TRY_VOID(in.number("position_max", scene.maker.position_max));
  MS_TRY_VOID(in.number("half_spread_max", scene.maker.half_spread_max));
  MS_TRY_VOID(in.number("price_variance", scene.maker.price_variance));
  MS_TRY_VOID(in.number("cash_aversion", scene.maker.cash_aversion));
  MS_TRY_VOID(in.number("risk_aversion", scene.maker.risk_aversion));
  return in.all_known();
}

/// "intensity" when it is not said. The others have nothing to go by without a series.
Result<> read_arrival_way(MemberReader& in, bool has_series, Scene& scene) {
  using simulation::ArrivalWay;
  std::string way = "intensity";
  MS_TRY_VOID(in.text("arrivals", way));
  if (way == "intensity") {
    scene.arrival_way = ArrivalWay::intensity;
    return {};
  }
  if (way != "replay" && way != "bootstrap") {
    return member_invalid("investors.arrivals", "\"intensity\", \"replay\" or \"bootstrap\"");
  }
  if (!has_series) return member_invalid("investors.arrivals", "\"" + way + "\" needs a csv");
  scene.arrival_way = way == "replay" ? ArrivalWay::replay : ArrivalWay::bootstrap;
  return {};
}

Result<std::string> read_csv(const std::string& path) {
  std::ifstream file{path, std::ios::binary | std::ios::ate};
  if (!file) return member_invalid("investors.csv", path + " cannot be read");
  if (static_cast<std::uint64_t>(file.tellg()) > csv_bytes_max) {
    return member_invalid("investors.csv", path + " is larger than 64 MiB");
  }
  file.seekg(0);
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

Result<> read_investors(MemberReader& file, Scene& scene, const std::string& folder) {
  MS_TRY(auto in, file.object("investors"));
  MS_TRY_VOID(in.flag("on", scene.investors));
  MS_TRY_VOID(read_own_latency(in, scene, scene.latencies.investors));
  MS_TRY_VOID(in.number("arrivals_per_second", scene.arrivals_per_second));
  MS_TRY_VOID(in.number("arrivals_per_value", scene.arrivals_per_value));
  MS_TRY_VOID(in.number("compression", scene.arrival_compression));
  MS_TRY_VOID(in.number("lots_max", scene.investor.lots_max));
  MS_TRY_VOID(in.number("holding_seconds", scene.investor.holding_seconds));
  MS_TRY_VOID(in.number("holders_max", scene.investor.holders_max));
  MS_TRY_VOID(in.number("bootstrap_rows", scene.bootstrap.rows));
  MS_TRY_VOID(in.number("bootstrap_block", scene.bootstrap.block));
  MS_TRY_VOID(in.number("bootstrap_reversion", scene.bootstrap.reversion));
  std::string csv;
  models::ArrivalCsv columns;
  MS_TRY_VOID(in.text("csv", csv));
  MS_TRY_VOID(in.text("csv_time", columns.time_column));
  MS_TRY_VOID(in.text("csv_value", columns.value_column));
  MS_TRY_VOID(in.flag("csv_sort", columns.sort));
  MS_TRY_VOID(read_arrival_way(in, !csv.empty(), scene));
  MS_TRY_VOID(in.all_known());
  if (csv.empty()) return {};
  MS_TRY(const std::string text, read_csv(csv.starts_with('/') ? csv : folder + "/" + csv));
  MS_TRY(scene.arrivals, models::parse_arrival_series(text, columns));
  return {};
}

Result<> read_primary(MemberReader& file, models::TrialOptions& primary) {
  MS_TRY(auto in, file.object("primary"));
  MS_TRY_VOID(in.number("investors", primary.investors));
  MS_TRY_VOID(in.number("artists", primary.assets));
  return in.all_known();
}

Result<> read_rules(MemberReader& file, simulation::EngineVenueOptions& venue) {
  MS_TRY(auto in, file.object("rules"));
  MS_TRY_VOID(in.number("maker_fee", venue.rules.maker_fee));
  MS_TRY_VOID(in.number("taker_fee", venue.rules.taker_fee));
  MS_TRY_VOID(in.number("tick", venue.rules.ticks[0].tick));
  MS_TRY_VOID(in.number("static_band_bp", venue.rules.static_band_bp));
  MS_TRY_VOID(in.number("dynamic_band_bp", venue.rules.dynamic_band_bp));
  MS_TRY_VOID(in.number("market_collar_bp", venue.rules.market_collar_bp));
  return in.all_known();
}

}  // namespace

Result<SimulationFile> read_scenario(std::string_view toml, std::string_view name,
                                     const std::string& folder) {
  MS_TRY(const auto document, toml_file::parse(toml, name));
  MS_TRY(auto in, MemberReader::of(document));
  SimulationFile scenario;
  MS_TRY_VOID(in.number("seed", scenario.seed));
  MS_TRY_VOID(in.number("seconds", scenario.seconds));
  if (!(scenario.seconds > 0) || scenario.seconds > seconds_max) {
    return member_invalid("seconds", "above 0, and at most a year");
  }
  Scene& scene = scenario.market;
  MS_TRY_VOID(in.number("anchor", scene.anchor));
  MS_TRY_VOID(read_latency(in, scene));
  MS_TRY_VOID(read_zero_intelligence(in, scene));
  MS_TRY_VOID(read_parlour(in, scene));
  MS_TRY_VOID(read_momentum(in, scene));
  MS_TRY_VOID(read_market_maker(in, scene));
  MS_TRY_VOID(read_investors(in, scene, folder));
  MS_TRY_VOID(read_primary(in, scenario.primary));
  MS_TRY_VOID(read_rules(in, scenario.venue));
  MS_TRY_VOID(in.all_known());
  scenario.venue.reference = scene.anchor;
  MS_TRY_VOID(scene.check_agents());
  scenario.venue.agents = static_cast<std::uint32_t>(scene.agents());
  return scenario;
}

}  // namespace mainstay::exchange
