#include "commands/life.hpp"

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <termios.h>
#include <unistd.h>

#include "commands/outcome.hpp"
#include "commands/pid_file.hpp"
#include "commands/user.hpp"
#include "platform/log/log.hpp"
#include "platform/program/application.hpp"
#include "platform/program/stores.hpp"

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

/// `serve` alone declares the flag.
bool is_demo(const Call& call) { return call.given.contains("--demo"); }

void print_demo(const Product& product, const std::string& address) {
  std::string text = "\n";
  for (const auto& module : product.modules) {
    if (const Demo demo = module->demo(); demo.text != nullptr) text += demo.text(address);
  }
  text += "or open " + address + "/ in a browser. Ctrl-C ends it.\n\n";
  std::fputs(text.c_str(), stderr);
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
  Life(const Process& process, const Call& call)
      : process_(process), call_(call), settings_(*call.settings), handover_(process.handover) {
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

  const Process& process_;
  const Call& call_;
  const settings::Settings& settings_;
  Handover handover_;  // from the former program; empty once that is out of reach
  std::optional<PidFile> pid_file_;
  std::optional<Application> application_;
  const bool had_terminal_ = ::isatty(STDERR_FILENO) == 1;
};

Result<> Life::begin(bool with_pid_file) {
  const bool succeeds = !handover_.listeners.empty();
  MS_TRY(auto bindings, adopt(handover_));
  application_.emplace(call_.product, settings_, Application::Options{.demo = is_demo(call_)});
  MS_TRY_VOID(application_->bind(std::move(bindings)));
  MS_TRY_VOID(become_user(settings_));
  if (with_pid_file) MS_TRY_VOID(claim_pid_file());
  MS_TRY_VOID(application_->start());
  forget(handover_);
  handover_ = {};
  if (succeeds) tell(true, "restarted as version " + call_.product.version);
  return {};
}

Result<> Life::claim_pid_file() {
  const auto path = pid_file_path(call_);
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
  become_former(process_.program, handover_);
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
  const auto checked = process_.program.check(offer.text(), check_deadline);
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
  const Error failed = process_.program.become_new(handover.text());
  // The path lost its program since the check: go on as the one that runs.
  call_.say(failed.message() + "; going on as before");
  handover.former = -1;
  const Error again = process_.program.become(self, handover.text());
  call_.say(again.message() + "; ending");
  std::_Exit(exit_failed);
}

Result<> check_start(const Process& process, const Call& call) {
  const Handover& handover = process.handover;
  const bool is_asked = handover.process == ::getppid();
  Application application{call.product, *call.settings, {.demo = is_demo(call)}};
  MS_TRY_VOID(
      application.check_ports(is_asked ? addresses_of(handover) : std::vector<http::Binding>{}));
  MS_TRY_VOID(become_user(*call.settings));
  return application.check();
}

}  // namespace

int live(const Process& process, const Call& call, bool with_pid_file, Daemon* daemon) {
  const sigset_t signals = block_signals();
  Life life{process, call};
  if (auto begun = life.begin(with_pid_file); begun.has_error()) {
    const Error error = begun.error();
    life.go_back(error);
    call.say(error.message());
    if (daemon != nullptr) daemon->say("");
    return exit_failed;
  }
  std::string listening;
  const auto addresses = life.application().addresses();
  for (const std::string& address : addresses) {
    listening.append(call.product.name).append(": listening on ").append(address).append("\n");
  }
  std::fputs(listening.c_str(), stderr);
  if (is_demo(call)) print_demo(call.product, addresses.front());
  if (daemon != nullptr) daemon->say(listening);
  life.serve(signals);
  return exit_ok;
}

int check(const Process& process, const Call& call) {
  const auto checked = check_start(process, call);
  if (checked.has_error()) return call.fail(checked.error());
  call.say("it would start");
  return exit_ok;
}

}  // namespace mainstay::commands
