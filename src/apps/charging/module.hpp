#pragma once

#include <memory>

#include "platform/program/module.hpp"

namespace mainstay::charging {

/// The charging network, under /charging, when apps.charging.enabled is true; the commands
/// `charging ...` always.
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;

  [[nodiscard]] std::string_view name() const override { return "charging"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
  [[nodiscard]] std::vector<mainstay::Command> commands() const override;
  Result<> describe(openapi::Document& document) const override;
  [[nodiscard]] std::string_view listen_setting() const override { return "apps.charging.listen"; }
  [[nodiscard]] std::vector<MoreListener> more_listeners(
      const settings::Settings& settings) const override;
  [[nodiscard]] Demo demo() const override;
  [[nodiscard]] std::string unsafe_beyond_loopback(
      const settings::Settings& settings) const override;

  Result<> start(Platform& platform) override;
  Result<> add_jobs(jobs::Runner& runner, Platform& platform) override;
  Result<> register_routes(Routes& routes) override;
  Result<> run() override;
  void drain() override;
  Result<> stop() override;

 private:
  struct Running;
  std::unique_ptr<Running> running_;  // null: not started, or not enabled
};

}  // namespace mainstay::charging
