#pragma once

#include "platform/program/module.hpp"

namespace mainstay::exchange {

/// The simulated exchange.
class Module final : public mainstay::Module {
 public:
  [[nodiscard]] std::string_view name() const override { return "exchange"; }
  [[nodiscard]] std::vector<mainstay::Command> commands() const override;
};

}  // namespace mainstay::exchange
