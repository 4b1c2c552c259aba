#include "platform/store/open.hpp"

#include <chrono>
#include <poll.h>
#include <string_view>

#include "base/random.hpp"
#include "platform/store/backoff.hpp"

namespace mainstay::store {
namespace {

constexpr Millis told_every{3'000};

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
  constexpr std::string_view sqlite = "sqlite:";
  if (options.url.starts_with("postgres://") || options.url.starts_with("postgresql://")) {
    return open_server(options);
  }
  if (!options.url.starts_with(sqlite)) {
    return Error{Errc::refused,
                 "its URL (store.url, DATABASE_URL) begins with sqlite: or postgres://"};
  }
  const std::string path = options.url.substr(sqlite.size());
  return open_sqlite({.path = path.empty() ? options.default_path : path});
}

}  // namespace mainstay::store
