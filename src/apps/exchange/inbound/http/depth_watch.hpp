#pragma once

#include "apps/exchange/inbound/http/market_json.hpp"

namespace mainstay::exchange {

/// Told of each snapshot of a book that a client gets: who follows the book's changes from it on
/// must be sent all that changes behind it, and what has changed back meanwhile too.
class DepthWatch {
 public:
  virtual ~DepthWatch() = default;
  /// On the venue's lane, which must not wait.
  virtual void served(SymbolId symbol, const DepthView& view) = 0;
};

}  // namespace mainstay::exchange
