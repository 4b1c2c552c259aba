#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/local_service.hpp"
#include "commands/standard.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"

namespace mainstay::commands {
namespace {

// A PostgreSQL that recovers from a crash syncs its whole folder before it serves or ends.
constexpr Millis ready_max{120'000};
constexpr Millis end_max{120'000};

const std::vector<std::string> all_names{"postgres", "redis", "nats"};

/// The ones asked for, all without any; nothing, with a word on standard error, for unknown names.
std::vector<LocalService> asked_for(const Call& call) {
  const std::filesystem::path data =
      std::filesystem::absolute(call.settings->text("data.folder")).lexically_normal();
  std::vector<LocalService> out;
  for (const std::string& name : call.rest("names")) {
    if (std::find(all_names.begin(), all_names.end(), name) != all_names.end()) continue;
    call.say("no service " + name + " is known; there are postgres, redis and nats");
    return {};
  }
  for (const std::string& name : all_names) {
    const auto& names = call.rest("names");
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    const auto port = call.settings->integer("services." + name + "_port");
    out.push_back({name, static_cast<std::uint16_t>(port), data / "services" / name});
  }
  return out;
}

/// One line a service; `did` is what this call did to it, in a word or two.
struct Report {
  LocalService service;
  std::string did;
};

int print(const Call& call, const std::vector<Report>& reports) {
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"service", "port", "pid", "state", "log"}};
  bool all_ready = true;
  for (const Report& one : reports) {
    const ServiceState state = look_at(one.service);
    all_ready = all_ready && state.ready;
    const char* const word = state.ready ? "ready" : state.process ? "starting" : "not running";
    const std::string log = (one.service.folder / "log").string();
    const std::string pid = state.process ? std::to_string(*state.process) : "-";
    rows.push_back({one.service.name, std::to_string(one.service.port), pid,
                    one.did.empty() ? word : std::string{word} + " (" + one.did + ")", log});
    json::Object object{{"service", one.service.name},
                        {"port", one.service.port},
                        {"ready", state.ready},
                        {"did", one.did},
                        {"log", log}};
    if (state.process) object.push_back({"pid", static_cast<std::int64_t>(*state.process)});
    array.emplace_back(std::move(object));
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else {
    print_table(rows);
  }
  return all_ready ? exit_ok : exit_not_running;
}

/// Starts or ends one; what it did, in a word or two.
using Act = Result<std::string> (*)(const LocalService&, bool dry_run);

Result<std::string> start_one(const LocalService& service, bool dry_run) {
  if (dry_run) return std::string{look_at(service).process ? "runs already" : "would be started"};
  MS_TRY(const auto outcome, start_service(service, ready_max));
  return std::string{outcome == Started::started ? "started" : "ran already"};
}

Result<std::string> stop_one(const LocalService& service, bool dry_run) {
  if (dry_run) return std::string{look_at(service).process ? "would be stopped" : "does not run"};
  MS_TRY(const auto outcome, stop_service(service, end_max));
  return std::string{outcome == Ended::ended ? "stopped" : "did not run"};
}

/// One that fails does not keep the others from it.
int act(const Call& call, Act one) {
  const auto services = asked_for(call);
  if (services.empty()) return exit_usage;
  std::vector<Report> reports;
  bool failed = false;
  for (const LocalService& service : services) {
    auto did = one(service, call.has("--dry-run"));
    if (did.has_error()) call.say(did.error().message());
    failed = failed || did.has_error();
    if (did.has_value()) reports.push_back({service, std::move(*did)});
  }
  if (!reports.empty()) (void)print(call, reports);
  return failed ? exit_failed : exit_ok;
}

int start(const Call& call) {
  if (auto made = make_data_folder(*call.settings); made.has_error()) {
    return call.fail(made.error());
  }
  return act(call, start_one);
}

int stop(const Call& call) { return act(call, stop_one); }

int status(const Call& call) {
  const auto services = asked_for(call);
  if (services.empty()) return exit_usage;
  std::vector<Report> reports;
  for (const LocalService& service : services) reports.push_back({service, ""});
  return print(call, reports);
}

/// For scripts: export DATABASE_URL=$(mainstay services url postgres)
int url(const Call& call) {
  const auto services = asked_for(call);
  if (services.empty()) return exit_usage;
  for (const LocalService& service : services) {
    std::printf("%s\n", service_url(service).c_str());
  }
  return exit_ok;
}

}  // namespace

std::vector<Command> services_commands() {
  const Argument names = rest("names", "postgres, redis, nats (default: all)");
  const Argument dry_run = dry_run_flag();
  return {
      {.name = "services",
       .help = "servers for development from Debian's packages, on 127.0.0.1, data below var/"},
      {.name = "services start",
       .help = "start what does not run, and wait until it answers",
       .arguments = {dry_run, names},
       .run = start},
      {.name = "services stop", .help = "end it", .arguments = {dry_run, names}, .run = stop},
      {.name = "services status",
       .help = "port, process, whether it answers; 3 when one does not",
       .arguments = {names},
       .run = status},
      {.name = "services url",
       .help = "how to reach it: export DATABASE_URL=$(... services url postgres)",
       .arguments = {names},
       .run = url},
  };
}

}  // namespace mainstay::commands
