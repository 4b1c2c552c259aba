#pragma once

#include <memory>

#include "platform/program/module.hpp"

namespace @{name}::notes {

class NoteRows;

/// Notes as a part of the program. What else a module can do: platform/program/module.hpp.
class Module final : public mainstay::Module {
 public:
  Module();
  ~Module() override;

  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] std::vector<mainstay::store::Migration> migrations() const override;
  mainstay::Result<> describe(mainstay::openapi::Document& document) const override;

  mainstay::Result<> start(mainstay::Platform& platform) override;
  mainstay::Result<> add_jobs(mainstay::jobs::Runner& runner,
                              mainstay::Platform& platform) override;
  mainstay::Result<> register_routes(mainstay::Routes& routes) override;

 private:
  mainstay::Platform* platform_ = nullptr;
  std::unique_ptr<NoteRows> rows_;
};

}  // namespace @{name}::notes
