#include "apps/charging/inbound/http/command_wire.hpp"

#include <string>
#include <utility>

#include "apps/charging/inbound/ocpp/codec.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {
namespace {

/// Versions of local lists are ours to choose.
std::string completed(const std::string& command, const std::string& request) {
  if (command != "SendLocalList") return request;
  auto value = json::parse(request);
  if (value.has_error() || value->if_object() == nullptr || value->find("listVersion") != nullptr) {
    return request;
  }
  value->if_object()->push_back({"listVersion", 1});
  return json::dump(*value);
}

Result<BackendRequest> parse(const std::string& command, const std::string& request) {
  if (command == "ReserveNow" || command == "CancelReservation") {
    return Error{NetworkErrc::input_invalid,
                 "reservations are made under /charging/v1/reservations"};
  }
  auto decoded = ocpp::read_backend_request(command, completed(command, request), {});
  if (const auto* const error = std::get_if<ocpp::CallError>(&decoded)) {
    const bool is_unknown = error->code == ocpp::CallErrorCode::not_implemented ||
                            error->code == ocpp::CallErrorCode::not_supported;
    if (is_unknown) return Error{NetworkErrc::command_unknown, command};
    return Error{NetworkErrc::input_invalid, error->description};
  }
  auto& out = std::get<BackendRequest>(decoded);
  const auto* const change = std::get_if<ocpp::ChangeConfiguration>(&out);
  if (change != nullptr && equals_ignoring_case(change->key, "AuthorizationKey")) {
    return Error{NetworkErrc::input_invalid,
                 "keys are secrets: they are not given as a command, which is kept"};
  }
  return std::move(out);
}

std::pair<std::string, std::string> render(const BackendAnswer& answer) {
  std::string payload;
  if (const auto error = ocpp::append_payload(payload, answer)) return {"", error->description};
  const auto value = json::parse(payload);
  const std::string* const status = value.has_value() ? value->find_string("status") : nullptr;
  return {status == nullptr ? std::string{} : *status, std::move(payload)};
}

}  // namespace

CommandWire command_wire() { return {parse, render}; }

}  // namespace mainstay::charging
