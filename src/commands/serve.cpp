#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "application.hpp"
#include "commands/commands.hpp"
#include "commands/daemon.hpp"
#include "commands/invocation.hpp"
#include "commands/pid_file.hpp"

namespace mainstay::commands {
namespace {

/// Signals are waited for on the main thread; every other thread inherits them blocked.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a client that hung up is an error code, not a signal
  return signals;
}

void wait_for_end(Application& application, const sigset_t& signals) {
  int signal = 0;
  do {
    ::sigwait(&signals, &signal);
    if (signal == SIGHUP) application.reopen_log();
  } while (signal == SIGHUP);
}

void print_demo(const std::string& address) {
  const std::string call = address + "/transactions/";
  const std::string who = "?provider_key=demo-provider&service_id=demo&user_key=demo-user";
  std::fprintf(stderr,
               "\nA demo tenant is ready: at most 2 hits a minute. Try\n"
               "  curl '%sauthorize.xml%s'\n"
               "  curl -i '%sauthrep.xml%s&usage%%5Bhits%%5D=1'    three times: 200, 200, 409\n"
               "  curl -i '%s/demo/echo?user_key=demo-echo'    a gated route: 200, 200, 429\n"
               "  curl -u demo:demo %s/internal/services/demo/applications/demo-app/utilization/\n"
               "or open %s/ in a browser. Ctrl-C ends it.\n\n",
               call.c_str(), who.c_str(), call.c_str(), who.c_str(), address.c_str(),
               address.c_str(), address.c_str());
}

int fail(const Error& error, Daemon* daemon) {
  const std::string line = "mainstay: " + error.message() + "\n";
  std::fputs(line.c_str(), stderr);
  if (daemon != nullptr) daemon->say("");
  return exit_failed;
}

/// Runs until a signal ends it. `daemon` is told once requests are answered.
int run_until_signal(const Invocation& invocation, const settings::Settings& settings,
                     bool with_pid_file, Daemon* daemon) {
  const sigset_t signals = block_signals();
  std::optional<PidFile> pid_file;
  if (with_pid_file) {
    if (auto made = make_data_folder(settings); made.has_error()) return fail(made.error(), daemon);
    auto claimed = PidFile::claim(pid_file_path(invocation, settings));
    if (claimed.has_error()) return fail(claimed.error(), daemon);
    pid_file.emplace(std::move(*claimed));
  }
  Application application{settings, {.demo = invocation.demo}};
  if (auto started = application.start(); started.has_error()) return fail(started.error(), daemon);
  std::string listening;
  for (const std::string& address : application.addresses()) {
    listening.append("mainstay: listening on ").append(address).append("\n");
  }
  std::fputs(listening.c_str(), stderr);
  if (invocation.demo) print_demo(application.addresses().front());
  if (daemon != nullptr) daemon->say(listening);
  wait_for_end(application, signals);
  application.stop();
  return exit_ok;
}

int start_in_background(const Invocation& invocation, const settings::Settings& settings) {
  if (const auto running = running_process(pid_file_path(invocation, settings))) {
    std::fprintf(stderr, "mainstay: already running as process %d; `mainstay stop` ends it\n",
                 static_cast<int>(*running));
    return exit_failed;
  }
  auto daemon = Daemon::fork();
  if (daemon.has_error()) return fail(daemon.error(), nullptr);
  if (daemon->side() == Daemon::Side::child) {
    return run_until_signal(invocation, settings, true, &*daemon);
  }
  const std::string word = daemon->wait_for_word();
  if (word.empty()) return exit_failed;  // the child has said why on standard error
  std::printf("%smainstay: started as process %d\n", word.c_str(),
              static_cast<int>(daemon->child()));
  return exit_ok;
}

}  // namespace

int serve(const Invocation& invocation, const settings::Settings& settings) {
  return run_until_signal(invocation, settings, !invocation.pid_file.empty(), nullptr);
}

int start(const Invocation& invocation, const settings::Settings& settings) {
  if (invocation.daemonize) return start_in_background(invocation, settings);
  return run_until_signal(invocation, settings, true, nullptr);
}

int stop(const Invocation& invocation, const settings::Settings& settings) {
  const auto path = pid_file_path(invocation, settings);
  const auto process = running_process(path);
  if (!process) {
    std::fprintf(stderr, "mainstay: not running (no process holds %s)\n", path.c_str());
    return exit_ok;
  }
  const Millis patience = settings.duration("http.drain") + Millis{5'000};
  if (!terminate(*process, patience)) {
    std::fprintf(stderr, "mainstay: process %d has not ended after %lld ms\n",
                 static_cast<int>(*process), static_cast<long long>(patience.count()));
    return exit_failed;
  }
  std::printf("mainstay: stopped process %d\n", static_cast<int>(*process));
  return exit_ok;
}

int restart(const Invocation& invocation, const settings::Settings& settings) {
  if (const int stopped = stop(invocation, settings); stopped != exit_ok) return stopped;
  return start_in_background(invocation, settings);
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
