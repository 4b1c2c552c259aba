#include "apps/charging/app.hpp"

#include "apps/charging/app_demo.hpp"
#include "apps/charging/app_history.hpp"
#include "apps/charging/app_money.hpp"
#include "apps/charging/app_network.hpp"
#include "apps/charging/app_ocpp.hpp"
#include "apps/charging/app_plots.hpp"
#include "apps/charging/app_power.hpp"
#include "apps/charging/inbound/page/page.hpp"

namespace mainstay::charging {

struct App::Impl {
  explicit Impl(Platform& lent)
      : platform(lent),
        network(lent),
        ocpp(lent, network.service()),
        plots(lent),
        money(lent, network.service(), plots.desk()) {}

  Platform& platform;
  NetworkApp network;
  OcppApp ocpp;
  PowerApp power{platform, network.service()};
  PlotsApp plots;
  MoneyApp money;
  DemoApp demo{platform, network.service()};
};

App::App(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
App::~App() = default;

Result<> App::start() {
  MS_TRY_VOID(impl_->ocpp.start());
  impl_->power.use_door(impl_->ocpp.link());
  MS_TRY_VOID(impl_->plots.start());
  impl_->plots.follow(impl_->network.service());
  impl_->network.service().use_link(impl_->power.link());
  MS_TRY_VOID(impl_->network.start());
  MS_TRY_VOID(impl_->power.start());
  impl_->plots.catch_up(impl_->network.service());
  return impl_->money.start();
}

void App::register_routes(http::Router& router) {
  impl_->ocpp.register_routes(router);
  impl_->network.register_routes(router);
  impl_->power.register_routes(router);
  impl_->money.register_routes(router);
  impl_->plots.register_routes(router);
}

Result<> App::serve_stations(OwnRoutes& listener) { return impl_->ocpp.serve(listener); }

void App::register_page(http::Router& router, bool has_sign_in) {
  charging::register_page(router, has_sign_in ? impl_->platform.guard : nullptr);
}

Result<> App::run() {
  MS_TRY_VOID(impl_->ocpp.run());
  forget_history_soon(impl_->platform);
  return impl_->demo.run();
}

void App::drain() {
  impl_->demo.stop();
  impl_->plots.drain();
}

void App::stop() {
  impl_->ocpp.stop();
  impl_->power.stop();
  impl_->network.stop();
  impl_->money.stop();
  impl_->plots.stop();
}

}  // namespace mainstay::charging
