#include "apps/charging/app.hpp"

#include "apps/charging/app_money.hpp"

namespace mainstay::charging {

struct App::Impl {
  explicit Impl(Platform& lent) : platform(lent), money(lent) {}

  Platform& platform;
  MoneyApp money;
};

App::App(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
App::~App() = default;

Result<> App::start() { return {}; }

void App::register_routes(http::Router& /*router*/) {}

Result<> App::run() { return {}; }

void App::drain() {}

void App::stop() {}

}  // namespace mainstay::charging
