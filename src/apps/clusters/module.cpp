#include "apps/clusters/module.hpp"

#include <utility>

#include "apps/clusters/app.hpp"
#include "apps/clusters/commands/audit.hpp"
#include "apps/clusters/commands/embedded.hpp"
#include "apps/clusters/commands/price_commands.hpp"
#include "apps/clusters/commands/sealing_commands.hpp"
#include "apps/clusters/settings.hpp"
#include "platform/core/platform.hpp"
#include "platform/openapi/document.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {

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

std::vector<settings::Spec> Module::setting_specs() const { return clusters::setting_specs(); }

std::vector<store::Migration> Module::migrations() const {
  const auto all = clusters::migrations();
  return {all.begin(), all.end()};
}

std::vector<Command> Module::commands() const {
  std::vector<Command> all{
      {.name = "clusters", .help = "the platform API: node groups, secrets, changes"},
      embedded_command(),
      audit_command()};
  for (Command& one : price_commands()) all.push_back(std::move(one));
  for (Command& one : sealing_commands()) all.push_back(std::move(one));
  return all;
}

Result<> Module::describe(openapi::Document& document) const {
  for (const std::string_view name : routes::asset_names()) {
    MS_TRY_VOID(
        document.add(std::string{"apps/clusters/"} + std::string{name}, routes::asset(name)));
  }
  return {};
}

Demo Module::demo() const {
  return {.settings = {{"apps.clusters.enabled", "true"},
                       {"apps.clusters.access", "open"},
                       {"apps.clusters.embedded_cluster", "true"},
                       {"apps.clusters.forge", "embedded"}},
          .text = {}};
}

std::string Module::unsafe_beyond_loopback(const settings::Settings& settings) const {
  return clusters::unsafe_beyond_loopback(settings);
}

Result<> Module::start(Platform& platform) {
  if (!platform.settings.boolean("apps.clusters.enabled")) return {};
  running_ = std::make_unique<Running>(platform);
  return running_->app.start();
}

Result<> Module::register_routes(Routes& routes) {
  if (running_ == nullptr) return {};
  running_->app.register_routes(routes.own);
  if (routes.has_own_listener) running_->app.register_own_probes(routes.own);
  running_->app.register_page(routes.own, !routes.has_own_listener);
  FrontPageEntry entry{"Clusters", "Node groups and secrets, as pull requests.", {}};
  if (!routes.has_own_listener) {
    entry.links.push_back({"/clusters", "node groups, what they cost, and what was proposed"});
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

}  // namespace mainstay::clusters
