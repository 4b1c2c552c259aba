#pragma once

#include "platform/program/module.hpp"

namespace mainstay::kit {

/// The kit's commands: `new`, `new app`, `update`. Nothing of it runs in a server.
class Module final : public mainstay::Module {
 public:
  [[nodiscard]] std::string_view name() const override { return "kit"; }
  [[nodiscard]] std::vector<Command> commands() const override;
};

}  // namespace mainstay::kit
