#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/ports/network_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

// Rows of the tables charging_*, from the columns in the order of the migration.
StationRow station_in(const store::Row& row);
ConnectorRow connector_in(const store::Row& row);
TagRow tag_in(const store::Row& row);
TransactionRow transaction_in(const store::Row& row);
MeterRow meter_in(const store::Row& row);
UnknownStopRow unknown_stop_in(const store::Row& row);
ReservationRow reservation_in(const store::Row& row);
OperationRow operation_in(const store::Row& row);
StepRow step_in(const store::Row& row);
EventRow event_in(const store::Row& row);
WebhookRow webhook_in(const store::Row& row);

// Their values, appended in that order.
using Values = std::vector<store::Value>;
void append(Values& to, const StationRow& row);
void append(Values& to, const ConnectorRow& row);
void append(Values& to, const TagRow& row);
void append(Values& to, const TransactionRow& row);
void append(Values& to, const MeterRow& row);
void append(Values& to, const UnknownStopRow& row);
void append(Values& to, const ReservationRow& row);
void append(Values& to, const OperationRow& row);
void append(Values& to, const StepRow& row);
void append(Values& to, const EventRow& row);
void append(Values& to, const WebhookRow& row);

/// PostgreSQL's texts have no NUL: there it is U+FFFD.
std::string without_nul(std::string_view text);
std::int64_t number_in(const store::Row& row, std::size_t at);
/// The newest row's number, from 1; 0: there is none.
Result<std::int64_t> highest(store::Session& session, const std::string& table);

}  // namespace mainstay::charging
