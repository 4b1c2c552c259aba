#include "platform/program/application.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"
#include "platform/core/platform.hpp"
#include "platform/gate/gate.hpp"
#include "platform/health/health.hpp"
#include "platform/http/client.hpp"
#include "platform/http/listening_socket.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/openapi/site.hpp"
#include "platform/program/describe.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/listeners.hpp"
#include "platform/program/product.hpp"
#include "platform/program/server_options.hpp"
#include "platform/program/stores.hpp"
#include "platform/store/store.hpp"
#include "platform/tls/context.hpp"

namespace mainstay {

/// Members stand in the order of making; stop() takes them down in reverse.
struct Application::Impl {
  Impl(const Product& what, const settings::Settings& from, Options wanted)
      : product(what), settings(from), options(wanted) {
    module_routers.resize(product.modules.size());
  }

  Result<> bind(std::vector<http::Binding> handed_over);
  Result<> start();
  Result<> load_certificates();
  Result<> start_engines();
  Result<> start_modules();
  Result<> register_routes();
  void note_routes(std::string_view module);
  Result<std::string> describe_all();
  void bound_connections(http::Limits& limits) const;
  Result<> start_server();
  Result<> find_listeners();
  Result<> find_protocol_listeners();
  Result<> check_ports(std::vector<http::Binding> taken);
  Result<> check();
  void watch_certificates();
  void stop();
  void stop_engines();
  void fail(const Error& error);

