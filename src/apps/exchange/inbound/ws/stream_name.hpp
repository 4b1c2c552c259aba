#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/domain/market_data.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

enum class StreamKind : std::uint8_t {
  depth,   // what changed in the book
  levels,  // its best levels
  trade,
  aggregate_trade,
  book_ticker,
  kline,
  ticker,
  mini_ticker,
  auction,  // what a call's auction would trade
  user      // what happens to an account; named by a listen key
};

/// What a stream is about: "artusd@depth@100ms". Names are in small letters.
struct StreamName {
  StreamKind kind{};
  SymbolId symbol{};                       // but of user
  bool fast = false;                       // depth and levels: ten times a second, not once
  std::uint8_t levels = 0;                 // 5, 10 or 20
  Interval interval = Interval::minute_1;  // of kline
  AccountId account{};                     // of user
  std::string text;
};

/// Nothing when it is not the name of a market stream of a symbol that there is.
std::optional<StreamName> parse_stream_name(std::string_view text, const Listings& listings);

/// What a client says on a connection: {"method":"SUBSCRIBE","params":["a","b"],"id":1}.
struct StreamRequest {
  enum class Method : std::uint8_t { subscribe, unsubscribe, list };
  Method method{};
  std::vector<std::string> params;
  std::string id = "null";  // JSON, as it came: a number, a text or null
};
/// Errors are the API's, with their text for the client.
Result<StreamRequest> parse_stream_request(std::string_view text);

}  // namespace mainstay::exchange
