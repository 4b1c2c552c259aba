#include "apps/@{app}/module.hpp"

#include <span>
#include <string>

#include "apps/@{app}/inbound/item_routes.hpp"
#include "apps/@{app}/outbound/item_rows.hpp"
#include "platform/core/platform.hpp"
#include "platform/openapi/document.hpp"

namespace @{name}::@{app} {

// Generated of migrations/ and openapi.json.
std::span<const mainstay::store::Migration> migrations();
std::string_view asset(std::string_view name);

Module::Module() = default;
Module::~Module() = default;

std::string_view Module::name() const { return "@{app}"; }

std::vector<mainstay::store::Migration> Module::migrations() const {
  const auto all = @{app}::migrations();
  return {all.begin(), all.end()};
}

mainstay::Result<> Module::describe(mainstay::openapi::Document& document) const {
  return document.add("apps/@{app}", asset("openapi.json"));
}

mainstay::Result<> Module::start(mainstay::Platform& platform) {
  rows_ = std::make_unique<ItemRows>(platform.store);
  return {};
}

mainstay::Result<> Module::register_routes(mainstay::Routes& routes) {
  @{app}::register_routes(routes.own, *rows_);
  const std::string title = "@{app_title}";
  const std::string path = "/@{app}";
  routes.front_page.push_back({title, "Items, kept.", {{path, "the newest, as JSON"}}});
  return {};
}

}  // namespace @{name}::@{app}
