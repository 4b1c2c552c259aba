#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/domain/network.hpp"
#include "apps/charging/ports/network_store.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

// How the network looks to operators. Times are RFC 3339 in UTC; null when there is none.

json::Value to_json(const Station& station);
json::Value to_json(const Connector& connector, ocpp::ConnectorStatus effective);
json::Value to_json(const TagRow& row);
/// `station`: its identity.
json::Value to_json(const TransactionRow& row, const std::string& station);
json::Value to_json(const MeterRow& row);
json::Value to_json(const UnknownStopRow& row, const std::string& station);
json::Value to_json(const ReservationRow& row, const std::string& station);
json::Value to_json(const OperationRow& row);
json::Value to_json(const StepRow& row, const std::string& station);
json::Value to_json(const EventRow& row, const std::string& station);
json::Value to_json(const WebhookRow& row);  // without its secret

std::string_view to_text(EventKind kind);
std::optional<EventKind> parse_event_kind(std::string_view name);
std::string_view to_text(TransactionState state);
std::optional<TransactionState> parse_transaction_state(std::string_view name);
std::string_view to_text(ocpp::RegistrationStatus status);  // accepted, pending, rejected
std::optional<ocpp::RegistrationStatus> parse_registration(std::string_view name);

/// An empty one is null.
json::Value text_or_null(const std::string& text);

/// A page of CSV, with its heading.
std::string transactions_csv(const std::vector<TransactionRow>& rows,
                             const std::vector<std::string>& stations);
std::string meters_csv(const std::vector<MeterRow>& rows);

}  // namespace mainstay::charging
