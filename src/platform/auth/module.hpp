#pragma once

#include <memory>

#include "platform/program/module.hpp"

namespace mainstay::auth {

/// Users: accounts, sessions, API tokens; the pages and JSON API under /auth and the commands
/// `user ...`. Lends modules behind it a Guard (Platform::guard), which is null when auth.enabled
/// is false.
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;

  [[nodiscard]] std::string_view name() const override { return "auth"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
  [[nodiscard]] std::vector<Command> commands() const override;
  Result<> describe(openapi::Document& document) const override;

  Result<> start(Platform& platform) override;
  Result<> register_routes(Routes& routes) override;
  Result<> run() override;
  void drain() override;
  Result<> stop() override;

 private:
  struct Running;
  std::unique_ptr<Running> running_;  // null: not started, or not enabled
};

}  // namespace mainstay::auth
