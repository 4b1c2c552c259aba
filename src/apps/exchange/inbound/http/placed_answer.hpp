#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/event.hpp"
#include "apps/exchange/domain/order_log.hpp"

namespace mainstay::exchange {

/// What became of a new order within its own command: what the answer to it says.
struct PlacedAnswer {
  struct Match {
    Price price{};
    Quantity quantity{};
    Amount fee = 0;
    TradeId trade{};
  };

  PlaceOrder placed;
  Time at{};
  Reject reject = Reject::none;
  OrderStatus status = OrderStatus::rejected;
  CancelCause cause{};
  bool working = false;
  std::uint64_t executed = 0;
  std::uint64_t prevented = 0;
  Amount quote = 0;
  std::vector<Match> matches;
};

/// `tick_quote`: the symbol's.
PlacedAnswer placed_answer(const Command& command, std::span<const Event> events,
                           Amount tick_quote);

}  // namespace mainstay::exchange
