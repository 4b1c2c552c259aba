#include "platform/store/open.hpp"

#include <chrono>
#include <filesystem>
#include <poll.h>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/random.hpp"
#include "platform/store/backoff.hpp"
#include "platform/store/postgres_protocol.hpp"

namespace mainstay::store {
namespace {

constexpr Millis told_every{3'000};

bool is_server(const std::string& url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

Result<std::string> sqlite_path(const std::string& url, const std::string& default_path) {
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme)) {
    return Error{Errc::refused,
                 "its URL (store.url, DATABASE_URL) begins with sqlite: or postgres://"};
  }
  std::string path = url.substr(scheme.size());
  return path.empty() ? default_path : path;
}

Result<std::unique_ptr<Store>> open_server(const OpenOptions& options) {
  const PostgresOptions wanted{
      .url = options.url, .statement_timeout = options.statement_timeout, .seed = secret_u64()};
  const SteadyTime begun = std::chrono::steady_clock::now();
  SteadyTime told = begun - told_every;
  Backoff pause{Millis{50}, Millis{1'000}, wanted.seed};
  for (;;) {
    auto opened = open_postgres(wanted);
    const SteadyTime now = std::chrono::steady_clock::now();
    const bool may_come = opened.has_error() && opened.error().retryable();
    if (!may_come || now - begun >= options.wait_max) return opened;
    if (now - told >= told_every) {
      options.on_wait(opened.error());
      told = now;
    }
    ::poll(nullptr, 0, static_cast<int>(pause.after_failure().count()));
  }
}

}  // namespace

Result<std::unique_ptr<Store>> open(const OpenOptions& options) {
  if (is_server(options.url)) return open_server(options);
  MS_TRY(auto path, sqlite_path(options.url, options.default_path));
  return open_sqlite({.path = std::move(path)});
}

Result<ShellTarget> shell_target(const std::string& url, const std::string& default_path) {
  if (is_server(url)) {
    MS_TRY(const auto address, PostgresAddress::parse(url, {}));
    return ShellTarget{"psql", "postgresql-client", {}, address.variables()};
  }
  MS_TRY(auto path, sqlite_path(url, default_path));
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) {
    return Error{Errc::refused, path + ": there is no database yet; `migrate up` makes it"};
  }
  return ShellTarget{"sqlite3", "sqlite3", {std::move(path)}};
}

}  // namespace mainstay::store
