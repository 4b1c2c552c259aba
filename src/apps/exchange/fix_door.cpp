#include "apps/exchange/fix_door.hpp"

#include <string>
#include <utility>

#include "apps/exchange/inbound/fix/gateway.hpp"
#include "apps/exchange/inbound/fix/token_login.hpp"
#include "platform/health/health.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/journal_options.hpp"
#include "platform/program/listeners.hpp"
#include "platform/tls/context.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::string_view listener_name = "fix";
constexpr std::string_view listener_setting = "apps.exchange.fix_listen";

/// The files of the door's own certificate, or beyond loopback of the web server's.
Result<std::shared_ptr<tls::ServerContext>> certificates(const settings::Settings& settings,
                                                         const http::Listener& listener) {
  std::string certificate = settings.text("apps.exchange.fix_tls_certificate");
  std::string key = settings.text("apps.exchange.fix_tls_key");
  if (certificate.empty() != key.empty()) {
    return Error{ApplicationErrc::setting,
                 "apps.exchange.fix_tls_certificate and apps.exchange.fix_tls_key go together"};
  }
  if (certificate.empty() && is_loopback(listener.address)) {
    return std::shared_ptr<tls::ServerContext>{};
  }
  if (certificate.empty()) {
    certificate = settings.text("http.tls_certificate");
    key = settings.text("http.tls_key");
  }
  if (certificate.empty()) {
    return Error{ApplicationErrc::unsafe,
                 "FIX without TLS on " + listener.address +
                     ", where passwords and orders could be read; set "
                     "apps.exchange.fix_tls_certificate and apps.exchange.fix_tls_key, or listen "
                     "on 127.0.0.1"};
  }
  return tls::ServerContext::load({certificate, key});
}

fix::GatewayOptions gateway_options(Platform& platform) {
  const settings::Settings& settings = platform.settings;
  fix::GatewayOptions options;
  options.comp_id = settings.text("apps.exchange.fix_comp_id");
  options.store.journal = journal_options(platform, "exchange", "exchange-fix");
  options.store.memory.messages_max =
      static_cast<std::size_t>(settings.integer("apps.exchange.fix_kept_messages"));
  return options;
}

}  // namespace

struct FixDoor::Impl {
  Impl(Platform& lent, Venue& exchange, const Directory& directory, Accounts& accounts,
       std::shared_ptr<tls::ServerContext> certificates, http::Descriptor socket)
      : platform(lent),
        venue(exchange),
        tls(std::move(certificates)),
        login(*lent.guard, accounts),
        gateway(options(), exchange, directory, login, lent.files, lent.clock, lent.log) {
    gateway.take(std::move(socket));
  }

  fix::GatewayOptions options() const {
    fix::GatewayOptions made = gateway_options(platform);
    made.server.tls = tls;
    return made;
  }
  void watch();

  Platform& platform;
  Venue& venue;
  std::shared_ptr<tls::ServerContext> tls;
  fix::TokenLogin login;
  fix::Gateway gateway;
  std::unique_ptr<Ticker> certificate_watch;
};

std::vector<MoreListener> FixDoor::listeners() { return {{listener_name, listener_setting}}; }

Result<std::unique_ptr<FixDoor>> FixDoor::make(Platform& platform, Venue& venue,
                                               const Directory& directory, Accounts& accounts) {
  MS_TRY(const auto listener, own_listener(platform.settings, listener_name, listener_setting));
  auto socket = protocol_socket(platform, listener_name);
  if (!listener || !socket) return std::unique_ptr<FixDoor>{};
  if (platform.guard == nullptr) {
    return Error{ApplicationErrc::setting,
                 std::string{listener_setting} + " needs users, to log on as"};
  }
  MS_TRY(auto tls, certificates(platform.settings, *listener));
  return std::make_unique<FixDoor>(std::make_unique<Impl>(platform, venue, directory, accounts,
                                                          std::move(tls), std::move(*socket)));
}

FixDoor::FixDoor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FixDoor::~FixDoor() = default;

Result<> FixDoor::open() {
  MS_TRY_VOID(impl_->gateway.open());
  impl_->venue.listen(impl_->gateway);
  return {};
}

Result<> FixDoor::start() {
  MS_TRY_VOID(impl_->gateway.start());
  impl_->watch();
  const std::string port = std::to_string(impl_->gateway.port());
  impl_->platform.log.info("exchange.fix.listening",
                           {{"port", port}, {"tls", impl_->tls != nullptr}});
  return {};
}

void FixDoor::Impl::watch() {
  platform.health.add("exchange_fix_journal", [this] { return gateway.health(); });
  const auto gauge = [this](std::string_view name, std::string_view help, auto read) {
    platform.metrics.gauge_function(
        name, help, [this, read] { return static_cast<double>(read(gateway.stats())); });
  };
  using Stats = fix::Gateway::Stats;
  gauge("exchange_fix_sessions", "FIX sessions that are logged on.",
        [](const Stats& stats) { return stats.logged_on; });
  gauge("exchange_fix_messages_in", "Application messages of FIX clients since the start.",
        [](const Stats& stats) { return stats.messages_in; });
  gauge("exchange_fix_messages_out", "Application messages to FIX sessions since the start.",
        [](const Stats& stats) { return stats.messages_out; });
  gauge("exchange_fix_garbled", "What came on FIX connections and was no message.",
        [](const Stats& stats) { return stats.garbled; });
  gauge("exchange_fix_refused_logons", "Logons that were refused.",
        [](const Stats& stats) { return stats.refused_logons; });
  gauge("exchange_fix_slow_readers", "FIX connections that were ended for not reading.",
        [](const Stats& stats) { return stats.server.slow_readers; });
  const Millis every = platform.settings.duration("http.tls_watch");
  if (tls == nullptr || every <= Millis{0}) return;
  certificate_watch = std::make_unique<Ticker>("fix.tls", every, [this] {
    const auto changed = tls->reload_if_changed();
    if (changed.has_error()) {
      platform.log.error("exchange.fix.certificates.refused",
                         {{"error", changed.error().message()}});
    }
  });
  certificate_watch->start();
}

void FixDoor::stop() {
  if (impl_->certificate_watch) impl_->certificate_watch->stop();
  impl_->gateway.stop();
}

}  // namespace mainstay::exchange
