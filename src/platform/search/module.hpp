#pragma once

#include <memory>

#include "platform/program/module.hpp"
#include "platform/search/service.hpp"

namespace mainstay::search {

/// Full text search as a part of a product: lends Platform::search. Modules behind it add their
/// indexes in add_search(). docs/search.md.
class Module final : public mainstay::Module {
 public:
  [[nodiscard]] std::string_view name() const override { return "search"; }
  [[nodiscard]] std::vector<settings::Spec> setting_specs() const override;
  [[nodiscard]] std::vector<store::Migration> migrations() const override;
  [[nodiscard]] std::vector<Command> commands() const override;
  Result<> start(Platform& platform) override;
  Result<> run() override;
  void drain() override;
  Result<> stop() override;

 private:
  std::unique_ptr<Service> service_;
};

/// By the settings: in the relational store, or in Elasticsearch.
Result<std::unique_ptr<Service>> make_service(Platform& platform);

/// `search list|rebuild`
std::vector<Command> commands();

}  // namespace mainstay::search
