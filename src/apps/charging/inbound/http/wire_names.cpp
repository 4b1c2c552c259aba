#include "apps/charging/inbound/http/wire_names.hpp"

#include <algorithm>

#include "apps/charging/inbound/ocpp/tables.hpp"
#include "base/check.hpp"

namespace mainstay::charging {

std::span<const std::string_view> wire_names(std::string_view action,
                                             std::initializer_list<std::string_view> path) {
  const auto actions = ocpp::station_actions();
  const auto found = std::ranges::find(actions, action, &ocpp::Action::name);
  MS_CHECK(found != actions.end());
  const ocpp::Table* table = found->request;
  const ocpp::Field* field = nullptr;
  for (const std::string_view name : path) {
    MS_CHECK(table != nullptr);
    const auto at = std::ranges::find(table->fields, name, &ocpp::Field::name);
    MS_CHECK(at != table->fields.end());
    field = &*at;
    table = at->rule.inner;
  }
  MS_CHECK(field != nullptr && !field->rule.names.empty());
  return field->rule.names;
}

}  // namespace mainstay::charging
