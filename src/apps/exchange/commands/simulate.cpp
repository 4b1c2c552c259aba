#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/exchange/commands/commands.hpp"
#include "apps/exchange/hash_text.hpp"
#include "apps/exchange/scenario_file.hpp"
#include "base/clock.hpp"
#include "platform/json/json.hpp"
#include "platform/program/progress_line.hpp"
#include "platform/program/table.hpp"

namespace mainstay::exchange {
namespace {

using simulation::EngineVenue;
using simulation::Kernel;

constexpr std::uint64_t messages_a_step = 1'000'000;
constexpr std::size_t bar_width = 40;
constexpr std::size_t scenario_bytes_max = 1U << 20U;

enum class FileErrc : std::uint8_t { not_writable = 1, not_readable, too_large };

const ErrorRow& error_row(FileErrc code) {
  static constexpr std::array rows{
      ErrorRow{"trades_not_writable", "the file of trades cannot be written"},
      ErrorRow{"scenario_not_readable", "the scenario cannot be read"},
      ErrorRow{"scenario_too_large", "the scenario has more than 1 MiB"}};
  return rows[static_cast<std::size_t>(code) - 1];
}

/// What the engine's events add up to, and a file of the trades for whoever wants one.
class Tape {
 public:
  Result<> open(const std::string& path) {
    path_ = path;
    if (path.empty()) return {};
    trades_.reset(std::fopen(path.c_str(), "w"));
    if (trades_ == nullptr) return Error{FileErrc::not_writable, path};
    std::fprintf(trades_.get(), "time_ns,price,quantity,taker_side,taker,maker\n");
    return {};
  }
  /// Whether all of it is in the file.
  Result<> close() {
    if (trades_ == nullptr) return {};
    const bool failed = std::ferror(trades_.get()) != 0;
    const bool closed = std::fclose(trades_.release()) == 0;
    return failed || !closed ? Error{FileErrc::not_writable, path_} : Result<>{};
  }

  void on_command(const Command& command, const Events& events) {
    ++commands;
    for (const Event& event : events) {
      if (event.kind == EventKind::rejected) ++rejected;
      if (event.kind == EventKind::traded) on_trade(command, event);
    }
  }

  std::uint64_t commands = 0;
  std::uint64_t rejected = 0;
  std::uint64_t trades = 0;
  std::uint64_t lots = 0;
  std::uint32_t first = 0, highest = 0, lowest = 0, last = 0;  // prices

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void on_trade(const Command& command, const Event& event) {
    const std::uint32_t price = event.price.get();
    if (trades == 0) first = highest = lowest = price;
    highest = std::max(highest, price);
    lowest = std::min(lowest, price);
    last = price;
    ++trades;
    lots += event.quantity.get();
    if (trades_ == nullptr) return;
    std::fprintf(trades_.get(), "%" PRId64 ",%u,%u,%s,%" PRIu64 ",%" PRIu64 "\n", command.at.get(),
                 price, event.quantity.get(), event.side == Side::buy ? "buy" : "sell",
                 event.account.get(), event.other_account.get());
  }

