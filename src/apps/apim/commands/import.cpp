#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/apim/commands/commands.hpp"
#include "apps/apim/transfer.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"
#include "platform/json/json.hpp"
#include "platform/program/product.hpp"
#include "platform/program/progress_line.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/redis/connection.hpp"
#include "platform/store/store.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t password_bytes_max = 4096;

using Source = std::function<Result<ImportReport>(DataFolder, ImportOptions, Progress)>;

int fail(const Call& call, const Error& error) {
  call.say(error.message());
  if (error.is(journal::Errc::locked)) {
    call.say("a server runs on this data folder; `" + call.product.name + " stop` it first");
  }
  if (error.is(redis::Errc::url_invalid) || error.is(redis::Errc::refused)) {
    call.say(
        "Redis's password comes from the variable MAINSTAY_REDIS_PASSWORD or from "
        "--password-file");
  }
  return exit_failed;
}

std::string progress_text(const ImportReport& report) {
  return std::to_string(report.added + report.replaced + report.unchanged) + " services, " +
         std::to_string(report.windows) + " counters";
}

json::Value to_json(const ImportReport& report) {
  json::Array refused;
  for (const auto& one : report.refused) {
    refused.emplace_back(json::Object{{"service", one.service_id}, {"why", one.why}});
  }
  json::Object skipped;
  for (const auto& [reason, count] : report.skipped) skipped.push_back({reason, count});
  return json::Object{{"added", report.added},         {"replaced", report.replaced},
                      {"unchanged", report.unchanged}, {"counters", report.windows},
                      {"refused", std::move(refused)}, {"skipped", std::move(skipped)}};
}

void print_report(const Call& call, const ImportReport& report) {
  if (call.has("--dry-run")) std::printf("dry run: nothing was stored\n");
  print_table({{"services", ""},
               {"added", std::to_string(report.added)},
               {"replaced", std::to_string(report.replaced)},
               {"unchanged", std::to_string(report.unchanged)},
               {"refused", std::to_string(report.refused.size())},
               {"counters", std::to_string(report.windows)}});
  if (!report.skipped.empty()) {
    std::vector<std::vector<std::string>> rows{{"\npassed over", ""}};
    for (const auto& [reason, count] : report.skipped) {
      rows.push_back({reason, std::to_string(count)});
    }
    print_table(rows);
  }
  for (const auto& one : report.refused) {
    std::string line = "service ";
    append_json_quoted(line, one.service_id);  // it may hold anything
    call.say(line + " was refused: " + one.why);
  }
}

Result<std::string> redis_password(const Call& call) {
  const std::string& path = call.text("--password-file");
  if (path.empty()) {
    const auto& variables = call.sources.variables;
    const auto found = variables.find("MAINSTAY_REDIS_PASSWORD");
    return found != variables.end() ? found->second : std::string{};
  }
  std::ifstream file{path, std::ios::binary};
  std::string text(password_bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::string password{trimmed(text)};
  if (password.empty() || text.size() == password_bytes_max) {
    return Error{store::Errc::io, "no password in " + path};
  }
  return password;
}

int import_from(const Call& call, const Source& source) {
  const MachineClock clock;
  auto store = open_current_store(call.product, *call.settings, clock.wall());
  if (store.has_error()) return fail(call, store.error());
  journal::PosixFileSystem files;
  UniqueFunction<void(const Error&)> end = [&call](const Error& error) {
    std::_Exit(fail(call, error));
  };
  std::optional<ProgressLine> line{!call.json};
  const auto progress = [&line](const ImportReport& so_far) {
    if (line->shown()) line->show(progress_text(so_far));
  };
  const ImportOptions options{.replace = call.has("--replace"),
                              .counters = !call.has("--no-counters"),
                              .dry_run = call.has("--dry-run")};
  const auto report = source({*call.settings, **store, files, clock, end}, options, progress);
  line.reset();
  if (report.has_error()) return fail(call, report.error());
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(to_json(*report)).c_str());
  } else {
    print_report(call, *report);
  }
  return report->refused.empty() ? exit_ok : exit_failed;
}

}  // namespace

int run_import(const Call& call) {
  return import_from(call, [&](DataFolder data, ImportOptions options, Progress progress) {
    const std::string& path = call.text("file");
    std::ifstream file{path == "-" ? "/dev/stdin" : path, std::ios::binary};
    if (!file) return Result<ImportReport>{Error{store::Errc::io, path + " cannot be read"}};
    return import_lines(data, file, options, std::move(progress));
  });
}

int run_import_redis(const Call& call) {
  const auto source = [&](DataFolder data, ImportOptions options,
                          Progress progress) -> Result<ImportReport> {
    MS_TRY(const auto address, redis::parse_address(call.text("url")));
    MS_TRY(auto password, redis_password(call));
    return import_apisonator(data, address, std::move(password), options, std::move(progress));
  };
  return import_from(call, source);
}

}  // namespace mainstay::apim