  const Product& product;
  const settings::Settings& settings;
  Options options;
  MachineClock clock;
  journal::PosixFileSystem files;
  metrics::Registry metrics;
  health::Health health;
  UniqueFunction<void(const Error&)> fail_function{[this](const Error& error) { fail(error); }};
  std::vector<http::Listener> listeners;
  std::vector<http::Binding> bindings;  // one a listener; the server's once it has started
  std::vector<http::Listener> protocol_listeners;  // modules', which are not the server's
  std::vector<http::Binding> protocol_bindings;    // one each, of one socket
  std::unique_ptr<log::Log> log;
  std::shared_ptr<tls::ServerContext> certificates;  // null: plain HTTP
  std::unique_ptr<store::Store> store;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<Platform> platform;
  std::size_t modules_begun = 0;  // how many have been told to start
  http::Router router;
  std::vector<std::unique_ptr<http::Router>> module_routers;  // null: no listener of its own
  std::unique_ptr<http::Router> admin_router;                 // null: the same
  struct More {
    const Module* module;
    std::size_t listener;  // index
    std::unique_ptr<http::Router> router;
  };
  std::vector<More> more;  // of modules' more_listeners()
  std::vector<RouteRow> route_rows;
  openapi::Site description;
  std::unique_ptr<http::AccessLog> access_log;
  std::unique_ptr<http::Server> server;
  std::vector<std::string> addresses;
  std::unique_ptr<Ticker> certificate_watch;
  bool stopped = false;
};

Result<> Application::Impl::bind(std::vector<http::Binding> handed_over) {
  MS_TRY_VOID(find_listeners());  // refuses what is unsafe before anything is opened
  const auto take = [&](http::Listener& listener, std::size_t queues,
                        std::vector<http::Binding>& into) -> Result<> {
    auto binding = http::take_binding(handed_over, listener);
    if (!binding) {
      MS_TRY(binding, http::bind_listener(listener, queues));
    }
    listener.port = binding->port;
    into.push_back(std::move(*binding));
    return {};
  };
  for (auto& listener : listeners) MS_TRY_VOID(take(listener, thread_count(settings), bindings));
  for (auto& listener : protocol_listeners) {
    MS_TRY_VOID(take(listener, 1, protocol_bindings));
    if (protocol_bindings.back().sockets.size() == 1) continue;
    // Clients wait in each of the queues, and there is one thread to serve them.
    return Error{ApplicationErrc::setting, "port " + std::to_string(listener.port) + " of " +
                                               listener.name +
                                               " was a web listener's until now; stop and start"};
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
  MS_TRY_VOID(start_modules());
  return start_server();
}

Result<> Application::Impl::start_engines() {
  MS_TRY(store, open_current_store(product, settings, clock.wall()));
  health.add("store", [this] { return store->health(); });
  client = std::make_unique<http::Client>(http::ClientOptions{});
  platform = std::make_unique<Platform>(Platform{clock, settings, *log, metrics, health, *store,
                                                 *client, files, settings.text("data.folder"),
                                                 thread_count(settings), fail_function});
  platform->demo = options.demo;
  if (!listeners.empty()) platform->port = listeners.front().port;
  platform->protocol_bindings = &protocol_bindings;
  return {};
}

Result<> Application::Impl::start_modules() {
  for (const auto& module : product.modules) {
    ++modules_begun;
    MS_TRY_VOID(module->start(*platform));
  }
  for (const auto& module : product.modules) {
    if (platform->jobs != nullptr) MS_TRY_VOID(module->add_jobs(*platform->jobs, *platform));
    if (platform->search != nullptr) MS_TRY_VOID(module->add_search(*platform->search, *platform));
  }
  return {};
}

Result<> Application::Impl::find_listeners() {
  listeners.push_back(common_listener(settings));
  listeners.back().router = &router;
  const auto add = [this](std::string_view name, std::string_view setting,
                          std::unique_ptr<http::Router>& serves) -> Result<> {
    MS_TRY(auto listener, own_listener(settings, name, setting));
    if (!listener) return {};
    serves = std::make_unique<http::Router>();
    listener->router = serves.get();
    listeners.push_back(std::move(*listener));
    return {};
  };
  for (std::size_t i = 0; i < product.modules.size(); ++i) {
    const Module& module = *product.modules[i];
    MS_TRY_VOID(add(module.name(), module.listen_setting(), module_routers[i]));
  }
  MS_TRY_VOID(add("admin", "http.admin_listen", admin_router));
  for (const http::Listener& listener : listeners) {
    MS_TRY_VOID(check_safety(product, settings, listener, options.demo));
  }
  for (const auto& module : product.modules) {
    for (const MoreListener& wanted : module->more_listeners(settings)) {
      std::unique_ptr<http::Router> serves;
      MS_TRY_VOID(add(wanted.name, wanted.setting, serves));
      if (serves == nullptr) continue;
      MS_TRY_VOID(check_process_safety(settings, listeners.back(), options.demo));
      more.push_back({module.get(), listeners.size() - 1, std::move(serves)});
    }
  }
  return find_protocol_listeners();
}

Result<> Application::Impl::find_protocol_listeners() {
  for (const auto& module : product.modules) {
    for (const MoreListener& wanted : module->protocol_listeners(settings)) {
      MS_TRY(auto listener, own_listener(settings, wanted.name, wanted.setting));
      if (!listener) continue;
      MS_TRY_VOID(check_process_safety(settings, *listener, options.demo));
      protocol_listeners.push_back(std::move(*listener));
    }
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
  for (const auto* const some : {&listeners, &protocol_listeners}) {
    for (const http::Listener& listener : *some) {
      if (http::take_binding(taken, listener)) continue;
      MS_TRY_VOID(http::probe(listener.address, listener.port));
    }
  }
  return {};
}

Result<> Application::Impl::check() {
  MS_TRY_VOID(load_certificates());
  MS_TRY_VOID(make_data_folder(settings));
  MS_TRY(log, log::Log::open(log_options(settings)));
  MS_TRY(store, open_store(product, settings));
  const auto all = migrations(product);
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
  std::vector<FrontPageEntry> entries;
  for (std::size_t i = 0; i < product.modules.size(); ++i) {
    const bool is_alone = module_routers[i] != nullptr;
    http::Router& own = is_alone ? *module_routers[i] : router;
    Routes routes{.common = router,
                  .own = own,
                  .internal = admin_router != nullptr ? *admin_router : own,
                  .has_own_listener = is_alone,
                  .has_admin_listener = admin_router != nullptr,
                  .front_page = entries};
    for (More& one : more) {
      http::Listener& listener = listeners[one.listener];
      if (one.module != product.modules[i].get()) continue;
      routes.more.push_back({listener.name, *one.router, listener.tls, listener.port});
    }
    MS_TRY_VOID(product.modules[i]->register_routes(routes));
    note_routes(product.modules[i]->name());
  }
  http::Router& admin = admin_router != nullptr ? *admin_router : router;
  health::register_routes(admin, metrics, health);
  description.register_routes(admin);
  entries.push_back({"Operation",
                     "For people and machines that look after this process.",
                     {{"/readiness", "ready for traffic"},
                      {"/liveness", "alive"},
                      {"/metrics", "Prometheus series"}}});
  if (admin_router == nullptr) {
    entries.push_back({"Documentation",
                       "Every route of this process, with schemas and examples.",
                       {{"/docs", "as a page"}, {"/openapi.json", "OpenAPI 3.1, for machines"}}});
  }
  register_front_page(router, std::move(entries));
  note_routes("platform");
  description.publish([this] { return describe_all(); });
  return {};
}

/// Those that no module has been named for yet.
void Application::Impl::note_routes(std::string_view module) {
  const auto note = [&](const http::Router* one, std::string_view listener) {
    if (one == nullptr) return;
    const auto all = one->routes();
    const auto known = static_cast<std::size_t>(std::ranges::count_if(
        route_rows, [&](const RouteRow& row) { return row.listener == listener; }));
    for (std::size_t i = known; i < all.size(); ++i) {
      route_rows.push_back({std::string{module}, std::string{listener}, all[i]});
    }
  };
  note(&router, "http");
  for (std::size_t i = 0; i < product.modules.size(); ++i) {
    note(module_routers[i].get(), product.modules[i]->name());
  }
  note(admin_router.get(), "admin");
  for (const More& one : more) note(one.router.get(), listeners[one.listener].name);
}

/// Of the routes of all listeners.
Result<std::string> Application::Impl::describe_all() {
  std::vector<http::Router::Route> routes;
  const auto add = [&routes](const http::Router* one) {
    if (one == nullptr) return;
    for (http::Router::Route& route : one->routes()) {
      if (std::ranges::find(routes, route) == routes.end()) routes.push_back(std::move(route));
    }
  };
  for (const auto& one : module_routers) add(one.get());
  add(&router);
  add(admin_router.get());
  for (const More& one : more) add(one.router.get());
  MS_TRY(auto rendered, describe_routes(product, platform->gates != nullptr, routes));
  for (const std::string& route : rendered.undescribed) {
    log->warning("mainstay.openapi.undescribed", {{"route", route}});
  }
  return std::move(rendered.text);
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
  MS_TRY_VOID(register_routes());
  server_options.listeners = listeners;  // behind the modules, which may bring certificates
  for (const auto& module : product.modules) MS_TRY_VOID(module->run());
  access_log = std::make_unique<http::AccessLog>(access_options(settings), *log, metrics);
  server_options.threads = platform->threads;
  server_options.limits = http_limits(settings);
  bound_connections(server_options.limits);
  server_options.test_clock = settings.environment() == "test";
  server_options.barrier = platform->barrier;
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
  log->info("mainstay.started", {{"version", product.version}, {"address", addresses.front()}});
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
  protocol_bindings.clear();  // so that queues end with the modules' own descriptors
  stop_engines();
}

void Application::Impl::stop_engines() {
  if (std::exchange(stopped, true)) return;
  for (std::size_t i = 0; i < modules_begun; ++i) product.modules[i]->drain();
  if (certificate_watch != nullptr) certificate_watch->stop();
  if (client != nullptr) client->stop();
  if (store != nullptr) store->stop();
  for (; modules_begun > 0; --modules_begun) {
    if (const auto ended = product.modules[modules_begun - 1]->stop(); ended.has_error()) {
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
  const std::string line = product.name + ": " + error.message() + "; ending\n";
  std::fputs(line.c_str(), stderr);  // tidy: the log may be a file on the disk that is full
  log->error("mainstay.failed", {{"error", error.message()}});
  log->flush();
  std::_Exit(1);
}

Application::Application(const Product& product, const settings::Settings& settings,
                         Options options)
    : impl_(std::make_unique<Impl>(product, settings, options)) {}
Application::~Application() { impl_->stop(); }

Result<> Application::start() {
  auto started = impl_->start();
  if (started.has_error()) impl_->stop();
  return started;
}

Result<std::vector<Application::RouteRow>> Application::routes() {
  MS_TRY_VOID(impl_->find_listeners());
  MS_TRY_VOID(make_data_folder(impl_->settings));
  MS_TRY(impl_->log, log::Log::open(log_options(impl_->settings)));
  MS_TRY_VOID(impl_->start_engines());
  MS_TRY_VOID(impl_->start_modules());
  MS_TRY_VOID(impl_->register_routes());
  return impl_->route_rows;
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
  for (http::Binding& binding : impl_->protocol_bindings) bindings.push_back(std::move(binding));
  impl_->protocol_bindings.clear();
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
  for (const auto* const some : {&impl_->listeners, &impl_->protocol_listeners}) {
    for (const http::Listener& listener : *some) {
      all.push_back({.name = listener.name,
                     .address = listener.address,
                     .port = listener.port,
                     .sockets = {}});
    }
  }
  return all;
}

}  // namespace mainstay
