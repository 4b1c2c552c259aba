#pragma once

#include <memory>

#include "platform/program/module.hpp"

namespace mainstay::demo {

class WsEcho;

/// Something to call: GET /demo/echo, gated by the service that a setting names, and the WebSocket
/// /demo/ws.
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;

  [[nodiscard]] std::string_view name() const override { return "demo"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  Result<> describe(openapi::Document& document) const override;
  [[nodiscard]] std::string unsafe_beyond_loopback(
      const settings::Settings& settings) const override;
  [[nodiscard]] Demo demo() const override;

  Result<> start(Platform& platform) override;
  Result<> register_routes(Routes& routes) override;

 private:
  Platform* platform_ = nullptr;
  std::unique_ptr<WsEcho> ws_echo_;
};

}  // namespace mainstay::demo
