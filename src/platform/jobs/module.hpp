#pragma once

#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/program/module.hpp"

namespace mainstay::jobs {

/// Work in the background, kept in the store, as a part of a product: lends Platform::jobs. Modules
/// behind it add their handlers and schedules in add_jobs(). docs/jobs.md.
class Module final : public mainstay::Module {
 public:
  [[nodiscard]] std::string_view name() const override { return "jobs"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
  [[nodiscard]] std::vector<Command> commands() const override;
  Result<> start(Platform& platform) override;
  Result<> run() override;
  void drain() override;
  Result<> stop() override;

 private:
  Platform* platform_ = nullptr;
  std::unique_ptr<Runner> runner_;
};

/// What the settings say of the runner.
RunnerOptions runner_options(const settings::Settings& settings);

/// `jobs list|run|retry|cancel`
std::vector<Command> commands();

}  // namespace mainstay::jobs
