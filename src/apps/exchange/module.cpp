#include "apps/exchange/module.hpp"

#include <utility>

#include "apps/exchange/app.hpp"
#include "apps/exchange/commands/commands.hpp"
#include "apps/exchange/fix_door.hpp"
#include "apps/exchange/settings.hpp"
#include "platform/core/platform.hpp"
#include "platform/openapi/document.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::exchange {

namespace routes {  // generated from inbound/http/openapi/
std::string_view asset(std::string_view name);
std::vector<std::string_view> asset_names();
}  // namespace routes

struct Module::Running {
  explicit Running(Platform& lent) : platform(lent), app(lent) {}
  Platform& platform;
  App app;
};

Module::Module() = default;
Module::~Module() = default;

std::vector<settings::Spec> Module::setting_specs() const { return exchange::setting_specs(); }

std::vector<store::Migration> Module::migrations() const {
  const auto all = exchange::migrations();
  return {all.begin(), all.end()};
}

std::vector<mainstay::Command> Module::commands() const { return exchange::commands(); }

Result<> Module::describe(openapi::Document& document) const {
  for (const std::string_view name : routes::asset_names()) {
    MS_TRY_VOID(
        document.add(std::string{"apps/exchange/"} + std::string{name}, routes::asset(name)));
  }
  return {};
}

std::vector<MoreListener> Module::protocol_listeners(const settings::Settings& settings) const {
  if (!settings.boolean("apps.exchange.enabled")) return {};
  return FixDoor::listeners();
}

namespace {

std::string demo_text(const std::string& address) {
  return "A market of simulated traders runs: open " + address +
         "/exchange\n"
         "  curl '" +
         address +
         "/exchange/api/v3/depth?symbol=LUNAUSD&limit=5'\n"
         "  mainstay user add NAME     then sign in there with money to trade (docs/exchange.md)\n";
}

}  // namespace

Demo Module::demo() const {
  return {
      .settings = {{"apps.exchange.enabled", "true"},
                   {"apps.exchange.keep_journal", "false"},  // nobody watches its disk
                   {"apps.exchange.new_accounts_get", "USD:100000 LUNA:1000 ECHO:1000 NOVA:1000"}},
      .text = demo_text};
}

Result<> Module::start(Platform& platform) {
  if (!platform.settings.boolean("apps.exchange.enabled")) return {};
  running_ = std::make_unique<Running>(platform);
  return running_->app.start();
}

Result<> Module::register_routes(Routes& routes) {
  if (running_ == nullptr) return {};
  running_->app.register_routes(routes.own);
  FrontPageEntry entry{"Exchange", "A simulated exchange: books, accounts, market data.", {}};
  if (running_->platform.settings.boolean("apps.exchange.page")) {
    running_->app.register_page(routes.own, !routes.has_own_listener);
    if (!routes.has_own_listener) {
      entry.links.push_back({"/exchange", "the market: book, trades, chart, your orders"});
    }
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

}  // namespace mainstay::exchange
