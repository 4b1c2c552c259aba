#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "application.hpp"
#include "apps/apim/transfer.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/invocation.hpp"
#include "commands/table.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"
#include "platform/json/json.hpp"
#include "platform/redis/connection.hpp"
#include "platform/store/store.hpp"

namespace mainstay::commands {
namespace {

constexpr std::size_t password_bytes_max = 4096;

int fail(const Error& error) {
  std::fprintf(stderr, "mainstay: %s\n", error.message().c_str());
  if (error.is(journal::Errc::locked)) {
    std::fputs("mainstay: a server runs on this data folder; `mainstay stop` it first\n", stderr);
  }
  if (error.is(redis::Errc::url_invalid) || error.is(redis::Errc::refused)) {
    std::fputs(
        "mainstay: Redis's password comes from the variable MAINSTAY_REDIS_PASSWORD or from "
        "--password-file\n",
        stderr);
  }
  return exit_failed;
}

/// One line on a terminal, written again and again.
void print_progress(const apim::ImportReport& report) {
  std::fprintf(stderr, "\r%llu services, %llu counters ",
               static_cast<unsigned long long>(report.added + report.replaced + report.unchanged),
               static_cast<unsigned long long>(report.windows));
}

json::Value to_json(const apim::ImportReport& report) {
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

void print_report(const apim::ImportReport& report, bool is_dry_run) {
  if (is_dry_run) std::printf("dry run: nothing was stored\n");
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
    std::string line = "mainstay: service ";
    append_json_quoted(line, one.service_id);  // it may hold anything
    std::fprintf(stderr, "%s was refused: %s\n", line.c_str(), one.why.c_str());
  }
}

Result<std::string> redis_password(const Invocation& invocation) {
  if (invocation.password_file.empty()) {
    const auto& variables = invocation.sources.variables;
    const auto found = variables.find("MAINSTAY_REDIS_PASSWORD");
    return found != variables.end() ? found->second : std::string{};
  }
  std::ifstream file{invocation.password_file, std::ios::binary};
  std::string text(password_bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::string password{trimmed(text)};
  if (password.empty() || text.size() == password_bytes_max) {
    return Error{store::Errc::io, "no password in " + invocation.password_file};
  }
  return password;
}

Result<apim::ImportReport> import_from(const Invocation& invocation, apim::DataFolder data,
                                       apim::Progress progress) {
  const apim::ImportOptions options{.replace = invocation.replace,
                                    .counters = !invocation.no_counters,
                                    .dry_run = invocation.dry_run};
  if (invocation.verb == Verb::apim_import_redis) {
    MS_TRY(const auto address, redis::parse_address(invocation.place));
    MS_TRY(auto password, redis_password(invocation));
    return apim::import_apisonator(data, address, std::move(password), options,
                                   std::move(progress));
  }
  std::ifstream file{invocation.place == "-" ? "/dev/stdin" : invocation.place, std::ios::binary};
  if (!file) return Error{store::Errc::io, invocation.place + " cannot be read"};
  return apim::import_lines(data, file, options, std::move(progress));
}

}  // namespace

int import_apim(const Invocation& invocation, const settings::Settings& settings) {
  const MachineClock clock;
  auto store = open_current_store(settings, clock.wall());
  if (store.has_error()) return fail(store.error());
  journal::PosixFileSystem files;
  UniqueFunction<void(const Error&)> end = [](const Error& error) { std::_Exit(fail(error)); };
  const bool is_watched = ::isatty(STDERR_FILENO) == 1 && !invocation.json;
  apim::Progress progress;
  if (is_watched) progress = print_progress;
  const auto report =
      import_from(invocation, {settings, **store, files, clock, end}, std::move(progress));
  if (is_watched) std::fputs("\r\n", stderr);
  if (report.has_error()) return fail(report.error());
  if (invocation.json) {
    std::printf("%s\n", json::dump_pretty(to_json(*report)).c_str());
  } else {
    print_report(*report, invocation.dry_run);
  }
  return report->refused.empty() ? exit_ok : exit_failed;
}

}  // namespace mainstay::commands
