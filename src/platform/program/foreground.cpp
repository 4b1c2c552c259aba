#include "platform/program/foreground.hpp"

#include <cstdlib>

#include "platform/core/platform.hpp"
#include "platform/health/health.hpp"
#include "platform/http/client.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/program/command.hpp"
#include "platform/program/stores.hpp"

namespace mainstay {

struct Foreground::Impl {
  explicit Impl(const Call& from) : call(from) {}

  const Call& call;
  MachineClock clock;
  metrics::Registry metrics;
  health::Health health;
  journal::PosixFileSystem files;
  UniqueFunction<void(const Error&)> fail{
      [this](const Error& error) { std::_Exit(call.fail(error)); }};
  std::unique_ptr<log::Log> log;
  std::unique_ptr<store::Store> store;
  http::Client client{http::ClientOptions{}};
  std::unique_ptr<Platform> platform;
};

Foreground::Foreground(const Call& call) : impl_(std::make_unique<Impl>(call)) {}
Foreground::~Foreground() = default;

Result<> Foreground::open() {
  Impl& own = *impl_;
  const settings::Settings& settings = *own.call.settings;
  MS_TRY(own.log, log::Log::open({}));
  MS_TRY(own.store, open_current_store(own.call.product, settings, own.clock.wall()));
  own.platform = std::make_unique<Platform>(Platform{own.clock, settings, *own.log, own.metrics,
                                                     own.health, *own.store, own.client, own.files,
                                                     settings.text("data.folder"), 1, own.fail});
  return {};
}

Platform& Foreground::platform() { return *impl_->platform; }

}  // namespace mainstay
