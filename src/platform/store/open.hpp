#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

struct OpenOptions {
  std::string url;                // sqlite:PATH, postgres://... or postgresql://...
  std::string default_path = {};  // of "sqlite:" without one
  Millis statement_timeout{30'000};
  Millis wait_max{0};  // for a server that does not answer yet
  /// Told at once and every few seconds while it waits: what it waits for.
  std::function<void(const Error&)> on_wait = [](const Error&) {};
};

/// Opens the store that the URL names. What waiting cannot mend (no such database, a wrong
/// password: Errc::refused) is not waited for. Errors never repeat the URL, which may hold a
/// password. Blocks for wait_max and one connect timeout at most.
Result<std::unique_ptr<Store>> open(const OpenOptions& options);

/// The engine's own shell on a store: what to run, with a password in the environment only.
struct ShellTarget {
  std::string program;
  std::string package;  // that has it, in Debian
  std::vector<std::string> arguments = {};
  std::vector<std::pair<std::string, std::string>> variables = {};
};
/// Errc::refused for a URL that is none, and for an SQLite file that is not there: the shell would
/// make an empty one.
Result<ShellTarget> shell_target(const std::string& url, const std::string& default_path);

}  // namespace mainstay::store
