#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "application.hpp"
#include "commands/commands.hpp"
#include "commands/daemon.hpp"
#include "commands/invocation.hpp"
#include "commands/life.hpp"
#include "commands/outcome.hpp"
#include "commands/pid_file.hpp"

namespace mainstay::commands {
namespace {

constexpr Millis start_max{120'000};  // of a successor, with all that it recovers

int fail(const Error& error) {
  std::fprintf(stderr, "mainstay: %s\n", error.message().c_str());
  return exit_failed;
}

int start_in_background(const Invocation& invocation, const settings::Settings& settings) {
  if (const auto running = running_process(pid_file_path(invocation, settings))) {
    std::fprintf(stderr, "mainstay: already running as process %d; `mainstay stop` ends it\n",
                 static_cast<int>(*running));
    return exit_failed;
  }
  auto daemon = Daemon::fork();
  if (daemon.has_error()) return fail(daemon.error());
  if (daemon->side() == Daemon::Side::child) return live(invocation, settings, true, &*daemon);
  const std::string word = daemon->wait_for_word();
  if (word.empty()) return exit_failed;  // the child has said why on standard error
  std::printf("%smainstay: started as process %d\n", word.c_str(),
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
std::optional<std::string> new_flag(const Invocation& ours, pid_t process) {
  auto line = command_line_of(process);
  std::vector<char*> arguments;
  for (std::string& one : line) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  const auto theirs = parse(static_cast<int>(line.size()), arguments.data());
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
int ask_process(const Invocation& invocation, const settings::Settings& settings, pid_t process,
                int signal) {
  const auto path = pid_file_path(invocation, settings);
  const std::uint64_t before = read_outcome(path).number;
  const Millis patience =
      settings.duration("http.drain") + settings.duration("http.handover_pause") + start_max;
  Outcome outcome;
  const Asked asked = ask(process, signal, patience, [&] {
    outcome = read_outcome(path);
    return outcome.number > before;
  });
  const int number = static_cast<int>(process);
  if (asked == Asked::done && outcome.good) {
    std::printf("mainstay: process %d %s\n", number, outcome.text.c_str());
    return exit_ok;
  }
  if (asked == Asked::done) {
    std::fprintf(stderr, "mainstay: process %d goes on as it was: %s\n", number,
                 outcome.text.c_str());
  } else if (asked == Asked::ended) {
    std::fprintf(stderr, "mainstay: process %d has ended; its log says why\n", number);
  } else {
    std::fprintf(stderr, "mainstay: process %d has not answered; its log says more\n", number);
  }
  return exit_failed;
}

}  // namespace

int serve(const Invocation& invocation, const settings::Settings& settings) {
  if (invocation.check) return check(invocation, settings);
  return live(invocation, settings, !invocation.pid_file.empty(), nullptr);
}

int start(const Invocation& invocation, const settings::Settings& settings) {
  if (invocation.check) return check(invocation, settings);
  const bool is_handed_over = invocation.handover.process == ::getpid();
  if (invocation.daemonize && !is_handed_over) return start_in_background(invocation, settings);
  return live(invocation, settings, true, nullptr);
}

int stop(const Invocation& invocation, const settings::Settings& settings) {
  const auto path = pid_file_path(invocation, settings);
  const auto process = running_process(path);
  if (!process) {
    std::fprintf(stderr, "mainstay: not running (no process holds %s)\n", path.c_str());
    return exit_ok;
  }
  const Millis patience =
      settings.duration("http.drain_delay") + settings.duration("http.drain") + Millis{5'000};
  if (!terminate(*process, patience)) {
    std::fprintf(stderr, "mainstay: process %d has not ended after %lld ms\n",
                 static_cast<int>(*process), static_cast<long long>(patience.count()));
    return exit_failed;
  }
  std::printf("mainstay: stopped process %d\n", static_cast<int>(*process));
  return exit_ok;
}

int restart(const Invocation& invocation, const settings::Settings& settings) {
  const auto process = running_process(pid_file_path(invocation, settings));
  if (!process) return start_in_background(invocation, settings);
  if (const auto flag = new_flag(invocation, *process)) {
    std::fprintf(stderr,
                 "mainstay: process %d keeps the flags and environment that it was started with, "
                 "and %s is not among them so; set it in a settings file, or stop and start\n",
                 static_cast<int>(*process), flag->c_str());
    return exit_usage;
  }
  return ask_process(invocation, settings, *process, SIGHUP);
}

int reload(const Invocation& invocation, const settings::Settings& settings) {
  const auto path = pid_file_path(invocation, settings);
  const auto process = running_process(path);
  if (process) return ask_process(invocation, settings, *process, SIGUSR2);
  std::fprintf(stderr, "mainstay: not running (no process holds %s)\n", path.c_str());
  return exit_not_running;
}

int status(const Invocation& invocation, const settings::Settings& settings) {
  const auto path = pid_file_path(invocation, settings);
  const auto process = running_process(path);
  if (invocation.json) {
    std::printf("{\"running\":%s,\"pid\":%d}\n", process ? "true" : "false",
                static_cast<int>(process.value_or(0)));
  } else if (process) {
    std::printf("mainstay: running as process %d\n", static_cast<int>(*process));
  } else {
    std::printf("mainstay: not running (no process holds %s)\n", path.c_str());
  }
  return process ? exit_ok : exit_not_running;
}

}  // namespace mainstay::commands