  std::string path_;
  std::unique_ptr<std::FILE, Close> trades_;
};

std::string bar_text(double done, std::uint64_t messages) {
  const auto full = std::min(bar_width, static_cast<std::size_t>(done * bar_width));
  char text[64];
  std::snprintf(text, sizeof text, "] %3.0f %%  %.1f M messages", done * 100,
                static_cast<double>(messages) / 1e6);
  return "[" + std::string(full, '#') + std::string(bar_width - full, ' ') + text;
}

struct Report {
  const SimulationFile& scenario;
  const Kernel& kernel;
  const EngineVenue& venue;
  const Tape& tape;
  double wall_seconds;
  const models::ParlourMarket& parlour;
  const std::vector<models::TrialOutcome>& primary;  // empty: the scenario has none
};

std::string_view name_of(models::AllocationMethod method) {
  return method == models::AllocationMethod::mean_variance ? "mean_variance"
                                                           : "deferred_acceptance";
}

void print_json(const Report& report) {
  const auto& counts = report.kernel.counts();
  json::Object value{{"seed", report.scenario.seed},
                     {"simulated_seconds", report.scenario.seconds},
                     {"wall_seconds", report.wall_seconds},
                     {"agents", std::uint64_t{report.kernel.agents()}},
                     {"messages", counts.messages()},
                     {"orders", counts.orders},
                     {"rejected", report.tape.rejected},
                     {"trades", report.tape.trades},
                     {"lots", report.tape.lots},
                     {"price", json::Object{{"first", std::uint64_t{report.tape.first}},
                                            {"highest", std::uint64_t{report.tape.highest}},
                                            {"lowest", std::uint64_t{report.tape.lowest}},
                                            {"last", std::uint64_t{report.tape.last}}}},
                     {"digest", hex16(report.kernel.digest())},
                     {"state_hash", hex16(report.venue.state_hash())}};
  if (report.scenario.market.parlour_pricing.days > 0) {
    value.push_back(
        {"parlour_prices", json::Object{{"bid", report.parlour.bid}, {"ask", report.parlour.ask}}});
  }
  json::Object primary;
  for (const auto& outcome : report.primary) {
    primary.push_back({std::string{name_of(outcome.method)},
                       json::Object{{"matches", outcome.matches},
                                    {"amount", outcome.amount},
                                    {"welfare_ratio", outcome.welfare_ratio}}});
  }
  if (!primary.empty()) value.push_back({"primary", std::move(primary)});
  std::printf("%s\n", json::dump_pretty(json::Value{std::move(value)}).c_str());
}

void print_table_of(const Report& report) {
  const Tape& tape = report.tape;
  const std::uint64_t messages = report.kernel.counts().messages();
  const auto number = [](auto value) { return std::to_string(value); };
  char speed[64];
  std::snprintf(speed, sizeof speed, "%.2f M messages/s",
                static_cast<double>(messages) / 1e6 / std::max(report.wall_seconds, 1e-9));
  char times[64];
  std::snprintf(times, sizeof times, "%.1f s in %.2f s", report.scenario.seconds,
                report.wall_seconds);
  std::vector<std::vector<std::string>> rows{
      {"what", "value"},
      {"simulated", times},
      {"agents", number(report.kernel.agents())},
      {"messages", number(messages)},
      {"speed", speed},
      {"orders and cancels", number(report.kernel.counts().orders)},
      {"refused", number(tape.rejected)},
      {"trades", number(tape.trades) + " of " + number(tape.lots) + " lots"},
      {"price", number(tape.first) + " first, " + number(tape.lowest) + " to " +
                    number(tape.highest) + ", " + number(tape.last) + " last"},
      {"digest", hex16(report.kernel.digest())},
      {"state hash", hex16(report.venue.state_hash())}};
  char text[96];
  if (report.scenario.market.parlour_pricing.days > 0) {
    std::snprintf(text, sizeof text, "%g and %g", report.parlour.bid, report.parlour.ask);
    rows.push_back({"Parlour's prices", text});
  }
  for (const auto& outcome : report.primary) {
    std::snprintf(text, sizeof text, "%.1f %% of the best welfare, %" PRIu64 " matches",
                  outcome.welfare_ratio * 100, outcome.matches);
    rows.push_back({"primary, " + std::string{name_of(outcome.method)}, text});
  }
  print_table(rows);
}

/// Both rules of allocation on the scenario's primary market, if it has one.
Result<std::vector<models::TrialOutcome>> try_primary(const SimulationFile& scenario) {
  std::vector<models::TrialOutcome> out;
  const models::TrialOptions& primary = scenario.primary;
  if (primary.investors == 0 && primary.assets == 0) return out;
  MS_TRY(const auto outcomes, models::try_allocation_rules(primary, scenario.seed));
  out.assign(outcomes.begin(), outcomes.end());
  return out;
}

Result<SimulationFile> load(const Call& call) {
  const std::filesystem::path path = call.text("file");
  std::error_code ignored;
  const auto bytes = std::filesystem::file_size(path, ignored);
  if (!ignored && bytes > scenario_bytes_max) return Error{FileErrc::too_large, path.string()};
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) return Error{FileErrc::not_readable, path.string()};
  MS_TRY(auto scenario, read_scenario(text, path.string(), path.parent_path().string()));
  if (call.has("--seed")) scenario.seed = static_cast<std::uint64_t>(call.number("--seed", 1));
  if (call.has("--seconds")) scenario.seconds = static_cast<double>(call.number("--seconds", 60));
  return scenario;
}

Result<> simulate(const Call& call, const SimulationFile& scenario) {
  MS_TRY(const auto primary, try_primary(scenario));
  simulation::MarketScenario market = scenario.market;
  MS_TRY(market.parlour_market, simulation::priced_parlour_market(market, scenario.seed));
  market.parlour_pricing = {};  // it has learnt
  MS_TRY(const auto venue, EngineVenue::make(scenario.venue));
  Tape tape;
  MS_TRY_VOID(tape.open(call.text("--trades")));
  venue->listen(
      [&](const Command& command, const Events& events) { tape.on_command(command, events); });
  simulation::KernelOptions options;
  options.seed = scenario.seed;
  Kernel kernel{options, *venue};
  MS_TRY_VOID(simulation::populate(kernel, market, scenario.seed));

  const MachineClock clock;
  const SteadyTime begin = clock.steady();
  const auto end_ns = static_cast<std::int64_t>(scenario.seconds * 1e9);
  {
    ProgressLine line{!call.json};
    while (!kernel.run_until(end_ns, messages_a_step)) {
      const double done = static_cast<double>(kernel.now()) / static_cast<double>(end_ns);
      line.show(bar_text(done, kernel.counts().messages()));
    }
  }
  MS_TRY_VOID(tape.close());
  const std::chrono::duration<double> wall = clock.steady() - begin;
  const Report report{scenario, kernel, *venue, tape, wall.count(), market.parlour_market, primary};
  call.json ? print_json(report) : print_table_of(report);
  return {};
}

}  // namespace

int run_simulate(const Call& call) {
  if (!std::filesystem::is_regular_file(call.text("file"))) {
    return call.fail(call.text("file") + ": there is no such file", exit_usage);
  }
  const auto scenario = load(call);
  if (!scenario) return call.fail(scenario.error(), exit_usage);
  if (const auto done = simulate(call, *scenario); !done) return call.fail(done.error());
  return exit_ok;
}

}  // namespace mainstay::exchange
