#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/unique_function.hpp"

namespace mainstay {

namespace auth {
class Guard;
}
namespace gate {
class Provider;
}
namespace http {
struct Binding;
class Client;
class CommitBarrier;
class Router;
}  // namespace http
namespace jobs {
class Runner;
}
namespace journal {
class FileSystem;
}
namespace log {
class Log;
}
namespace metrics {
class Registry;
}
namespace search {
class Service;
}
namespace settings {
class Settings;
}
namespace store {
class Store;
}
namespace health {
class Health;
}

/// What the platform lends to a module. All of it outlives the module's stop().
struct Platform {
  const Clock& clock;
  const settings::Settings& settings;
  log::Log& log;
  metrics::Registry& metrics;
  health::Health& health;
  store::Store& store;
  http::Client& client;
  journal::FileSystem& files;
  std::filesystem::path data_folder;
  std::size_t threads = 1;  // I/O threads; a request's `thread` is below it
  /// A failure that the process must not outlive: says why and ends it, with nothing unsaved
  /// acknowledged.
  const UniqueFunction<void(const Error&)>& fail;
  bool demo = false;       // `serve --demo`: show something
  std::uint16_t port = 0;  // bound for the common listener; it answers behind Module::run()
  const std::vector<http::Binding>* protocol_bindings = nullptr;  // see protocol_socket()

  // What modules lend to those behind them in the product's list; each is set by its module's
  // start(), and null in a product without it.
  gate::Provider* gates = nullptr;         // API management
  jobs::Runner* jobs = nullptr;            // work in the background
  search::Service* search = nullptr;       // full text search
  auth::Guard* guard = nullptr;            // users: who may call a route
  http::CommitBarrier* barrier = nullptr;  // what answers wait for: a journal
};

}  // namespace mainstay
