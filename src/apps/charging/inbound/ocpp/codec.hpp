#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/inbound/ocpp/tolerance.hpp"

namespace mainstay::charging::ocpp {

/// How payloads are read.
struct Lenience {
  Tolerance tolerance = {};  // of the station's model
  SystemTime received_at{};  // stands for a time that is missing, where that is tolerated
};

template <class T>
using Decoded = std::variant<T, CallError>;

/// A station's call. `payload` is JSON text that read_frame() has found good. Refusals, first that
/// applies as the text is read:
///   not_implemented     no action of OCPP 1.6         not_supported  one that only we may call
///   formation_violation the payload, or a part of it, is no object; a field that is not in the
///                       table, or that comes twice
///   type_constraint_violation      another JSON type than the field's
///   property_constraint_violation  too long, out of range, no such value, no such date; NUL
///   occurrence_constraint_violation  a required field is missing, or a list is empty
/// Everywhere: null for an optional field counts as absent; an integer may be written 12.0; a time
/// without a zone is UTC.
Decoded<StationRequest> read_station_request(std::string_view action, std::string_view payload,
                                             const Lenience& lenience);

/// A station's answer to the call with that index in BackendRequest.
Decoded<BackendAnswer> read_backend_answer(std::size_t action, std::string_view payload,
                                           const Lenience& lenience);

/// The same the other way round, for people who say in JSON what is to be asked of a station.
Decoded<BackendRequest> read_backend_request(std::string_view action, std::string_view payload,
                                             const Lenience& lenience);
std::optional<CallError> append_payload(std::string& out, const BackendAnswer& answer);

/// Appends the payload, or says what breaks a limit of the protocol: nothing may be sent then.
std::optional<CallError> append_payload(std::string& out, const StationAnswer& answer);
std::optional<CallError> append_payload(std::string& out, const BackendRequest& request);

std::string_view action_name(const StationRequest& request);
std::string_view action_name(const BackendRequest& request);

/// As it stands on the wire: "OccurenceConstraintViolation" (sic), "FormationViolation".
std::string_view wire_name(CallErrorCode code);
/// Understands both spellings of the misspelt ones, and those of 2.0.1 ("FormatViolation").
std::optional<CallErrorCode> parse_call_error_code(std::string_view name);

/// RFC 3339, as OCPP wants times; milliseconds. The year must have four digits.
void append_time(std::string& out, SystemTime time);
std::string time_text(SystemTime time);
/// Also without a zone (UTC then), with any fraction (beyond microseconds cut off).
std::optional<SystemTime> parse_time(std::string_view text);

}  // namespace mainstay::charging::ocpp
