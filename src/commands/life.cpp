#include "commands/life.hpp"

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <termios.h>
#include <unistd.h>

#include "application.hpp"
#include "commands/commands.hpp"
#include "commands/outcome.hpp"
#include "commands/pid_file.hpp"
#include "commands/user.hpp"
#include "platform/log/log.hpp"

namespace mainstay::commands {
namespace {

constexpr Millis check_deadline{30'000};  // a stop has to wait for it

/// Signals are waited for on the main thread; every other thread inherits them blocked, and so does
/// the program that this process is handed over to: none is lost in between.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a client that hung up is an error code, not a signal
  return signals;
}

/// A terminal that was closed sends SIGHUP too, and wants the process to end.
bool has_lost_terminal(bool had_terminal) {
  termios ignored{};
  return had_terminal && ::tcgetattr(STDERR_FILENO, &ignored) != 0;
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

/// The steps between the ports and the data folder, which root takes once.
Result<> become_user(const settings::Settings& settings) {
  const std::string& name = settings.text("process.user");
  const std::filesystem::path folder = settings.text("data.folder");
  if (name.empty()) return make_data_folder(settings);
  MS_TRY(const User user, find_user(name));
  if (::geteuid() == 0) MS_TRY_VOID(make_folder_for(user, folder));
  MS_TRY_VOID(become(user));
  MS_TRY_VOID(make_data_folder(settings));
  return check_access(folder);
}

class Life {
 public:
  Life(const Invocation& invocation, const settings::Settings& settings)
      : invocation_(invocation), settings_(settings), handover_(invocation.handover) {
    // Left by somebody else: a variable that was inherited by mistake.
    if (handover_.process != ::getpid()) handover_ = {};
    set_inheritable(handover_, false);
  }

  Result<> begin(bool with_pid_file);
  /// After begin() failed: the former program takes over again, if there was one.
  void go_back(const Error& reason);
  void serve(const sigset_t& signals);

  [[nodiscard]] const Application& application() const { return *application_; }

 private:
  Result<> claim_pid_file();
  void stop(const sigset_t& signals);
  void restart();
  void reload();
  void tell(bool good, const std::string& text);
  [[noreturn]] void hand_over();

  const Invocation& invocation_;
  const settings::Settings& settings_;
  Handover handover_;  // from the former program; empty once that is out of reach
  std::optional<PidFile> pid_file_;
  std::optional<Application> application_;
  const bool had_terminal_ = ::isatty(STDERR_FILENO) == 1;
};

Result<> Life::begin(bool with_pid_file) {
  const bool succeeds = !handover_.listeners.empty();
  MS_TRY(auto bindings, adopt(handover_));
  application_.emplace(settings_, Application::Options{.demo = invocation_.demo});
  MS_TRY_VOID(application_->bind(std::move(bindings)));
  MS_TRY_VOID(become_user(settings_));
  if (with_pid_file) MS_TRY_VOID(claim_pid_file());
  MS_TRY_VOID(application_->start());
  forget(handover_);
  handover_ = {};
  if (succeeds) tell(true, "restarted as version " MS_VERSION);
  return {};
}

Result<> Life::claim_pid_file() {
  const auto path = pid_file_path(invocation_, settings_);
  if (handover_.pid_file >= 0) {
    pid_file_.emplace(PidFile::adopt(path, handover_.pid_file));
    return {};
  }
  MS_TRY(auto claimed, PidFile::claim(path));
  pid_file_.emplace(std::move(claimed));
  return {};
}

void Life::go_back(const Error& reason) {
  application_.reset();
  if (handover_.former < 0) return;
  tell(false, reason.message());
  if (pid_file_) handover_.pid_file = std::move(*pid_file_).keep();
  become_former(invocation_.program, handover_);
}

void Life::serve(const sigset_t& signals) {
  for (;;) {
    int signal = 0;
    ::sigwait(&signals, &signal);
    switch (signal) {
      case SIGUSR1:
        application_->reopen_log();
        break;
      case SIGUSR2:
        reload();
        break;
      case SIGHUP:
        if (has_lost_terminal(had_terminal_)) return stop(signals);
        restart();
        break;
      default:
        return stop(signals);
    }
  }
}

/// Not ready first, so that load balancers leave; a second signal to end cuts the wait short.
void Life::stop(const sigset_t& signals) {
  application_->fail_readiness();
  const auto deadline = MachineClock{}.steady() + settings_.duration("http.drain_delay");
  for (;;) {
    const auto left = deadline - MachineClock{}.steady();
    if (left <= left.zero()) break;
    const auto seconds = std::chrono::floor<Seconds>(left);
    const timespec wait{seconds.count(), (left - seconds).count()};
    const int signal = ::sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGTERM || signal == SIGINT) break;
  }
  application_->stop();
}

void Life::reload() {
  application_->reopen_log();
  const auto done = application_->reload_certificates();
  if (done.has_error()) {
    application_->log().error("mainstay.certificates.refused", {{"error", done.error().message()}});
    return tell(false, done.error().message());
  }
  application_->log().info("mainstay.reloaded");
  tell(true, "reloaded");
}

void Life::tell(bool good, const std::string& text) {
  if (pid_file_) write_outcome(pid_file_->path(), good, text);
}

/// The new program is asked first, beside this one. What it would refuse changes nothing here.
void Life::restart() {
  Handover offer;
  offer.process = ::getpid();
  for (const auto& binding : application_->listening()) {
    offer.listeners.push_back(described(binding));
  }
  const auto checked = invocation_.program.check(offer.text(), check_deadline);
  if (checked.has_value()) hand_over();
  application_->log().error("mainstay.restart.refused", {{"error", checked.error().detail()}});
  tell(false, checked.error().message());
}

void Life::hand_over() {
  application_->log().info("mainstay.handing_over");
  const auto bindings = application_->hand_over();
  application_.reset();  // journals, store and log are closed: they have one owner at a time
  Handover handover;
  handover.process = ::getpid();
  for (const auto& binding : bindings) handover.listeners.push_back(described(binding));
  if (pid_file_) handover.pid_file = std::move(*pid_file_).keep();
  const int self = Program::open_running();
  handover.former = self;
  set_inheritable(handover, true);
  const Error failed = invocation_.program.become_new(handover.text());
  // The path lost its program since the check: go on as the one that runs.
  std::fprintf(stderr, "mainstay: %s; going on as before\n", failed.message().c_str());
  handover.former = -1;
  const Error again = invocation_.program.become(self, handover.text());
  std::fprintf(stderr, "mainstay: %s; ending\n", again.message().c_str());
  std::_Exit(exit_failed);
}

int fail(const Error& error, Daemon* daemon) {
  const std::string line = "mainstay: " + error.message() + "\n";
  std::fputs(line.c_str(), stderr);
  if (daemon != nullptr) daemon->say("");
  return exit_failed;
}

Result<> check_start(const Invocation& invocation, const settings::Settings& settings) {
  const Handover& handover = invocation.handover;
  const bool is_asked = handover.process == ::getppid();
  Application application{settings, {.demo = invocation.demo}};
  MS_TRY_VOID(
      application.check_ports(is_asked ? addresses_of(handover) : std::vector<http::Binding>{}));
  MS_TRY_VOID(become_user(settings));
  return application.check();
}

}  // namespace

int live(const Invocation& invocation, const settings::Settings& settings, bool with_pid_file,
         Daemon* daemon) {
  const sigset_t signals = block_signals();
  Life life{invocation, settings};
  if (auto begun = life.begin(with_pid_file); begun.has_error()) {
    const Error error = begun.error();
    life.go_back(error);
    return fail(error, daemon);
  }
  std::string listening;
  const auto addresses = life.application().addresses();
  for (const std::string& address : addresses) {
    listening.append("mainstay: listening on ").append(address).append("\n");
  }
  std::fputs(listening.c_str(), stderr);
  if (invocation.demo) print_demo(addresses.front());
  if (daemon != nullptr) daemon->say(listening);
  life.serve(signals);
  return exit_ok;
}

int check(const Invocation& invocation, const settings::Settings& settings) {
  const auto checked = check_start(invocation, settings);
  if (checked.has_error()) return fail(checked.error(), nullptr);
  std::fputs("mainstay: it would start\n", stderr);
  return exit_ok;
}

}  // namespace mainstay::commands
