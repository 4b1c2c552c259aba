#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "apps/exchange/domain/taken_memory.hpp"
#include "apps/exchange/fundamental.hpp"
#include "base/page_memory.hpp"

namespace mainstay::exchange {

/// What is needed to take a trade back, and to say to whom. One is written for each trade: no more
/// than a line of the processor's caches.
struct KeptTrade {
  TradeId trade{};
  OrderId taker{};  // in an auction the buyer's
  OrderId maker{};
  Amount buyer_fee = 0;
  Amount seller_fee = 0;
  Price price{};
  Quantity quantity{};
  std::uint32_t buyer = 0;  // dense indices of accounts
  std::uint32_t seller = 0;
  std::uint32_t before = 0;  // the log's own: where its symbol's trade before it is or was
  std::uint16_t symbol = 0;  // ids are below 65,536
  Side taker_side{};
  bool busted = false;
};
static_assert(sizeof(KeptTrade) == 64);

/// The newest trades of all symbols. Each symbol's are added in the order of their numbers, without
/// gaps. Each knows where the one before it of its symbol is, and of every 64th the place is noted:
/// so one is found by its number in at most as many steps, and adding one costs next to nothing.
class TradeLog {
 public:
  explicit TradeLog(std::size_t kept) : kept_(kept) {}

  /// Takes the memory for all that it keeps.
  void reserve() { take_memory(records_, kept_); }

  /// The place of that trade, which is of its symbol and number, and not busted; the caller fills
  /// in the rest of it. Null: none are kept.
  KeptTrade* add(SymbolId symbol, TradeId trade) {
    if (kept_ == 0) return nullptr;
    const std::size_t at = records_.size() < kept_ ? records_.size() : oldest_;
    if (at == records_.size()) {
      records_.emplace_back();
    } else {
      oldest_ = oldest_ + 1 == kept_ ? 0 : oldest_ + 1;
    }
    KeptTrade& record = records_[at];
    record.symbol = static_cast<std::uint16_t>(symbol.get());
    record.trade = trade;
    record.busted = false;
    record.before = note(symbol, trade.get(), static_cast<std::uint32_t>(at));
    return &record;
  }
  /// A whole one.
  void put(const KeptTrade& trade) {
    KeptTrade* const kept = add(SymbolId{trade.symbol}, trade.trade);
    if (kept == nullptr) return;
    const std::uint32_t before = kept->before;
    *kept = trade;
    kept->before = before;
  }
  /// Null when it never was, or too long ago.
  KeptTrade* find(SymbolId symbol, TradeId trade) {
    if (symbol.get() >= trails_.size()) return nullptr;
    const Trail& trail = trails_[symbol.get()];
    if (trade.get() > trail.newest) return nullptr;
    std::uint64_t number = trail.newest;
    std::uint32_t at = trail.newest_at;
    const std::uint64_t mark = (trade.get() + marked_every - 1) / marked_every;
    if (mark * marked_every < number) {
      const std::uint64_t i = mark - trail.first_mark;
      if (mark < trail.first_mark || i >= trail.marks.size()) return nullptr;
      number = mark * marked_every;
      at = trail.marks[i];
    }
    for (; is_at(at, symbol, number); --number) {
      if (number == trade.get()) return &records_[at];
      at = records_[at].before;
    }
    return nullptr;
  }

  /// From now on so many; older ones are forgotten.
  void keep(std::size_t kept) {
    TradeLog newest{kept};
    for (std::size_t i = size() - std::min(size(), kept); i < size(); ++i) newest.put((*this)[i]);
    *this = std::move(newest);
  }

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  /// The oldest is 0.
  [[nodiscard]] const KeptTrade& operator[](std::size_t i) const { return records_[place(i)]; }

 private:
  static constexpr std::uint64_t marked_every = 64;

  /// Where a symbol's trades are.
  struct Trail {
    std::uint64_t newest = 0;  // its number
    std::uint32_t newest_at = 0;
    std::uint64_t first_mark = 0;     // in units of marked_every
    std::deque<std::uint32_t> marks;  // places; those in front may be gone
  };

  [[nodiscard]] bool is_at(std::uint32_t at, SymbolId symbol, std::uint64_t trade) const {
    if (at >= records_.size()) return false;
    const KeptTrade& kept = records_[at];
    return kept.symbol == symbol.get() && kept.trade.get() == trade;
  }
  /// Where the one before it is; its own place when there is none.
  std::uint32_t note(SymbolId symbol, std::uint64_t trade, std::uint32_t at) {
    if (symbol.get() >= trails_.size()) [[unlikely]]
      trails_.resize(std::size_t{symbol.get()} + 1);
    Trail& trail = trails_[symbol.get()];
    const std::uint32_t before = trail.newest + 1 == trade ? trail.newest_at : at;
    trail.newest = trade;
    trail.newest_at = at;
    if (trade % marked_every == 0) [[unlikely]]
      mark(trail, symbol, at);
    return before;
  }
  void mark(Trail& trail, SymbolId symbol, std::uint32_t at) {
    const std::uint64_t number = trail.newest / marked_every;
    if (trail.first_mark + trail.marks.size() != number) {
      trail.first_mark = number;
      trail.marks.clear();
    }
    trail.marks.push_back(at);
    // More than come: in time all that are gone are forgotten.
    for (int i = 0; i < 2; ++i) {
      if (is_at(trail.marks.front(), symbol, trail.first_mark * marked_every)) return;
      trail.marks.pop_front();
      ++trail.first_mark;
    }
  }
  [[nodiscard]] std::size_t place(std::size_t i) const {
    const std::size_t from_start = oldest_ + i;
    return from_start < records_.size() ? from_start : from_start - records_.size();
  }

  std::size_t kept_;
  std::size_t oldest_ = 0;
  std::vector<KeptTrade, PageAllocator<KeptTrade>> records_;
  std::vector<Trail> trails_;  // by symbol
};

}  // namespace mainstay::exchange
