#pragma once

#include <memory>

#include "platform/program/module.hpp"

namespace mainstay::apim {

/// API management as a part of a product: its APIs and page, the gate for other modules' routes
/// (Platform::gates), and the journal that answers wait for (Platform::barrier).
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;

  [[nodiscard]] std::string_view name() const override { return "apim"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
  [[nodiscard]] std::vector<Command> commands() const override;
  Result<> describe(openapi::Document& document) const override;
  [[nodiscard]] std::string_view listen_setting() const override { return "apps.apim.listen"; }
  [[nodiscard]] std::string unsafe_beyond_loopback(
      const settings::Settings& settings) const override;
  [[nodiscard]] Demo demo() const override;

  Result<> start(Platform& platform) override;
  Result<> register_routes(Routes& routes) override;
  Result<> run() override;
  Result<> stop() override;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace mainstay::apim
