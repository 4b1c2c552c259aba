#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/http/binding.hpp"
#include "platform/http/router.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::log {
class Log;
}

namespace mainstay {

struct Product;

/// A product that runs: the platform and its modules, put together. Life: construct, bind(),
/// start(), then stop() or hand_over(); stop() also undoes half a start. One thread. At most one at
/// a time for a product, whose modules live in it.
class Application {
 public:
  struct Options {
    bool demo = false;  // what the modules have to show; loopback only
  };
  /// Both outlive it.
  Application(const Product& product, const settings::Settings& settings, Options options);
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

  struct RouteRow {
    std::string module;    // "platform" for what every product has
    std::string listener;  // whose it is: "http", "admin", or one of a module's own
    http::Router::Route route;
  };
  /// Instead of bind() and start(): everything is made as for serving, from a data folder that
  /// should be a scratch one, and nothing is bound. stop() behind it.
  Result<std::vector<RouteRow>> routes();

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
  /// All listeners' names and bound addresses, after bind(), also of those for protocols of
  /// modules' own; without sockets.
  [[nodiscard]] std::vector<http::Binding> listening() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay
