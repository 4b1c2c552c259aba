#include "apps/charging/app_ocpp.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/charging/authority_files.hpp"
#include "apps/charging/inbound/http/security_routes.hpp"
#include "apps/charging/inbound/ocpp/station_door.hpp"
#include "apps/charging/outbound/sqlite/security_sql.hpp"
#include "apps/charging/security_desk.hpp"
#include "apps/charging/station_keys.hpp"
#include "platform/auth/keys.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/program/errc.hpp"
#include "platform/settings/settings.hpp"
#include "platform/tls/authority.hpp"
#include "platform/tls/context.hpp"

namespace mainstay::charging {
namespace {

constexpr std::string_view route = "/charging/ocpp/{identity}";
constexpr Millis sweep_every{250};
constexpr Millis outside_every{1'000};  // commands beside the server revoke, and set keys
constexpr std::string_view tls_listener = "ocpp2";
constexpr std::string_view mutual_listener = "ocpp3";

std::string setting(const Platform& platform, const char* name) {
  return platform.settings.text(std::string{"apps.charging.ocpp_"} + name);
}

Result<ocpp::ToleranceTable> tolerances(const settings::Settings& settings) {
  std::vector<ocpp::ToleranceRow> rows;
  for (const auto& line : settings.list("apps.charging.ocpp_tolerances")) {
    auto row = ocpp::parse_tolerance_row(line);
    if (!row) {
      return Error{ApplicationErrc::setting,
                   "apps.charging.ocpp_tolerances: not \"VENDOR/MODEL/FIRMWARE: word word\" "
                   "(docs/charging_ocpp.md has the words): " +
                       line};
    }
    rows.push_back(std::move(*row));
  }
  return ocpp::ToleranceTable{std::move(rows)};
}

Result<ocpp::DoorOptions> door_options(const settings::Settings& settings) {
  ocpp::DoorOptions options;
  options.call_timeout = settings.duration("apps.charging.ocpp_call_timeout");
  options.ping_interval = settings.duration("apps.charging.ocpp_ping_interval");
  options.pong_timeout = settings.duration("apps.charging.ocpp_pong_timeout");
  options.message_bytes_max = settings.bytes("apps.charging.ocpp_message_bytes_max");
  MS_TRY(auto table, tolerances(settings));
  options.tolerances = std::move(table);
  return options;
}

/// The door's own certificates, or the web server's.
Result<tls::ServerOptions> certificates(const Platform& platform) {
  tls::ServerOptions options;
  options.certificate_file = setting(platform, "tls_certificate");
  options.key_file = setting(platform, "tls_key");
  options.other_certificate_file = setting(platform, "tls_other_certificate");
  options.other_key_file = setting(platform, "tls_other_key");
  options.rsa_key_exchange = true;  // the security whitepaper's suites
  if (options.certificate_file.empty()) {
    options.certificate_file = platform.settings.text("http.tls_certificate");
    options.key_file = platform.settings.text("http.tls_key");
  }
  if (options.certificate_file.empty() || options.key_file.empty() ||
      options.other_certificate_file.empty() != options.other_key_file.empty()) {
    return Error{ApplicationErrc::setting,
                 "stations by TLS need apps.charging.ocpp_tls_certificate and ocpp_tls_key, and "
                 "for the other kind of key (RSA, ECDSA) ocpp_tls_other_certificate with "
                 "ocpp_tls_other_key"};
  }
  return options;
}

}  // namespace

std::vector<MoreListener> ocpp_listeners() {
  return {{tls_listener, "apps.charging.ocpp_tls_listen"},
          {mutual_listener, "apps.charging.ocpp_mutual_tls_listen"}};
}

std::string unsafe_beyond_loopback(const settings::Settings& settings) {
  if (!settings.boolean("apps.charging.enabled") ||
      settings.text("apps.charging.ocpp_profile") != "0" ||
      settings.boolean("apps.charging.ocpp_open_to_all")) {
    return {};
  }
  return "with charging stations that nobody asks for a key; set apps.charging.ocpp_profile to 1, "
         "or apps.charging.ocpp_open_to_all to true in a network of your own";
}

std::unique_ptr<SecurityStore> security_store(store::Store& store) {
  return std::make_unique<SqlSecurityStore>(store);
}

struct OcppApp::Impl {
  Impl(Platform& lent, StationHost& inner)
      : platform(lent), network(inner), store(lent.store), link(*this) {}

