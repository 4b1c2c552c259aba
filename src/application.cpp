#include "application.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "application_openapi.hpp"
#include "apps/apim/app.hpp"
#include "apps/demo/app.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "platform/core/platform.hpp"
#include "platform/front/front_page.hpp"
#include "platform/gate/settings.hpp"
#include "platform/health/health.hpp"
#include "platform/http/access_log.hpp"
#include "platform/http/client.hpp"
#include "platform/http/listening_socket.hpp"
#include "platform/http/server.hpp"
#include "platform/jobs/job.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/openapi/site.hpp"
#include "platform/store/store.hpp"
#include "platform/tls/context.hpp"

namespace mainstay {
namespace {

constexpr ErrorRow unsafe_row{"unsafe", "refused, since it would not be safe", 400};
constexpr ErrorRow data_folder_row{"data_folder", "cannot use the data folder", 500};
constexpr ErrorRow setting_row{"setting", "a setting does not fit", 400};

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

std::size_t thread_count(const settings::Settings& settings) {
  const auto wanted = static_cast<std::size_t>(settings.integer("http.threads"));
  return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

log::Options log_options(const settings::Settings& settings) {
  constexpr std::array levels{"debug", "info", "warning", "error"};
  const auto level = std::ranges::find(levels, settings.text("log.level")) - levels.begin();
  log::Options options;
  options.level = static_cast<log::Level>(level);
  options.format = settings.text("log.format") == "json" ? log::Format::json : log::Format::text;
  options.file = settings.text("log.file");
  return options;
}

http::AccessLogOptions access_options(const settings::Settings& settings) {
  const std::string& shape = settings.text("log.access");
  http::AccessLogOptions options;
  options.raw_credentials = settings.boolean("log.raw_credentials");
  if (shape == "none") options.format = http::AccessLogFormat::none;
  if (shape == "json") options.format = http::AccessLogFormat::json;
  return options;
}

http::Limits http_limits(const settings::Settings& settings) {
  http::Limits limits;
  limits.connections_max = static_cast<std::size_t>(settings.integer("http.connections_max"));
  limits.target_bytes_max = settings.bytes("http.target_bytes_max");
  limits.head_bytes_max = settings.bytes("http.head_bytes_max");
  limits.body_bytes_max = settings.bytes("http.body_bytes_max");
  limits.head_timeout = settings.duration("http.head_timeout");
  limits.body_timeout = settings.duration("http.body_timeout");
  limits.idle_timeout = settings.duration("http.idle_timeout");
  limits.send_timeout = settings.duration("http.send_timeout");
  limits.send_total_timeout = settings.duration("http.send_total_timeout");
  limits.output_bytes_max = settings.bytes("http.output_bytes_max");
  limits.commit_timeout = settings.duration("http.commit_timeout");
  return limits;
}

std::string literal_address(const std::string& address) {
  return address == "localhost" ? "127.0.0.1" : address;
}

/// A setting of the form address:port, the address in brackets when it is IPv6.
Result<http::Listener> parse_listener(const settings::Settings& settings, std::string_view key) {
  const std::string& text = settings.text(key);
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_u64(text.substr(colon + 1));
  if (!port || *port > 65535) {
    return Error{ApplicationErrc::setting, std::string{key} + " is address:port, not " + text};
  }
  http::Listener listener;
  listener.address = literal_address(text.substr(0, colon));
  listener.port = static_cast<std::uint16_t>(*port);
  if (listener.address.starts_with('[') && listener.address.ends_with(']')) {
    listener.address = listener.address.substr(1, listener.address.size() - 2);
  }
  return listener;
}

/// Beyond loopback nothing may be reachable that is meant for development or has no credentials.
Result<> check_safety(const settings::Settings& settings, const std::string& address, bool demo) {
  if (is_loopback(address)) return {};
  const std::string wide = "listening on " + address + " ";
  if (demo) return Error{ApplicationErrc::unsafe, wide + "with --demo; use 127.0.0.1"};
  if (settings.boolean("apps.demo.echo")) {
    return Error{ApplicationErrc::unsafe, wide + "with apps.demo.echo; use 127.0.0.1"};
  }
  if (settings.environment() == "test") {
    return Error{ApplicationErrc::unsafe,
                 wide + "in the test environment, whose clients set the clock; use 127.0.0.1"};
  }
  if (settings.text("apps.apim.internal_user").empty() ||
      settings.text("apps.apim.internal_password").empty()) {
    return Error{ApplicationErrc::unsafe,
                 wide +
                     "without credentials for /internal; set apps.apim.internal_user and "
                     "apps.apim.internal_password, or use 127.0.0.1"};
  }
  if (::geteuid() == 0 && settings.text("process.user").empty()) {
    return Error{ApplicationErrc::unsafe,
                 wide +
                     "as root; --user NAME gives root up once the ports are bound (--user root "
                     "if it must stay)"};
  }
  return {};
}

/// What is shown of, beside what always is.
struct FrontPageParts {
  bool page = false;
  bool docs = false;
  bool echo = false;
};

std::vector<FrontPageEntry> front_page_entries(const FrontPageParts& parts) {
  std::vector<FrontPageEntry> entries{
      {"API management",
       "Keys, plans, limits and metering: the 3scale Service Management API.",
       {{"/status", "state of the public API"},
        {"/check.txt", "is it up"},
        {"/internal/check.json", "the internal API, with credentials"}}},
      {"Operation",
       "For people and machines that look after this process.",
       {{"/readiness", "ready for traffic"},
        {"/liveness", "alive"},
        {"/metrics", "Prometheus series"}}},
  };
  if (parts.page) {
    entries.front().links.insert(entries.front().links.begin(),
                                 {"/apim", "services, applications, limits and usage, as a page"});
  }
  if (parts.docs) {
    entries.push_back({"Documentation",
                       "Every route of this process, with schemas and examples.",
                       {{"/docs", "as a page"}, {"/openapi.json", "OpenAPI 3.1, for machines"}}});
  }
  if (parts.echo) {
    entries.push_back({"Demo",
                       "A route behind API management: its callers need a key and have limits.",
                       {{"/demo/echo", "refused without a key"},
                        {"/demo/echo?user_key=demo-echo", "what came; 2 calls a minute"}}});
  }
  return entries;
}

}  // namespace

const ErrorRow& error_row(ApplicationErrc code) {
  switch (code) {
    case ApplicationErrc::unsafe:
      return unsafe_row;
    case ApplicationErrc::data_folder:
      return data_folder_row;
    case ApplicationErrc::setting:
      break;
  }
  return setting_row;
}

Result<> make_data_folder(const settings::Settings& settings) {
  const std::filesystem::path folder{settings.text("data.folder")};
  std::error_code failure;
  // Somebody's own folder keeps its mode; the files in it are 0600 either way.
  const bool made = std::filesystem::create_directories(folder, failure);
  if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
  if (failure) {
    return Error{ApplicationErrc::data_folder, folder.string() + ": " + failure.message()};
  }
  return {};
}

Result<std::unique_ptr<store::Store>> open_store(const settings::Settings& settings) {
  constexpr std::string_view scheme = "sqlite:";
  const std::string& url = settings.text("store.url");
  if (!url.starts_with(scheme)) {
    // The text may hold a password: it is not repeated.
    return Error{ApplicationErrc::setting, "store.url (also DATABASE_URL) must begin with sqlite:"};
  }
  const std::filesystem::path folder{settings.text("data.folder")};
  MS_TRY_VOID(make_data_folder(settings));
  const std::string path = url.substr(scheme.size());
  return store::open_sqlite({.path = path.empty() ? (folder / "mainstay.db").string() : path});
}

Result<std::unique_ptr<store::Store>> open_current_store(const settings::Settings& settings,
                                                         SystemTime now) {
  MS_TRY(auto store, open_store(settings));
  const auto all = Application::migrations();
  store::Migrator migrator{*store, all};
  if (settings.boolean("store.migrate_on_start")) {
    MS_TRY([[maybe_unused]] const auto applied, migrator.up(now));
  }
  MS_TRY_VOID(migrator.require_current());
  return store;
}

std::vector<store::Migration> Application::migrations() {
  std::vector<store::Migration> all;
  for (const auto module : {apim::migrations(), jobs::migrations()}) {
    all.insert(all.end(), module.begin(), module.end());
  }
  return all;
}

/// Members stand in the order of making; stop() takes them down in reverse.
struct Application::Impl final : http::CommitBarrier {
  Impl(const settings::Settings& from, Options wanted) : settings(from), options(wanted) {}

