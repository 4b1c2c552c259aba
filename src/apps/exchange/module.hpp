#pragma once

#include <memory>

#include "platform/program/module.hpp"

namespace mainstay::exchange {

/// The simulated exchange, under /exchange, when apps.exchange.enabled is true; the commands
/// `exchange ...` always.
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;

  [[nodiscard]] std::string_view name() const override { return "exchange"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
  [[nodiscard]] std::vector<mainstay::Command> commands() const override;
  Result<> describe(openapi::Document& document) const override;
  [[nodiscard]] std::string_view listen_setting() const override { return "apps.exchange.listen"; }
  [[nodiscard]] std::vector<MoreListener> protocol_listeners(
      const settings::Settings& settings) const override;
  [[nodiscard]] Demo demo() const override;

  Result<> start(Platform& platform) override;
  Result<> register_routes(Routes& routes) override;
  Result<> run() override;
  void drain() override;
  Result<> stop() override;

 private:
  struct Running;
  std::unique_ptr<Running> running_;  // null: not started, or not enabled
};

}  // namespace mainstay::exchange
