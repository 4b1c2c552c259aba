#include "apps/charging/module.hpp"

#include <string>
#include <utility>

#include "apps/charging/app.hpp"
#include "apps/charging/app_history.hpp"
#include "apps/charging/app_ocpp.hpp"
#include "apps/charging/commands/ca.hpp"
#include "apps/charging/commands/certificates.hpp"
#include "apps/charging/commands/circuits.hpp"
#include "apps/charging/commands/import.hpp"
#include "apps/charging/commands/measure_plots.hpp"
#include "apps/charging/commands/money_commands.hpp"
#include "apps/charging/commands/network_commands.hpp"
#include "apps/charging/commands/plots.hpp"
#include "apps/charging/commands/reservations.hpp"
#include "apps/charging/commands/simulate.hpp"
#include "apps/charging/commands/station_keys.hpp"
#include "apps/charging/commands/unknown_stops.hpp"
#include "apps/charging/settings.hpp"
#include "platform/core/platform.hpp"
#include "platform/openapi/document.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::charging {

namespace routes {  // generated from inbound/http/openapi/
std::string_view asset(std::string_view name);
std::vector<std::string_view> asset_names();
}  // namespace routes

struct Module::Running {
  explicit Running(Platform& lent) : app(lent) {}
  App app;
};

Module::Module() = default;
Module::~Module() = default;

std::vector<settings::Spec> Module::setting_specs() const { return charging::setting_specs(); }

std::vector<store::Migration> Module::migrations() const {
  const auto all = charging::migrations();
  return {all.begin(), all.end()};
}

std::vector<Command> Module::commands() const {
  std::vector<Command> all{
      {.name = "charging", .help = "the charging network: plots, stations, simulated ones"},
      import_command(),
      simulate_command(),
      measure_plots_command(),
      ca_group(),
      ca_init_command()};
  const auto add = [&all](std::vector<Command> more) {
    for (Command& one : more) all.push_back(std::move(one));
  };
  add(certificate_commands());
  add(network_commands());
  all.push_back(station_key_command());
  add(reservation_commands());
  add(unknown_stop_commands());
  add(plot_commands());
  add(circuit_commands());
  add(money_commands());
  return all;
}

Result<> Module::describe(openapi::Document& document) const {
  for (const std::string_view name : routes::asset_names()) {
    MS_TRY_VOID(
        document.add(std::string{"apps/charging/"} + std::string{name}, routes::asset(name)));
  }
  return {};
}

Demo Module::demo() const {
  return {.settings = {{"apps.charging.enabled", "true"}, {"apps.charging.ocpp_profile", "0"}},
          .text = {}};
}

std::vector<MoreListener> Module::more_listeners(const settings::Settings& settings) const {
  if (!settings.boolean("apps.charging.enabled")) return {};
  return ocpp_listeners();
}

std::string Module::unsafe_beyond_loopback(const settings::Settings& settings) const {
  return charging::unsafe_beyond_loopback(settings);
}

Result<> Module::start(Platform& platform) {
  if (!platform.settings.boolean("apps.charging.enabled")) return {};
  running_ = std::make_unique<Running>(platform);
  return running_->app.start();
}

Result<> Module::add_jobs(jobs::Runner& runner, Platform& platform) {
  if (!platform.settings.boolean("apps.charging.enabled")) return {};
  return add_history_job(runner, platform);
}

Result<> Module::register_routes(Routes& routes) {
  if (running_ == nullptr) return {};
  running_->app.register_routes(routes.own);
  for (OwnRoutes& one : routes.more) MS_TRY_VOID(running_->app.serve_stations(one));
  running_->app.register_page(routes.own, !routes.has_own_listener);
  FrontPageEntry entry{"Charging", "Plots, stations and drivers.", {}};
  if (!routes.has_own_listener) {
    entry.links.push_back({"/charging", "the map: where to charge, and what is free now"});
  }
  routes.front_page.push_back(std::move(entry));
  return {};
}

Result<> Module::run() {
  if (running_ == nullptr) return {};
  return running_->app.run();
}

void Module::drain() {
  if (running_ != nullptr) running_->app.drain();
}

Result<> Module::stop() {
  if (running_ == nullptr) return {};
  running_->app.stop();
  running_.reset();
  return {};
}

}  // namespace mainstay::charging
