#include "apps/charging/app.hpp"

namespace mainstay::charging {

struct App::Impl {
  explicit Impl(Platform& lent) : platform(lent) {}

  Platform& platform;
};

App::App(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
App::~App() = default;

Result<> App::start() { return {}; }

void App::register_routes(http::Router& /*router*/) {}

Result<> App::run() { return {}; }

void App::drain() {}

void App::stop() {}

}  // namespace mainstay::charging
