#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/http/binding.hpp"
#include "platform/settings/settings.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::log {
class Log;
}

namespace mainstay {

enum class ApplicationErrc : std::uint8_t { unsafe = 1, data_folder, setting };
const ErrorRow& error_row(ApplicationErrc code);

/// The product: the platform and the applications, put together in one place. Life: construct,
/// bind(), start(), then stop() or hand_over(); stop() also undoes half a start. One thread.
class Application {
 public:
  /// Everything that can be set, of the platform and of all applications.
  static std::vector<settings::Spec> setting_specs();
  /// All schema changes.
  static std::vector<store::Migration> migrations();

  struct Options {
    bool demo = false;  // a demo tenant; loopback only
  };
  Application(const settings::Settings& settings, Options options);
  ~Application();

  /// Binds the listeners' ports, and touches nothing else: root can be given up behind it. Where
  /// `handed_over` has the address, its sockets are taken; others of it are closed.
  Result<> bind(std::vector<http::Binding> handed_over = {});
  /// After success the listeners answer.
  Result<> start();
  /// What bind() would refuse. `taken`: the addresses that a process will leave (without sockets).
  Result<> check_ports(std::vector<http::Binding> taken);
  /// After check_ports(): what start() would refuse, as far as can be seen while another process
  /// serves from the same folder.
  Result<> check();

  /// From now on /readiness says no, while everything is served as before.
  void fail_readiness();
  /// Refuses new work, answers what has begun, ends everything in reverse order.
  void stop();
  /// The same for a restart: nothing is refused, since new clients wait for the successor that gets
  /// these sockets. All files are closed behind it.
  std::vector<http::Binding> hand_over();

  /// Opens the log file anew.
  void reopen_log();
  /// Reads the TLS certificate and key again; on failure the old ones stay.
  Result<> reload_certificates();
  /// After start().
  [[nodiscard]] log::Log& log() const;

  /// "http://127.0.0.1:3000", one for each listener.
  [[nodiscard]] std::vector<std::string> addresses() const;
  /// The listeners' names and bound addresses, after bind(); without sockets.
  [[nodiscard]] std::vector<http::Binding> listening() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The folder of all embedded engines' files; made with mode 0700 when it is not there.
Result<> make_data_folder(const settings::Settings& settings);

/// The relational store that the settings name, for commands that need nothing else.
Result<std::unique_ptr<store::Store>> open_store(const settings::Settings& settings);
/// The same, its schema brought up to date where the settings allow that, or refused.
Result<std::unique_ptr<store::Store>> open_current_store(const settings::Settings& settings,
                                                         SystemTime now);

}  // namespace mainstay
