#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/strong.hpp"

namespace mainstay::charging {

// The names of the field: a plot (site) has stations (charge points); a station has connectors,
// where a vehicle charges in a transaction.
using PlotId = Strong<struct PlotIdTag, std::int64_t>;        // ours, from 1
using StationId = Strong<struct StationIdTag, std::int64_t>;  // ours, from 1; its identity is text
/// Of a station: 1 and up; 0 stands for the station as a whole (OCPP 1.6, 4.9).
using ConnectorNumber = Strong<struct ConnectorNumberTag, std::uint16_t>;
/// OCPP 1.6's integer: positive; -1 is what a station says that never learned it.
using TransactionId = Strong<struct TransactionIdTag, std::int32_t>;

/// The year 2010. OCPP 1.6 is of 2015: a clock that shows an earlier time has never been set.
inline constexpr SystemTime clocks_are_set{Seconds{1'262'304'000}};

using WattHours = std::int64_t;
using Watts = std::int64_t;
using DeciAmperes = std::int32_t;  // tenths: what OCPP 1.6 admits

}  // namespace mainstay::charging
