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

/// What is needed to take a trade back.
struct KeptTrade {
  TradeId trade{};
  Price price{};
  Quantity quantity{};
  std::uint32_t buyer = 0;  // dense indices of accounts
  std::uint32_t seller = 0;
  Amount buyer_fee = 0;
  Amount seller_fee = 0;
  SymbolId symbol{};
  bool busted = false;
};

/// The newest trades of all symbols. Each symbol's are added in the order of their numbers, without
/// gaps: so one is found by its number, at a place kept for it (four bytes a trade).
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
    note(symbol, trade.get(), at);
    if (at == records_.size()) {
      records_.emplace_back();
    } else {
      oldest_ = oldest_ + 1 == kept_ ? 0 : oldest_ + 1;
    }
    KeptTrade& record = records_[at];
    record.symbol = symbol;
    record.trade = trade;
    record.busted = false;
    return &record;
  }
  /// Null when it never was, or too long ago.
  KeptTrade* find(SymbolId symbol, TradeId trade) {
    if (symbol.get() >= places_.size()) return nullptr;
    const Places& own = places_[symbol.get()];
    const std::uint64_t number = trade.get() - own.first;
    if (trade.get() < own.first || number >= own.at.size()) return nullptr;
    KeptTrade& record = records_[own.at[number]];
    return is_at(record, symbol, trade.get()) ? &record : nullptr;
  }

  /// From now on so many; older ones are forgotten.
  void keep(std::size_t kept) {
    Records newest;
    for (std::size_t i = size() - std::min(size(), kept); i < size(); ++i) {
      newest.push_back(records_[place(i)]);
    }
    records_ = std::move(newest);
    oldest_ = 0;
    kept_ = kept;
    places_.clear();
    for (std::size_t i = 0; i < records_.size(); ++i) {
      note(records_[i].symbol, records_[i].trade.get(), i);
    }
  }

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  /// The oldest is 0.
  [[nodiscard]] const KeptTrade& operator[](std::size_t i) const { return records_[place(i)]; }

 private:
  static constexpr std::size_t looked_at_every = 64;
  using Records = std::vector<KeptTrade, PageAllocator<KeptTrade>>;

  /// Where a symbol's trades are, from the trade `first` on. Those in front may be gone.
  struct Places {
    std::uint64_t first = 0;
    std::deque<std::uint32_t> at;  // which grows without a copy: a million would take milliseconds
  };

  static bool is_at(const KeptTrade& record, SymbolId symbol, std::uint64_t trade) {
    return record.symbol == symbol && record.trade.get() == trade;
  }
  /// Before the trade is stored at `at`.
  void note(SymbolId symbol, std::uint64_t trade, std::size_t at) {
    if (symbol.get() >= places_.size()) [[unlikely]]
      places_.resize(std::size_t{symbol.get()} + 1);
    Places& own = places_[symbol.get()];
    if (own.at.size() % looked_at_every == 0) [[unlikely]]
      forget_gone(own, symbol);
    if (own.first + own.at.size() != trade) [[unlikely]] {
      own.first = trade;
      own.at.clear();
    }
    own.at.push_back(static_cast<std::uint32_t>(at));
  }
  /// A few times as many as come until this is called again.
  void forget_gone(Places& own, SymbolId symbol) {
    for (std::size_t i = 0; i < 4 * looked_at_every && !own.at.empty(); ++i) {
      const std::uint32_t at = own.at.front();
      if (at < records_.size() && is_at(records_[at], symbol, own.first)) return;
      own.at.pop_front();
      ++own.first;
    }
  }
  [[nodiscard]] std::size_t place(std::size_t i) const {
    const std::size_t from_start = oldest_ + i;
    return from_start < records_.size() ? from_start : from_start - records_.size();
  }

  std::size_t kept_;
  std::size_t oldest_ = 0;
  Records records_;
  std::vector<Places> places_;  // by symbol
};

}  // namespace mainstay::exchange
