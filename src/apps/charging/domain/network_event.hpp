#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"

namespace mainstay::charging {

// What happened in the network, for those who subscribe (NetworkService::subscribe): each is
// committed before anybody hears of it.

struct StationOnline {
  StationId station{};
  SystemTime at{};
};
struct StationOffline {
  StationId station{};
  SystemTime at{};
};
/// It has said what it is and was told `registration`; accepted ones may be configured now.
struct StationBooted {
  StationId station{};
  ocpp::RegistrationStatus registration{};
  std::string vendor{};
  std::string model{};
  SystemTime at{};
};
/// Connector 0: the station as a whole. Only changes are told.
struct ConnectorStatusChanged {
  StationId station{};
  ConnectorNumber connector{};
  ocpp::ConnectorStatus status{};
  ocpp::ErrorCode error{};
  SystemTime at{};  // by the station's clock
};
/// A charge began. Its times are the station's: it may be told hours later, with the end at once.
struct TransactionStarted {
  TransactionRow transaction{};  // state: active, or superseded (a newer one runs there already)
};
/// Readings came. What the message did not tell is absent; energy is the register's reading.
struct TransactionMetered {
  TransactionId transaction{};
  StationId station{};
  ConnectorNumber connector{};
  std::string owner{};
  SystemTime at{};
  WattHours meter_start = 0;
  std::optional<WattHours> energy_register{};
  std::optional<Watts> power_import{};
  std::optional<DeciAmperes> current_import{};  // of the phase that has the most
  std::optional<int> state_of_charge{};         // percent
};
struct TransactionEnded {
  /// State: ended, or superseded (then the end is not known, and another one begins there).
  TransactionRow transaction{};
  TransactionId running{};  // goes on at that connector: this is a late end; 0: none
};
struct ReservationChanged {
  ReservationRow reservation{};
};
/// By an operator: registered, renamed, moved to a plot, removed.
struct StationChanged {
  StationId station{};
  bool is_removed = false;
};

using NetworkEvent = std::variant<StationOnline, StationOffline, StationBooted,
                                  ConnectorStatusChanged, TransactionStarted, TransactionMetered,
                                  TransactionEnded, ReservationChanged, StationChanged>;

}  // namespace mainstay::charging
