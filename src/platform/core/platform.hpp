#pragma once

#include <cstddef>
#include <filesystem>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/unique_function.hpp"

namespace mainstay {

namespace http {
class Client;
class Router;
}  // namespace http
namespace journal {
class FileSystem;
}
namespace log {
class Log;
}
namespace metrics {
class Registry;
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

/// What the platform lends to an application module. All of it outlives the module.
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
};

}  // namespace mainstay
