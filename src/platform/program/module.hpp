#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "platform/front/front_page.hpp"
#include "platform/http/router.hpp"
#include "platform/program/command.hpp"
#include "platform/settings/settings.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay {

struct Platform;
namespace jobs {
class Runner;
}
namespace openapi {
class Document;
}
namespace search {
class Service;
}
namespace tls {
class ServerContext;
}

/// A listener that a module has beside those of everybody, for routes or a protocol of its own.
struct MoreListener {
  std::string_view name;     // unique in the product
  std::string_view setting;  // of the form address:port; empty value: there is none
};

/// One of them that there is: bound already, with root's rights, and served with the others.
struct OwnRoutes {
  std::string_view name;
  http::Router& router;
  std::shared_ptr<tls::ServerContext>& tls;  // the common listener's, until the module says other
  std::uint16_t port = 0;
};

/// Where a module's routes go, and what it shows of itself on the front page.
struct Routes {
  http::Router& common;    // of the common listener
  http::Router& own;       // of the module's own listener; without one the common one
  http::Router& internal;  // for whoever operates: of http.admin_listen; without that `own`
  bool has_own_listener = false;
  bool has_admin_listener = false;
  std::vector<FrontPageEntry>& front_page;
  std::vector<OwnRoutes> more = {};  // of more_listeners()
};

/// What a module offers for `serve --demo`.
struct Demo {
  std::vector<Preference> settings;                      // as long as nobody has said anything
  std::string (*text)(const std::string& address) = {};  // told once `address` serves
};

/// A part of a product: an application, or something that applications use (jobs, mail, users).
///
/// To add one: a class in `<folder>/module.{hpp,cpp}` that overrides what it needs of this, and a
/// line in the list of main.cpp, behind the modules that it uses. What it lends to modules behind
/// it becomes a pointer of Platform (platform/core) that its start() sets.
///
/// Life: construct (no effects), start(), add_jobs(), add_search(), register_routes(), run(),
/// drain(), stop(); all on one thread. stop() works after half a start. The modules start in the
/// order of the list, and stop in its reverse.
class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  /// Of [a-z0-9_], unique: names its listener, its folder of data, its settings `apps.NAME.*`.
  [[nodiscard]] virtual std::string_view name() const = 0;

  // --- what it declares: no effects, at any time -------------------------------------------------

  [[nodiscard]] virtual std::vector<settings::Spec> setting_specs() const { return {}; }
  [[nodiscard]] virtual std::vector<store::Migration> migrations() const { return {}; }
  [[nodiscard]] virtual std::vector<Command> commands() const { return {}; }
  /// Adds what describes its routes.
  virtual Result<> describe(openapi::Document& document) const;
  /// The setting, of the form address:port, that gives it a listener of its own; "" for none.
  [[nodiscard]] virtual std::string_view listen_setting() const { return {}; }
  /// Others, which serve nothing but what the module adds to them in register_routes().
  [[nodiscard]] virtual std::vector<MoreListener> more_listeners(const settings::Settings&) const {
    return {};
  }
  /// Those for a protocol that is not HTTP: bound with the others, as root where that is needed,
  /// and handed over at a restart like them. start() takes its socket with protocol_socket()
  /// (platform/program/listeners.hpp), run() serves it, drain() stops.
  [[nodiscard]] virtual std::vector<MoreListener> protocol_listeners(
      const settings::Settings&) const {
    return {};
  }
  /// What speaks against listening beyond loopback, behind "listening on 0.0.0.0 "; "" for nothing.
  [[nodiscard]] virtual std::string unsafe_beyond_loopback(const settings::Settings&) const {
    return {};
  }
  [[nodiscard]] virtual Demo demo() const { return {}; }

  // --- its life ----------------------------------------------------------------------------------

  /// Brings back its state. The store's schema is current; `platform` outlives the module's stop().
  virtual Result<> start(Platform& platform);
  /// Handlers and schedules of its jobs: in `serve` when all modules have started, in `jobs run`
  /// without start(), so that what handlers use comes from `platform`. Only in a product with jobs.
  virtual Result<> add_jobs(jobs::Runner& runner, Platform& platform);
  /// Its indexes and where their documents come from: behind add_jobs(), and in `search rebuild` as
  /// there.
  virtual Result<> add_search(search::Service& search, Platform& platform);
  virtual Result<> register_routes(Routes& routes);
  /// All modules have started and registered: begins what works in the background, before the
  /// server answers.
  virtual Result<> run();
  /// The server has stopped, the store has not: begins nothing new in the background and waits for
  /// what has begun.
  virtual void drain() {}
  /// The store has stopped writing.
  virtual Result<> stop();
};

}  // namespace mainstay