  Result<> bind(std::vector<http::Binding> handed_over);
  Result<> start();
  Result<> load_certificates();
  Result<> start_engines();
  Result<> register_routes();
  Result<> publish_description();
  Result<> mount_gated(std::string_view service_setting, std::string_view service,
                       http::Router routes);
  void bound_connections(http::Limits& limits) const;
  Result<> start_server();
  Result<> find_listeners();
  Result<> check_ports(std::vector<http::Binding> taken);
  Result<> check();
  void watch_certificates();
  bool commit(UniqueFunction<void()> when_durable) override {
    return apim->commit(std::move(when_durable));
  }
  void stop();
  void stop_engines();
  void fail(const Error& error);

  const settings::Settings& settings;
  Options options;
  MachineClock clock;
  journal::PosixFileSystem files;
  metrics::Registry metrics;
  health::Health health;
  UniqueFunction<void(const Error&)> fail_function{[this](const Error& error) { fail(error); }};
  std::vector<http::Listener> listeners;
  std::vector<http::Binding> bindings;  // one a listener; the server's once it has started
  std::unique_ptr<log::Log> log;
  std::shared_ptr<tls::ServerContext> certificates;  // null: plain HTTP
  std::unique_ptr<store::Store> store;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<Platform> platform;
  std::unique_ptr<apim::App> apim;
  http::Router router;
  http::Router apim_router;
  http::Router admin_router;
  openapi::Site description;
  std::unique_ptr<http::AccessLog> access_log;
  std::unique_ptr<http::Server> server;
  std::vector<std::string> addresses;
  std::unique_ptr<Ticker> certificate_watch;
  bool stopped = false;
};

Result<> Application::Impl::bind(std::vector<http::Binding> handed_over) {
  MS_TRY_VOID(find_listeners());  // refuses what is unsafe before anything is opened
  for (http::Listener& listener : listeners) {
    auto binding = http::take_binding(handed_over, listener);
    if (!binding) {
      MS_TRY(binding, http::bind_listener(listener, thread_count(settings)));
    }
    listener.port = binding->port;
    bindings.push_back(std::move(*binding));
  }
  return {};
}

Result<> Application::Impl::start() {
  MS_TRY_VOID(make_data_folder(settings));
  MS_TRY(log, log::Log::open(log_options(settings)));
  if (::geteuid() == 0) {
    log->warning("mainstay.runs_as_root", {{"advice", "--user NAME gives root up"}});
  }
  MS_TRY_VOID(load_certificates());
  MS_TRY_VOID(start_engines());
  apim = std::make_unique<apim::App>(*platform);
  MS_TRY_VOID(apim->start());
  if (options.demo) MS_TRY_VOID(apim->add_demo());
  return start_server();
}

Result<> Application::Impl::start_engines() {
  MS_TRY(store, open_current_store(settings, clock.wall()));
  health.add("store", [this] { return store->health(); });
  client = std::make_unique<http::Client>(http::ClientOptions{});
  platform = std::make_unique<Platform>(Platform{clock, settings, *log, metrics, health, *store,
                                                 *client, files, settings.text("data.folder"),
                                                 thread_count(settings), fail_function});
  return {};
}

Result<> Application::Impl::find_listeners() {
  http::Listener common;
  common.name = "http";
  common.address = literal_address(settings.text("http.address"));
  common.port = static_cast<std::uint16_t>(settings.integer("http.port"));
  common.router = &router;
  listeners.push_back(std::move(common));
  const auto add = [&](const char* name, std::string_view setting,
                       const http::Router& serves) -> Result<> {
    if (settings.text(setting).empty()) return {};
    MS_TRY(auto listener, parse_listener(settings, setting));
    listener.name = name;
    listener.router = &serves;
    listeners.push_back(std::move(listener));
    return {};
  };
  MS_TRY_VOID(add("apim", "apps.apim.listen", apim_router));
  MS_TRY_VOID(add("admin", "http.admin_listen", admin_router));
  for (const http::Listener& listener : listeners) {
    MS_TRY_VOID(check_safety(settings, listener.address, options.demo));
  }
  return {};
}

/// Behind bind(), since whoever serves must be able to read the files again.
Result<> Application::Impl::load_certificates() {
  const std::string& certificate = settings.text("http.tls_certificate");
  const std::string& key = settings.text("http.tls_key");
  if (certificate.empty() != key.empty()) {
    return Error{ApplicationErrc::setting, "http.tls_certificate and http.tls_key go together"};
  }
  if (certificate.empty()) return {};
  MS_TRY(certificates, tls::ServerContext::load({certificate, key}));
  for (http::Listener& listener : listeners) listener.tls = certificates;
  return {};
}

Result<> Application::Impl::check_ports(std::vector<http::Binding> taken) {
  MS_TRY_VOID(find_listeners());
  for (const http::Listener& listener : listeners) {
    if (http::take_binding(taken, listener)) continue;
    MS_TRY_VOID(http::probe(listener.address, listener.port));
  }
  return {};
}

Result<> Application::Impl::check() {
  MS_TRY_VOID(load_certificates());
  MS_TRY_VOID(make_data_folder(settings));
  MS_TRY(log, log::Log::open(log_options(settings)));
  MS_TRY(store, open_store(settings));
  const auto all = migrations();
  const auto current = store::Migrator{*store, all}.require_current();
  const bool will_be_applied = current.has_error() &&
                               current.error().is(store::Errc::schema_pending) &&
                               settings.boolean("store.migrate_on_start");
  if (will_be_applied) return {};
  return current;
}

/// Each router is a listener's, when the settings give it one; else its routes are the common
/// one's.
Result<> Application::Impl::register_routes() {
  const bool apim_alone = !settings.text("apps.apim.listen").empty();
  const bool admin_alone = !settings.text("http.admin_listen").empty();
  http::Router& of_apim = apim_alone ? apim_router : router;
  apim->register_public_routes(of_apim, apim_alone);
  apim->register_internal_routes(admin_alone ? admin_router : of_apim);
  health::register_routes(admin_alone ? admin_router : router, metrics, health);
  const bool with_echo = options.demo || settings.boolean("apps.demo.echo");
  if (with_echo) {
    http::Router echo;
    demo::register_routes(echo, gate::credential_headers(settings));
    const std::string& chosen = settings.text("apps.demo.gate");
    const bool by_demo = chosen.empty() && options.demo;
    MS_TRY_VOID(mount_gated("apps.demo.gate", by_demo ? "demo" : chosen, std::move(echo)));
  }
  const bool with_page = settings.boolean("apps.apim.page") && !apim_alone && !admin_alone;
  register_front_page(
      router, front_page_entries({.page = with_page, .docs = !admin_alone, .echo = with_echo}));
  description.register_routes(admin_alone ? admin_router : router);
  return publish_description();
}

/// Of the routes of all listeners.
Result<> Application::Impl::publish_description() {
  std::vector<http::Router::Route> routes;
  for (const http::Router* one : {&apim_router, &router, &admin_router}) {
    const auto more = one->routes();
    routes.insert(routes.end(), more.begin(), more.end());
  }
  MS_TRY(auto rendered, describe_routes(routes));
  for (const std::string& route : rendered.undescribed) {
    log->warning("mainstay.openapi.undescribed", {{"route", route}});
  }
  description.publish(std::move(rendered.text));
  return {};
}

/// An app's routes, behind API management when `service` names one.
Result<> Application::Impl::mount_gated(std::string_view service_setting, std::string_view service,
                                        http::Router routes) {
  if (!service.empty()) {
    gate::Options gated;
    gated.headers = gate::credential_headers(settings);
    if (auto done = gate::guard(routes, apim->gate(service), gated); done.has_error()) {
      return Error{ApplicationErrc::setting,
                   std::string{service_setting}.append(": ").append(done.error().detail())};
    }
  }
  router.mount("", std::move(routes));
  return {};
}

/// Every connection is a descriptor, and the journal must always find one: takes what the system
/// grants, and lets connections have what is left.
void Application::Impl::bound_connections(http::Limits& limits) const {
  constexpr rlim_t reserved = 384;  // files, event loops, and clients who are told that it is full
  rlimit granted{};
  if (::getrlimit(RLIMIT_NOFILE, &granted) != 0) return;
  granted.rlim_cur = granted.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &granted);
  ::getrlimit(RLIMIT_NOFILE, &granted);
  if (granted.rlim_cur == RLIM_INFINITY) return;
  const bool is_tight = granted.rlim_cur < 2 * reserved;
  const std::size_t room = is_tight ? granted.rlim_cur / 4 : granted.rlim_cur - reserved;
  if (limits.connections_max <= room) return;
  limits.connections_max = room;
  log->warning("mainstay.connections.bounded",
               {{"connections_max", room}, {"reason", "the limit of open files"}});
}

Result<> Application::Impl::start_server() {
  http::ServerOptions server_options;
  server_options.listeners = listeners;
  MS_TRY_VOID(register_routes());
  access_log = std::make_unique<http::AccessLog>(access_options(settings), *log, metrics);
  server_options.threads = platform->threads;
  server_options.limits = http_limits(settings);
  bound_connections(server_options.limits);
  server_options.test_clock = settings.environment() == "test";
  server_options.barrier = this;
  server_options.observer = access_log.get();
  server = std::make_unique<http::Server>(std::move(server_options), clock);
  MS_TRY_VOID(server->start(std::move(bindings)));
  metrics.gauge_function("http_connections_open", "Open connections.",
                         [this] { return static_cast<double>(server->stats().connections_open); });
  metrics.gauge_function("log_lines_dropped", "Log lines dropped because the writer was slow.",
                         [this] { return static_cast<double>(log->dropped()); });
  for (const http::Listener& listener : listeners) {
    const bool is_ipv6 = listener.address.find(':') != std::string::npos;
    const std::string host = is_ipv6 ? "[" + listener.address + "]" : listener.address;
    addresses.push_back((listener.tls ? "https://" : "http://") + host + ":" +
                        std::to_string(listener.port));
  }
  const Millis every = settings.duration("http.tls_watch");
  if (certificates != nullptr && every > Millis{0}) {
    certificate_watch = std::make_unique<Ticker>("tls", every, [this] { watch_certificates(); });
    certificate_watch->start();
  }
  log->info("mainstay.started", {{"version", MS_VERSION}, {"address", addresses.front()}});
  return {};
}

void Application::Impl::watch_certificates() {
  const auto changed = certificates->reload_if_changed();
  if (changed.has_error()) {
    log->error("mainstay.certificates.refused", {{"error", changed.error().message()}});
  } else if (*changed) {
    log->info("mainstay.certificates.reloaded");
  }
}

void Application::Impl::stop() {
  if (stopped) return;
  if (server != nullptr) {
    health.drain();
    server->drain(settings.duration("http.drain"));
    server->stop();
  }
  stop_engines();
}

void Application::Impl::stop_engines() {
  if (std::exchange(stopped, true)) return;
  if (certificate_watch != nullptr) certificate_watch->stop();
  if (client != nullptr) client->stop();
  if (store != nullptr) store->stop();
  if (apim != nullptr) {
    if (const auto ended = apim->stop(); ended.has_error()) {
      log->error("mainstay.stop.failed", {{"error", ended.error().message()}});
    }
  }
  if (log == nullptr) return;
  if (!addresses.empty()) log->info("mainstay.stopped");
  log->flush();
}

/// Called on the thread that noticed. Unsent answers die with the process: nothing unsaved was
/// acknowledged.
void Application::Impl::fail(const Error& error) {
  const std::string line = "mainstay: " + error.message() + "; ending\n";
  std::fputs(line.c_str(), stderr);  // tidy: the log may be a file on the disk that is full
  log->error("mainstay.failed", {{"error", error.message()}});
  log->flush();
  std::_Exit(1);
}

Application::Application(const settings::Settings& settings, Options options)
    : impl_(std::make_unique<Impl>(settings, options)) {}
Application::~Application() { impl_->stop(); }

Result<> Application::start() {
  auto started = impl_->start();
  if (started.has_error()) impl_->stop();
  return started;
}

Result<> Application::bind(std::vector<http::Binding> handed_over) {
  return impl_->bind(std::move(handed_over));
}

Result<> Application::check_ports(std::vector<http::Binding> taken) {
  return impl_->check_ports(std::move(taken));
}
Result<> Application::check() { return impl_->check(); }

void Application::fail_readiness() { impl_->health.drain(); }
void Application::stop() { impl_->stop(); }

std::vector<http::Binding> Application::hand_over() {
  const settings::Settings& settings = impl_->settings;
  impl_->server->retire(settings.duration("http.drain"));
  auto bindings = impl_->server->hand_over(settings.duration("http.handover_pause"));
  impl_->stop_engines();
  return bindings;
}

void Application::reopen_log() { impl_->log->reopen(); }

Result<> Application::reload_certificates() {
  return impl_->certificates == nullptr ? Result<>{} : impl_->certificates->reload();
}

log::Log& Application::log() const { return *impl_->log; }
std::vector<std::string> Application::addresses() const { return impl_->addresses; }

std::vector<http::Binding> Application::listening() const {
  std::vector<http::Binding> all;
  for (const http::Listener& listener : impl_->listeners) {
    all.push_back(
        {.name = listener.name, .address = listener.address, .port = listener.port, .sockets = {}});
  }
  return all;
}

}  // namespace mainstay
