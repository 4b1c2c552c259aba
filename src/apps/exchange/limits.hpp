#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace mainstay::exchange {

/// Bounds of the exchange that are no settings, and what happens beyond them.
struct Limits {
  // The REST door. Requests beyond are refused with the API's own codes.
  static constexpr std::uint64_t iceberg_parts_max = 100;  // ICEBERG_PARTS
  static constexpr std::size_t depth_levels_max = 5'000;   // more are cut to it
  static constexpr std::size_t rows_max = 1'000;          // of trades, candles, orders in an answer
  static constexpr std::size_t open_orders_max = 10'000;  // the newest, in an answer
  static constexpr Millis recv_window_max{60'000};
  static constexpr Millis ahead_max{1'000};  // how far a timestamp may be in the future

  // Streams. A client that says more is told so, or closed.
  static constexpr std::size_t stream_request_bytes_max = 16U << 10U;
  static constexpr int stream_requests_max = 64;  // of a connection, not answered yet
  static constexpr std::size_t streams_per_connection_max = 1'024;
  static constexpr std::size_t missed_levels_max = 4 * depth_levels_max;  // of a slow client
  static constexpr std::size_t stream_backlog_max = 65'536;  // what happened, not rendered yet
  static constexpr std::size_t listen_keys_max = 100'000;
  static constexpr Seconds listen_key_age{3'600};

  // What is remembered of callers, to be asked for again beyond.
  static constexpr std::size_t accounts_cached_max = 100'000;
  static constexpr std::size_t signers_cached_max = 10'000;  // on each I/O thread
  static constexpr Seconds signer_cached_for{5};
  static constexpr std::size_t peers_metered_max = 100'000;
};

}  // namespace mainstay::exchange