  Result<> open();
  void watch();
  void reload_certificates();
  void look_outside();

  /// Stands for the desk, which is made when the settings are known to be good.
  struct Link final : StationLink {
    explicit Link(Impl& door) : door_(door) {}
    void call(StationId station, BackendRequest request, CallDone done) override {
      door_.desk->call(station, std::move(request), std::move(done));
    }
    void close(StationId station, std::string_view why) override {
      door_.desk->close(station, why);
    }
    [[nodiscard]] bool is_online(StationId station) const override {
      return door_.desk->is_online(station);
    }
    Impl& door_;
  };

  Platform& platform;
  StationHost& network;
  SqlSecurityStore store;
  Link link;
  std::unique_ptr<StationKeys> keys;
  std::unique_ptr<SecurityDesk> desk;
  std::unique_ptr<ocpp::StationDoor> door;
  std::vector<std::shared_ptr<tls::ServerContext>> contexts;  // of profiles 2 and 3
  bool has_certificates = false;                              // stations', so they may be revoked
  std::unique_ptr<Ticker> sweeper;
  std::unique_ptr<Ticker> certificate_watch;
  std::unique_ptr<Ticker> outside_watch;
};

OcppApp::OcppApp(Platform& platform, StationHost& network)
    : impl_(std::make_unique<Impl>(platform, network)) {}
OcppApp::~OcppApp() = default;

StationLink& OcppApp::link() { return impl_->link; }

Result<> OcppApp::start() {
  MS_TRY_VOID(impl_->open());
  MS_TRY_VOID(impl_->keys->start());
  impl_->desk->start();
  impl_->sweeper->start();
  return {};
}

Result<> OcppApp::Impl::open() {
  MS_TRY(auto options, door_options(platform.settings));
  const auto authority_files = AuthorityFiles::in(platform.data_folder);
  SecurityDeskOptions desk_options;
  desk_options.organization = setting(platform, "organization");
  desk_options.certificate_valid =
      std::chrono::days{platform.settings.integer("apps.charging.ocpp_certificate_days")};
  if (std::filesystem::exists(authority_files.certificate)) {
    MS_TRY(auto authority,
           tls::RootAuthority::load(authority_files.key, authority_files.certificate));
    desk_options.authority = std::move(authority);
  }
  MS_TRY(auto server, auth::Keys::open(platform.settings.text("auth.key"), platform.data_folder));
  keys = std::make_unique<StationKeys>(
      store, platform.clock,
      StationKeysOptions{std::move(server), desk_options.organization, {}, 256},
      [this](StationId station, std::string_view kind, std::string detail) {
        const auto now = platform.clock.wall();
        store.add_event({0, station, std::string{kind}, now, now, std::move(detail)},
                        [](Result<>) {});
      });
  desk = std::make_unique<SecurityDesk>(network, store, *keys, platform.clock,
                                        std::move(desk_options));
  door = std::make_unique<ocpp::StationDoor>(*desk, *keys, platform.clock, std::move(options));
  desk->use_link(*door);
  sweeper = std::make_unique<Ticker>("charging.ocpp", sweep_every, [this] { door->sweep(); });
  watch();
  return {};
}

void OcppApp::register_routes(http::Router& router) {
  const auto profile = setting(impl_->platform, "profile");
  if (profile != "none") {
    router.add(http::Method::get, route,
               impl_->door->handler(profile == "0" ? std::uint8_t{0} : std::uint8_t{1}));
  }
  if (impl_->platform.guard != nullptr) {
    register_security(
        router, {impl_->network, *impl_->keys, impl_->store, impl_->link, impl_->platform.clock},
        *impl_->platform.guard);
  }
}

/// One security profile a port.
Result<> OcppApp::serve(OwnRoutes& listener) {
  const bool is_mutual = listener.name == mutual_listener;
  const std::uint8_t profile = is_mutual ? 3 : 2;
  MS_TRY(auto options, certificates(impl_->platform));
  if (is_mutual) {
    options.client_ca_file = setting(impl_->platform, "client_roots");
    if (options.client_ca_file.empty()) {
      options.client_ca_file = AuthorityFiles::in(impl_->platform.data_folder).certificate;
    }
  }
  MS_TRY(auto context, tls::ServerContext::load(options));
  listener.tls = context;
  listener.router.add(http::Method::get, route, impl_->door->handler(profile));
  impl_->contexts.push_back(std::move(context));
  impl_->has_certificates |= is_mutual;
  impl_->platform.log.info("charging.ocpp.listening", {{"port", std::to_string(listener.port)},
                                                       {"profile", std::to_string(profile)}});
  return {};
}

Result<> OcppApp::run() {
  impl_->outside_watch = std::make_unique<Ticker>("charging.outside", outside_every,
                                                  [impl = impl_.get()] { impl->look_outside(); });
  impl_->outside_watch->start();
  const Millis every = impl_->platform.settings.duration("http.tls_watch");
  if (impl_->contexts.empty() || every <= Millis{0}) return {};
  impl_->certificate_watch = std::make_unique<Ticker>(
      "charging.tls", every, [impl = impl_.get()] { impl->reload_certificates(); });
  impl_->certificate_watch->start();
  return {};
}

void OcppApp::Impl::reload_certificates() {
  for (const auto& one : contexts) {
    const auto changed = one->reload_if_changed();
    if (changed.has_value()) continue;
    platform.log.error("charging.ocpp.certificates.refused",
                       {{"error", changed.error().message()}});
  }
}

/// For keys that were set, and certificates that were revoked: who is connected with one is cut
/// off.
void OcppApp::Impl::look_outside() {
  if (const auto taken = keys->take_up_left(); taken.has_error()) {
    platform.log.warning("charging.ocpp.keys.unknown", {{"error", taken.error().message()}});
  }
  if (!has_certificates) return;
  if (const auto looked = keys->revoke_what_is_new(); looked.has_error()) {
    platform.log.warning("charging.ocpp.revoked.unknown", {{"error", looked.error().message()}});
  }
  for (const auto station : keys->to_be_cut_off()) link.close(station, revoked_text);
}

void OcppApp::stop() {
  if (impl_->certificate_watch) impl_->certificate_watch->stop();
  if (impl_->outside_watch) impl_->outside_watch->stop();
  if (impl_->sweeper) impl_->sweeper->stop();
  if (impl_->desk) impl_->desk->stop();
  if (impl_->keys) impl_->keys->stop();
}

void OcppApp::Impl::watch() {
  const auto gauge = [this](std::string_view name, std::string_view help, auto read) {
    platform.metrics.gauge_function(
        name, help, [this, read] { return static_cast<double>(read(door->stats())); });
  };
  using Stats = ocpp::StationDoor::Stats;
  gauge("charging_ocpp_connections", "Stations that are connected by OCPP.",
        [](const Stats& stats) { return stats.connections; });
  gauge("charging_ocpp_handshakes_refused", "Stations that were not let in since the start.",
        [](const Stats& stats) { return stats.refused; });
  gauge("charging_ocpp_calls_in", "Calls of stations since the start.",
        [](const Stats& stats) { return stats.calls_in; });
  gauge("charging_ocpp_calls_refused", "Messages answered with an OCPP error since the start.",
        [](const Stats& stats) { return stats.calls_refused; });
  gauge("charging_ocpp_bad_frames", "Messages that were no OCPP-J since the start.",
        [](const Stats& stats) { return stats.bad_frames; });
  gauge("charging_ocpp_calls_out", "Calls to stations since the start.",
        [](const Stats& stats) { return stats.calls_out; });
  gauge("charging_ocpp_calls_timed_out", "Calls to stations without an answer in time.",
        [](const Stats& stats) { return stats.calls_timed_out; });
  gauge("charging_ocpp_replies_ignored", "Replies of stations that came late or to no call.",
        [](const Stats& stats) { return stats.replies_ignored; });
  gauge("charging_ocpp_floods", "Connections that were ended for saying too much.",
        [](const Stats& stats) { return stats.floods; });
}

}  // namespace mainstay::charging
