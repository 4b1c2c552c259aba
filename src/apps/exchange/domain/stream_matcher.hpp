#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/fast_ladder.hpp"
#include "apps/exchange/domain/order_index.hpp"
#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/domain/stream_record.hpp"
#include "apps/exchange/domain/symbol_numbers.hpp"

namespace mainstay::exchange {

/// What came of a stream: the figures that two matchers are compared by.
struct MatchTotals {
  std::uint64_t fills = 0;
  std::uint64_t quantity = 0;                 // of all fills
  std::uint64_t hash = 1469598103934665603U;  // over the fills in their order
  std::uint64_t ignored = 0;  // records of no effect: unknown ids, new ones of quantity 0 or with
                              // an id that is live

  /// Modulo 2^64; `price` is the maker's.
  void add(std::uint64_t maker, std::uint64_t taker, std::uint32_t traded, std::uint32_t price) {
    ++fills;
    quantity += traded;
    const std::uint64_t fill = maker * 0x9E3779B97F4A7C15U + taker * 0xC2B2AE3D27D4EB4FU +
                               traded * 0x165667B19E3779F9U + price;
    hash = (hash ^ fill) * 1099511628211U;
  }
  friend bool operator==(const MatchTotals&, const MatchTotals&) = default;
};

/// Price-time matching of order streams and nothing else: no accounts, no events, any number of
/// symbols. A move that reaches the other side trades as taker under its id, its rest rests. A
/// record's symbol, side and account count when it places an order; later ones go by the id alone.
class StreamMatcher {
 public:
  /// Memory for so many orders at a time is taken at once.
  explicit StreamMatcher(std::size_t orders_expected = 0);
  StreamMatcher(const StreamMatcher&) = delete;  // its books know where its shelf is
  StreamMatcher& operator=(const StreamMatcher&) = delete;

  /// Well-formed records, in their order.
  void apply(Stream records);

  [[nodiscard]] const MatchTotals& totals() const { return totals_; }
  [[nodiscard]] std::size_t live_orders() const { return index_.size(); }

 private:
  struct Book {
    explicit Book(LeafShelf& shelf)
        : sides{FastLadder{Side::buy, shelf}, FastLadder{Side::sell, shelf}} {}
    std::array<FastLadder, 2> sides;
  };

  template <bool many_books>
  void apply_ahead(Stream block);
  void apply_one(const StreamRecord& record);
  void place(const StreamRecord& record);
  void cancel(std::uint64_t id);
  void reduce(std::uint64_t id, std::uint32_t by);
  void move(std::uint64_t id, std::uint32_t price);
  std::uint32_t trade(FastLadder& makers, std::uint64_t taker, Price limit, std::uint32_t quantity);
  FastLadder& ladder_of(const OrderNode& node) { return books_[node.owner].sides[node.side]; }

  [[gnu::always_inline]] void look_around(const StreamRecord& record, Slot slot) const;
  [[gnu::always_inline]] void look_at_front(const FastLadder& ladder) const;

  Slot take_slot();
  void give_back(Slot slot);
  std::uint32_t book_of(std::uint32_t symbol);

  MatchTotals totals_;
  Nodes nodes_;          // a node's owner is the number of its book
  Slot free_ = no_slot;  // the first of those that were given back
  Slot unused_ = 0;      // those from here on never held an order
  OrderIndex index_;
  LeafShelf shelf_;
  std::vector<Book> books_;
  SymbolNumbers symbols_;
};

}  // namespace mainstay::exchange
