#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/exchange/domain/command_codec.hpp"
#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/stream_matcher.hpp"
#include "apps/exchange/domain/symbol_numbers.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::exchange {

/// An order stream as commands to an engine with accounts: what the venue does, without its lane.
/// Each account that places orders begins with 2^62 of both of the assets that all symbols trade;
/// no fees, bands, ticks or self-trade prevention. Commands go to the journal in batches, a record
/// each; when run() returns, all have been written.
///
/// A move that changes nothing loses its place all the same: that is a cancellation and a new
/// order. Price 0, which to the engine is none, is possible in a stream whose prices leave room to
/// go up by a tick each.
class StreamVenue {
 public:
  /// Memory for so many live orders is taken at once.
  StreamVenue(journal::Journal& journal, const Clock& clock, std::size_t orders_expected);

  /// Defines the assets, symbols and accounts of the records. StreamErrc::too_much when an engine
  /// cannot have them.
  Result<> open(Stream records);
  /// The same records.
  Result<> run(Stream records);
  /// The same, but each record has its time, `interval` behind the one before, and is not carried
  /// out before it. How long after its time each one's events were there; writing of the journal's
  /// records falls between, and is not waited for by the one before.
  Result<std::vector<std::chrono::nanoseconds>> run_at(Stream records,
                                                       std::chrono::nanoseconds interval);

  [[nodiscard]] const MatchTotals& totals() const { return totals_; }
  /// Commands that a matcher alone would have carried out: no money, an overflow.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  Result<> find_shift(Stream records);
  Result<> open_symbols(Stream records);
  void open_accounts(Stream records);
  void carry_out(const StreamRecord& record);
  [[nodiscard]] Expected expected(const StreamRecord& record) const;
  void place(const StreamRecord& record);
  void move(const StreamRecord& record);
  void put_behind(OrderId id);
  void apply(Command& command);
  void begin_batch();
  Result<> end_batch();
  void count_events();
  [[nodiscard]] AccountId account_of(std::uint64_t account) const {
    return AccountId{account == 0 ? stand_in_ : account};
  }

  journal::Journal& journal_;
  const Clock& clock_;
  Engine engine_;
  SymbolNumbers symbols_;
  std::uint64_t stand_in_ = 0;  // for account 0, which is the venue's own
  std::uint32_t shift_ = 0;     // of prices, where one is 0
  Command place_;
  Command cancel_;
  Command reduce_;
  Command move_;
  Sequence sequence_ = 0;
  Time now_{};
  CommandBatch batch_;
  Events events_;
  MatchTotals totals_;
  std::uint64_t refused_ = 0;
};

}  // namespace mainstay::exchange
