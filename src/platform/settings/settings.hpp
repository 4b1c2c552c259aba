#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::settings {

/// In variables, flags and fallbacks: true, false, 1 or 0; 42; "250ms" "10s" "5m" "2h" "1d" (0
/// needs no unit); 512 "64KiB" "1MiB" "2GiB"; "a, b". In files TOML's own texts, booleans, integers
/// and arrays (no commas inside an element): numbers and booleans without quotes, durations in
/// quotes, bytes either way.
enum class Kind : std::uint8_t { text, boolean, integer, duration, bytes, list };

/// What a module declares about one of its settings. Strings are literals.
struct Spec {
  std::string_view key;  // dotted: "http.port"
  Kind kind = Kind::text;
  std::string_view fallback = {};  // must be an allowed value itself (MS_CHECK)
  std::string_view help = {};      // one sentence, for `settings explain` and the README's table
  bool secret = false;             // never printed whole
  // Further environment variables: "PORT". The first that is set and not empty counts.
  std::vector<std::string_view> variables = {};
  std::vector<std::string_view> choices = {};  // the only values allowed, when not empty
  // Of integers, of bytes, and of durations in milliseconds.
  std::int64_t least = INT64_MIN;
  std::int64_t most = INT64_MAX;
};

enum class Errc : std::uint8_t {
  unknown_key = 1,
  bad_value,
  bad_file,
  unknown_environment,
  secret_unavailable
};
const ErrorRow& error_row(Errc code);

/// What the outside gives. The caller (src/commands) collects it, so that tests need no process
/// environment.
struct Sources {
  std::string folder = "settings";  // base.toml, <environment>.toml, local.toml
  // --env; else MAINSTAY_ENV; else the one line of the file `<folder>/environment`; else the
  // fallback.
  std::optional<std::string> environment;
  std::string fallback_environment = "development";
  std::string dot_env;  // a file of variables, read in development; "": none
  std::map<std::string, std::string> variables;  // the process environment
  std::map<std::string, std::string> flags;      // key -> text, from the command line
};

class References;

/// Which references resolve() reads.
enum class Which : std::uint8_t {
  all,
  none,
  plain,  // those of settings that are no secrets: enough to find a process or a folder
};

/// All settings, checked. Immutable behind load() and resolve(): any thread.
class Settings {
 public:
  /// Layers, later wins: fallbacks < base < environment file (staging: deployment, then staging;
  /// one of the project's own: what it extends, then itself) < local (development only) <
  /// conf.d/*.toml < variables (the Spec's own, then MAINSTAY__SECTION__KEY; in development also
  /// those of `.env`, which never outdo the process's) < flags. An unknown key or variable
  /// MAINSTAY__... is an error that names the nearest known one. Files that are missing are no
  /// error, other failures name the path; bad values say where they are (file:line) and what is
  /// allowed. Values that are references (platform/settings/references.hpp) are left as they are:
  /// until resolve() the fallback stands in for them.
  static Result<Settings> load(std::span<const Spec> specs, const Sources& sources);

  /// Reads what the winning values refer to, each reference once, and checks it. What is empty is
  /// refused (Errc::secret_unavailable with the place, the setting and the reference).
  Result<> resolve(References& references, Which which = Which::all);

  /// The built-in environment behind it: another one than environment() for a project's own.
  [[nodiscard]] const std::string& root_environment() const { return root_environment_; }
  /// The process's variables and those of `.env`.
  [[nodiscard]] const std::map<std::string, std::string>& variables() const { return variables_; }
  [[nodiscard]] const std::string& environment() const { return environment_; }

  /// Whether nothing but its declaration says what it is.
  [[nodiscard]] bool is_default(std::string_view key) const;

  /// The variables of their own that secret settings are read from, besides MAINSTAY__...: nothing
  /// for programs of others that this one starts.
  [[nodiscard]] std::vector<std::string> secret_variables() const;

  /// MS_CHECK that the key was declared with that kind.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] bool boolean(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] Millis duration(std::string_view key) const;
  [[nodiscard]] std::uint64_t bytes(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;

  struct Layer {
    std::string value /* masked when secret */, source;
  };
  struct Explained {
    std::string key, value /* a reference as such; else masked when secret */,
        source /* "default", "settings/base.toml:3", "variable PORT", "flag" */, help;
    bool is_default = false;
    bool is_reference = false;
    std::vector<Layer> layers = {};  // all that set it, the winner last
  };
  [[nodiscard]] std::vector<Explained> explain() const;

 private:
  struct Assigned {
    std::string value;  // as written: it may be a reference
    std::string source;
  };
  struct Entry {
    Spec spec;
    std::string value;               // in force
    std::vector<Assigned> assigned;  // weakest first, never empty
  };
  friend class Layers;
  [[nodiscard]] const std::string& value_of(std::string_view key, Kind kind) const;

  std::string environment_;
  std::string root_environment_;
  std::map<std::string, std::string> variables_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace mainstay::settings
