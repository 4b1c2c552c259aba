#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/result.hpp"

namespace mainstay::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { text, json };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view{v}) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view{v}) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class T>
    requires std::is_integral_v<T>
  Field(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

struct Options {
  Level level = Level::info;
  Format format = Format::text;
  std::string file{};            // empty: standard error; reopened by reopen() for logrotate
  std::size_t queue_max = 8192;  // up to 1,000,000 lines waiting for the writer; beyond it the
                                 // oldest is dropped and counted
};

/// One structured line an event: dotted name and fixed keys, `log.info("apim.webhook.failed",
/// {{"status", 500}})`. Any thread; a background thread writes, so a slow disk never stops a
/// caller. Values are escaped: one event is always one line. Callers mask credentials
/// (base/text.hpp masked()). Open it after the process has become a daemon: threads do not survive
/// a fork.
class Log {
 public:
  static Result<std::unique_ptr<Log>> open(const Options& options);
  ~Log();  // writes what is queued

  void debug(std::string_view event, std::initializer_list<Field> fields = {});
  void info(std::string_view event, std::initializer_list<Field> fields = {});
  void warning(std::string_view event, std::initializer_list<Field> fields = {});
  void error(std::string_view event, std::initializer_list<Field> fields = {});
  [[nodiscard]] bool enabled(Level level) const;

  /// A whole line of somebody else's format (the access log); `\n` is added.
  void raw_line(std::string_view line);

  /// Waits until what was logged before the call is in the file, five seconds at most.
  void flush();
  /// Opens the file anew, for logrotate. When that fails, the old one stays and an error line says
  /// so. Not from a signal handler.
  void reopen();
  /// Lines lost so far: pushed out of the full queue, or refused by a full disk.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class Errc : std::uint8_t { open_failed = 1 };
const ErrorRow& error_row(Errc code);

}  // namespace mainstay::log
