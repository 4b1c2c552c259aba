#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/charging/domain/network.hpp"
#include "apps/charging/operations_desk.hpp"
#include "apps/charging/ports/network_store.hpp"
#include "base/result.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

// The bodies of operators' requests. Refusals: json::Errc, json::InputErrc.

/// identity (of a new one), name, admission, groups, plot. What is not said stays as it is.
Result<> read_station(std::string_view body, bool is_new, StationRow& into);
/// blocked, expires_at, parent, owner, label, transactions_max. What is not said stays.
Result<> read_tag(std::string_view body, TagRow& into);

struct ReservationInput {
  std::string station{};  // identity
  ReservationRow row{};
};
Result<ReservationInput> read_reservation(std::string_view body);

struct CloseInput {
  WattHours meter_stop = 0;
  std::optional<SystemTime> stopped_at{};
};
Result<CloseInput> read_close(std::string_view body);

/// stations (identities), group or all; request; wait_s. `single`: the body is the request itself.
Result<OperationsDesk::Wanted> read_command(std::string_view command, std::string_view body,
                                            const std::string& single);

/// url, kinds, secret (base64 of 16 to 64 bytes; made when it is not there).
Result<WebhookRow> read_webhook(std::string_view body);

/// {"transaction": number}, or {"set_aside": true}: 0.
Result<std::int32_t> read_attachment(std::string_view body);

}  // namespace mainstay::charging
