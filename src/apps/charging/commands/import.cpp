#include "apps/charging/commands/import.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "apps/charging/app_plots.hpp"
#include "apps/charging/inbound/import/plot_files.hpp"
#include "apps/charging/plot_import.hpp"
#include "base/clock.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"

namespace mainstay::charging {
namespace {

constexpr std::uintmax_t file_bytes_max = std::uintmax_t{2} << 30U;
constexpr std::size_t progress_every = 10'000;
constexpr std::size_t problems_shown = 20;

Result<std::string> read_file(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed) return Error{ImportErrc::import_invalid, path + ": " + failed.message()};
  if (size > file_bytes_max) {
    return Error{ImportErrc::import_invalid, path + ": more than 2 GiB; split it"};
  }
  std::string text(size, '\0');
  std::ifstream in{path, std::ios::binary};
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) {
    return Error{ImportErrc::import_invalid, path + ": it cannot be read"};
  }
  return text;
}

json::Value to_json(const PlotImport::Totals& totals) {
  json::Array problems;
  for (const PlotImport::Problem& one : totals.problems) {
    problems.emplace_back(json::Object{{"line", std::uint64_t{one.line}}, {"error", one.text}});
  }
  const auto count = [](std::size_t value) { return std::uint64_t{value}; };
  return json::Object{{"sites", count(totals.seen)},      {"added", count(totals.added)},
                      {"changed", count(totals.changed)}, {"same", count(totals.same)},
                      {"removed", count(totals.removed)}, {"kept", count(totals.kept)},
                      {"skipped", count(totals.skipped)}, {"failed", count(totals.failed)},
                      {"problems", std::move(problems)}};
}

int report(const Call& call, const PlotImport::Totals& totals, bool dry_run) {
  if (call.json) {
    std::printf("%s\n", json::dump(to_json(totals)).c_str());
  } else {
    std::size_t shown = 0;
    for (const PlotImport::Problem& one : totals.problems) {
      if (++shown > problems_shown) break;
      call.say("line " + std::to_string(one.line) + ": " + one.text);
    }
    if (totals.failed > problems_shown) {
      call.say("... and " + std::to_string(totals.failed - problems_shown) +
               " more; --json tells the first " + std::to_string(PlotImport::problems_max));
    }
    std::printf(
        "%s%zu sites: %zu added, %zu changed, %zu as before, %zu removed, "
        "%zu kept (in use), %zu left out, %zu failed\n",
        dry_run_lead(dry_run), totals.seen, totals.added, totals.changed, totals.same,
        totals.removed, totals.kept, totals.skipped, totals.failed);
  }
  return totals.failed == 0 ? exit_ok : exit_failed;
}

Result<ImportOptions> options_of(const Call& call, SystemTime now) {
  ImportOptions out;
  out.country = call.text("--country");
  out.now = now;
  if (const std::string& path = call.text("--reference"); !path.empty()) {
    MS_TRY(const auto text, read_file(path));
    MS_TRY(out.names, read_charge_map_names(text));
  }
  return out;
}

Result<> import_all(const Call& call, PlotImport& import, std::string_view text, SystemTime now) {
  MS_TRY(const ImportOptions options, options_of(call, now));
  MS_TRY_VOID(import.start());
  auto outcome = Result<>{};
  const TakeImported take = [&](std::size_t line, Result<ImportedSite> site) {
    outcome = import.take(line, std::move(site));
    const std::size_t seen = import.totals().seen;
    if (seen % progress_every == 0) call.say(std::to_string(seen) + " sites ...");
    return outcome.has_value();
  };
  const auto read = call.text("--format") == "ocm" ? read_open_charge_map : read_afdc;
  read(text, options, take);
  MS_TRY_VOID(std::move(outcome));
  return import.finish();
}

int run_import(const Call& call) {
  const std::string& format = call.text("--format");
  if (format != "ocm" && format != "afdc") {
    return call.fail("--format is ocm (Open Charge Map, JSON) or afdc (alt_fuel_stations, CSV)",
                     exit_usage);
  }
  const std::string& country = call.text("--country");
  const bool is_code = country.size() == 2 && country[0] >= 'A' && country[0] <= 'Z' &&
                       country[1] >= 'A' && country[1] <= 'Z';
  if (!country.empty() && !is_code) {
    return call.fail("--country is two capital letters, as CH", exit_usage);
  }
  if (format != "ocm" && !call.text("--reference").empty()) {
    return call.fail("--reference goes with --format ocm", exit_usage);
  }
  const auto text = read_file(call.text("file"));
  if (text.has_error()) return call.fail(text.error());
  const SystemTime now = MachineClock{}.wall();
  auto store = open_current_store(call.product, *call.settings, now);
  if (store.has_error()) return call.fail(store.error());
  const auto plots = make_plot_store(**store);
  const bool dry_run = call.has("--dry-run");
  PlotImport import{*plots, format, !dry_run};
  if (const auto done = import_all(call, import, *text, now); done.has_error()) {
    return call.fail(done.error());
  }
  return report(call, import.totals(), dry_run);
}

}  // namespace

mainstay::Command import_command() {
  return {
      .name = "charging import",
      .help =
          "import sites as plots: Open Charge Map's JSON or the AFDC's CSV. The same file "
          "again changes nothing; a server that runs sees them within ten seconds",
      .arguments = {required_text("file", "what to import"),
                    required_text("--format",
                                  "ocm: Open Charge Map, an array or one object "
                                  "behind the other; afdc: alt_fuel_stations"),
                    text("--country", "of sites that do not say theirs, as CH"),
                    text("--reference",
                         "Open Charge Map's reference data (JSON): names of operators, countries "
                         "and data providers, of which its export tells the numbers"),
                    dry_run_flag()},
      .run = run_import};
}

}  // namespace mainstay::charging
