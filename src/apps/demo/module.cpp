#include "apps/demo/module.hpp"

#include <utility>

#include "apps/demo/echo.hpp"
#include "apps/demo/ws_echo.hpp"
#include "platform/core/platform.hpp"
#include "platform/gate/gate.hpp"
#include "platform/gate/settings.hpp"
#include "platform/openapi/document.hpp"

namespace mainstay::demo {

std::string_view asset(std::string_view name);  // generated from openapi.json

namespace {

std::string demo_text(const std::string& address) {
  return "  curl -i '" + address +
         "/demo/echo?user_key=demo-echo'    a gated route: 200, 200, 429\n";
}

}  // namespace

std::vector<settings::Spec> Module::setting_specs() const {
  return {
      {.key = "apps.demo.echo",
       .kind = settings::Kind::boolean,
       .fallback = "false",
       .help = "serve GET /demo/echo, which answers what came, and the WebSocket /demo/ws, which "
               "sends it back; --demo does; loopback only"},
      {.key = "apps.demo.gate",
       .help = "service of API management that lets callers of /demo/echo pass; empty: everybody "
               "may call, or with --demo the service demo"},
  };
}

Module::Module() = default;
Module::~Module() = default;

Result<> Module::describe(openapi::Document& document) const {
  return document.add("apps/demo", asset("openapi.json"));
}

std::string Module::unsafe_beyond_loopback(const settings::Settings& settings) const {
  return settings.boolean("apps.demo.echo") ? "with apps.demo.echo; use 127.0.0.1" : "";
}

Demo Module::demo() const { return {.settings = {}, .text = demo_text}; }

Result<> Module::start(Platform& platform) {
  platform_ = &platform;
  return {};
}

Result<> Module::register_routes(Routes& routes) {
  const settings::Settings& settings = platform_->settings;
  if (!platform_->demo && !settings.boolean("apps.demo.echo")) return {};
  constexpr std::string_view setting = "apps.demo.gate";
  std::string_view service = settings.text(setting);
  if (service.empty() && platform_->demo) service = "demo";
  gate::Options options;
  options.headers = gate::credential_headers(settings);
  http::Router echo;
  demo::register_routes(echo, options.headers);
  MS_TRY_VOID(
      gate::mount(routes.common, std::move(echo), platform_->gates, service, setting, options));
  ws_echo_ = std::make_unique<WsEcho>();
  ws_echo_->register_routes(routes.common);
  routes.front_page.push_back(
      {"Demo",
       "A route behind API management: its callers need a key and have limits.",
       {{"/demo/echo", "refused without a key"},
        {"/demo/echo?user_key=demo-echo", "what came; 2 calls a minute"}}});
  return {};
}

}  // namespace mainstay::demo
