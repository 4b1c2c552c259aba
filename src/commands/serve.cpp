#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "commands/daemon.hpp"
#include "commands/life.hpp"
#include "commands/outcome.hpp"
#include "commands/parse.hpp"
#include "commands/pid_file.hpp"
#include "commands/standard.hpp"

namespace mainstay::commands {
namespace {

constexpr Millis start_max{120'000};  // of a successor, with all that it recovers

std::string process_text(pid_t process) { return "process " + std::to_string(process); }

int start_in_background(const Process& process, const Call& call) {
  const std::string& name = call.product.name;
  if (const auto running = running_process(pid_file_path(call))) {
    return call.fail("already running as " + process_text(*running) + "; `" + name +
                     " stop` ends it");
  }
  auto daemon = Daemon::fork();
  if (daemon.has_error()) return call.fail(daemon.error());
  if (daemon->side() == Daemon::Side::child) return live(process, call, true, &*daemon);
  const std::string word = daemon->wait_for_word();
  if (word.empty()) return exit_failed;  // the child has said why on standard error
  std::printf("%s%s: started as process %d\n", word.c_str(), name.c_str(),
              static_cast<int>(daemon->child()));
  return exit_ok;
}

/// The command line of a process; empty when it cannot be read.
std::vector<std::string> command_line_of(pid_t process) {
  constexpr std::size_t bytes_max = 1U << 20U;
  std::ifstream file{"/proc/" + std::to_string(process) + "/cmdline", std::ios::binary};
  std::vector<std::string> all;
  std::size_t bytes = 0;
  for (std::string one; bytes < bytes_max && std::getline(file, one, '\0');) {
    bytes += one.size() + 1;
    all.push_back(one);
  }
  return all;
}

/// The first setting that our flags would give the running process another value of.
std::optional<std::string> new_flag(const Process& process, const Call& ours, pid_t running) {
  auto line = command_line_of(running);
  std::vector<char*> arguments;
  for (std::string& one : line) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  const auto theirs =
      parse(ours.product, process.commands, static_cast<int>(line.size()), arguments.data());
  if (theirs.has_error()) return {};
  const auto& environment = ours.sources.environment;
  if (environment && environment != theirs->sources.environment) return "--env";
  for (const auto& [key, value] : ours.sources.flags) {
    if (key == "data.folder") continue;  // found the process
    const auto known = theirs->sources.flags.find(key);
    if (known == theirs->sources.flags.end() || known->second != value) return key;
  }
  return {};
}

/// Sends a signal that the process answers by an outcome, and prints that.
int ask_process(const Call& call, pid_t process, int signal) {
  const settings::Settings& settings = *call.settings;
  const auto path = pid_file_path(call);
  const std::uint64_t before = read_outcome(path).number;
  const Millis patience =
      settings.duration("http.drain") + settings.duration("http.handover_pause") + start_max;
  Outcome outcome;
  const Asked asked = ask(process, signal, patience, [&] {
    outcome = read_outcome(path);
    return outcome.number > before;
  });
  const std::string who = process_text(process);
  if (asked == Asked::ended) return call.fail(who + " has ended; its log says why");
  if (asked != Asked::done) return call.fail(who + " has not answered; its log says more");
  if (!outcome.good) return call.fail(who + " goes on as it was: " + outcome.text);
  std::printf("%s: %s %s\n", call.product.name.c_str(), who.c_str(), outcome.text.c_str());
  return exit_ok;
}

int serve(const Process& process, const Call& call) {
  if (call.check) return check(process, call);
  return live(process, call, !call.pid_file.empty(), nullptr);
}

int start(const Process& process, const Call& call) {
  if (call.check) return check(process, call);
  const bool is_handed_over = process.handover.process == ::getpid();
  if (call.daemonize && !is_handed_over) return start_in_background(process, call);
  return live(process, call, true, nullptr);
}

std::string not_running(const Call& call) {
  return "not running (no process holds " + pid_file_path(call).string() + ")";
}

int stop(const Call& call) {
  const settings::Settings& settings = *call.settings;
  const auto process = running_process(pid_file_path(call));
  if (!process) return call.fail(not_running(call), exit_ok);
  const Millis patience =
      settings.duration("http.drain_delay") + settings.duration("http.drain") + Millis{5'000};
  if (!terminate(*process, patience)) {
    return call.fail(process_text(*process) + " has not ended after " +
                     std::to_string(patience.count()) + " ms");
  }
  std::printf("%s: stopped process %d\n", call.product.name.c_str(), static_cast<int>(*process));
  return exit_ok;
}

int restart(const Process& process, const Call& call) {
  const auto running = running_process(pid_file_path(call));
  if (!running) return start_in_background(process, call);
  if (const auto flag = new_flag(process, call, *running)) {
    return call.fail(process_text(*running) +
                         " keeps the flags and environment that it was started with, and " + *flag +
                         " is not among them so; set it in a settings file, or stop and start",
                     exit_usage);
  }
  return ask_process(call, *running, SIGHUP);
}

int reload(const Call& call) {
  const auto running = running_process(pid_file_path(call));
  if (running) return ask_process(call, *running, SIGUSR2);
  return call.fail(not_running(call), exit_not_running);
}

int status(const Call& call) {
  const auto process = running_process(pid_file_path(call));
  const int number = static_cast<int>(process.value_or(0));
  if (call.json) {
    std::printf("{\"running\":%s,\"pid\":%d}\n", process ? "true" : "false", number);
  } else if (process) {
    std::printf("%s: running as process %d\n", call.product.name.c_str(), number);
  } else {
    std::printf("%s: %s\n", call.product.name.c_str(), not_running(call).c_str());
  }
  return process ? exit_ok : exit_not_running;
}

std::vector<Preference> in_background(const Call& call) {
  return {{"log.file", call.settings->text("data.folder") + "/" + call.product.name + ".log"}};
}

std::vector<Preference> where_daemonized(const Call& call) {
  return call.daemonize ? in_background(call) : std::vector<Preference>{};
}

/// What print_demo() tells.
std::vector<Preference> where_demo(const Call& call) {
  std::vector<Preference> all = where_daemonized(call);
  if (!call.given.contains("--demo")) return all;
  for (const auto& module : call.product.modules) {
    const auto part = module->demo().settings;
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// Where developers look for a development server.
std::vector<Preference> where_developed(const Call&) {
  return {{"http.address", "127.0.0.1"}, {"http.port", "5000"}, {"log.level", "debug"}};
}

bool has_demo(const Product& product) {
  return std::ranges::any_of(product.modules,
                             [](const auto& module) { return module->demo().text != nullptr; });
}

}  // namespace

std::vector<Command> process_commands(const Process& process) {
  Command serving{.name = "serve",
                  .help = "run in the foreground",
                  .run = [&process](const Call& call) { return serve(process, call); },
                  .preferences = where_demo};
  if (has_demo(process.product)) {
    serving.arguments = {flag("--demo", "add what there is to show (loopback only)")};
  }
  return {
      std::move(serving),
      {.name = "start",
       .help = "run; with -d in the background",
       .run = [&process](const Call& call) { return start(process, call); },
       .preferences = where_daemonized},
      {.name = "rundev",
       .help = "serve for development: on 127.0.0.1:5000, with more in the log",
       .run = [&process](const Call& call) { return serve(process, call); },
       .preferences = where_developed},
      {.name = "runproduct",
       .help = "start with the settings of deployment; with -d in the background",
       .run = [&process](const Call& call) { return start(process, call); },
       .environment = "deployment",
       .preferences = where_daemonized},
      {.name = "stop",
       .help = "end the running one after it has answered what it began",
       .run = stop,
       .references = settings::Which::plain},
      {.name = "restart",
       .help = "replace the running one by the program and settings files of now, without a gap",
       .run = [&process](const Call& call) { return restart(process, call); },
       .preferences = in_background},
      {.name = "reload",
       .help = "let the running one read its TLS certificates again and reopen its log",
       .run = reload,
       .references = settings::Which::plain},
      {.name = "status",
       .help = "say whether it runs (exit status 0, else 3)",
       .run = status,
       .references = settings::Which::plain},
  };
}

}  // namespace mainstay::commands
