#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/settings/settings.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay {

enum class ApplicationErrc : std::uint8_t { unsafe = 1, data_folder, setting };
const ErrorRow& error_row(ApplicationErrc code);

/// The product: the platform and the applications, put together in one place. Life: construct,
/// start(), stop(); stop() also undoes half a start. One thread.
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

  /// After success the listeners answer.
  Result<> start();
  /// Refuses new work, answers what has begun, ends everything in reverse order.
  void stop();
  /// Opens the log file anew (SIGHUP).
  void reopen_log();

  /// "http://127.0.0.1:3000", one for each listener.
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The folder of all embedded engines' files; made with mode 0700 when it is not there.
Result<> make_data_folder(const settings::Settings& settings);

/// The relational store that the settings name, for commands that need nothing else.
Result<std::unique_ptr<store::Store>> open_store(const settings::Settings& settings);

}  // namespace mainstay
