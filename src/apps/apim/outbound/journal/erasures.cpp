#include "apps/apim/outbound/journal/erasures.hpp"

#include <vector>

#include "apps/apim/outbound/journal/apim_state.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t rows_at_once = 10'000;

Result<> erase_history(const StripedCounters::Erasure& erasure, DeletedServices& deleted,
                       UsageHistory& history, ApimState& state) {
  for (bool none_left = false; !none_left;) {
    MS_TRY(none_left, history.erase_some(erasure.service_id, rows_at_once));
  }
  MS_TRY(auto marks, deleted.list());
  std::erase_if(marks,
                [&](const DeletedService& mark) { return mark.service_id != erasure.service_id; });
  MS_TRY_VOID(deleted.forget(marks));
  state.counters().history_erased(erasure);
  return {};
}

}  // namespace

Result<> record_erasures(const DeletedServices& deleted, const Catalog& catalog, ApimState& state) {
  MS_TRY(const auto marks, deleted.list());
  for (const DeletedService& mark : marks) {
    const bool is_there = catalog.services.find(mark.service_id) != nullptr;
    if (is_there && state.counters().is_erasure_pending(mark.service_id)) continue;
    state.counters().erase_service(mark.service_id);
    state.errors().clear(mark.service_id);
    state.alert_marks().erase_service(mark.service_id);
  }
  return state.sync();
}

Result<> finish_erasures(DeletedServices& deleted, const Catalog& catalog, UsageHistory& history,
                         ApimState& state) {
  MS_TRY_VOID(record_erasures(deleted, catalog, state));
  for (const StripedCounters::Erasure& erasure : state.counters().pending_erasures()) {
    MS_TRY_VOID(erase_history(erasure, deleted, history, state));
  }
  return state.sync();
}

}  // namespace mainstay::apim
