#include "apps/apim/module.hpp"

#include <utility>

#include "apps/apim/app.hpp"
#include "apps/apim/commands/commands.hpp"
#include "apps/apim/inbound/http/openapi.hpp"
#include "apps/apim/settings.hpp"
#include "platform/core/platform.hpp"
#include "platform/gate/gate.hpp"
#include "platform/http/server.hpp"

namespace mainstay::apim {
namespace {

std::string demo_text(const std::string& address) {
  const std::string call = address + "/transactions/";
  const std::string who = "?provider_key=demo-provider&service_id=demo&user_key=demo-user";
  return "A demo tenant is ready: at most 2 hits a minute. Try\n"
         "  curl '" +
         call + "authorize.xml" + who +
         "'\n"
         "  curl -i '" +
         call + "authrep.xml" + who +
         "&usage%5Bhits%5D=1'    three times: 200, "
         "200, 409\n"
         "  curl -u demo:demo " +
         address + "/internal/services/demo/applications/demo-app/utilization/\n";
}

}  // namespace

struct Module::Running final : gate::Provider, http::CommitBarrier {
  explicit Running(Platform& lent) : platform(lent), app(lent) {}

  gate::Authority& authority(std::string_view service) override { return app.gate(service); }
  bool commit(UniqueFunction<void()> when_durable) override {
    return app.commit(std::move(when_durable));
  }

  Platform& platform;
  App app;
};

Module::Module() = default;
Module::~Module() = default;

std::vector<settings::Spec> Module::setting_specs() const { return apim::setting_specs(); }

std::vector<store::Migration> Module::migrations() const {
  const auto all = apim::migrations();
  return {all.begin(), all.end()};
}

std::vector<Command> Module::commands() const { return apim::commands(); }

Result<> Module::describe(openapi::Document& document) const { return apim::describe(document); }

std::string Module::unsafe_beyond_loopback(const settings::Settings& settings) const {
  if (!settings.text("apps.apim.internal_user").empty() &&
      !settings.text("apps.apim.internal_password").empty()) {
    return {};
  }
  return "without credentials for /internal; set apps.apim.internal_user and "
         "apps.apim.internal_password, or use 127.0.0.1";
}

/// A demo listens on loopback only and leaves nothing to a real start.
Demo Module::demo() const {
  return {.settings = {{"apps.apim.internal_user", "demo"},
                       {"apps.apim.internal_password", "demo"},
                       {"data.folder", "var/demo"}},
          .text = demo_text};
}

Result<> Module::start(Platform& platform) {
  running_ = std::make_unique<Running>(platform);
  MS_TRY_VOID(running_->app.start());
  platform.gates = running_.get();
  platform.barrier = running_.get();
  if (platform.demo) MS_TRY_VOID(running_->app.add_demo());
  return {};
}

Result<> Module::register_routes(Routes& routes) {
  App& app = running_->app;
  app.register_public_routes(routes.own, routes.has_own_listener);
  app.register_internal_routes(routes.internal);
  FrontPageEntry entry{
      "API management", "Keys, plans, limits and metering: the 3scale Service Management API.", {}};
  const bool has_page = running_->platform.settings.boolean("apps.apim.page");
  if (has_page && !routes.has_own_listener && !routes.has_admin_listener) {
    entry.links.push_back({"/apim", "services, applications, limits and usage, as a page"});
  }
  entry.links.push_back({"/status", "state of the public API"});
  entry.links.push_back({"/check.txt", "is it up"});
  entry.links.push_back({"/internal/check.json", "the internal API, with credentials"});
  routes.front_page.push_back(std::move(entry));
  return {};
}

Result<> Module::run() {
  running_->app.say_what_gates_lack();
  return {};
}

Result<> Module::stop() {
  if (running_ == nullptr) return {};
  auto stopped = running_->app.stop();
  running_.reset();
  return stopped;
}

}  // namespace mainstay::apim
