#pragma once

#include "platform/program/module.hpp"

namespace mainstay::jobs {

/// Work in the background, kept in the store, as a part of a product.
class Module final : public mainstay::Module {
 public:
  [[nodiscard]] std::string_view name() const override { return "jobs"; }
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
};

}  // namespace mainstay::jobs
