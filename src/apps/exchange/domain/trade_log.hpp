#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "apps/exchange/domain/taken_memory.hpp"
#include "apps/exchange/fundamental.hpp"

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

/// The newest trades of all symbols. Adding is cheap, finding reads through them.
class TradeLog {
 public:
  explicit TradeLog(std::size_t kept) : kept_(kept) {}

  /// Takes the memory for all that it keeps.
  void reserve() { take_memory(records_, kept_); }

  void add(const KeptTrade& record) {
    if (records_.size() < kept_) {
      records_.push_back(record);
    } else if (kept_ > 0) {
      records_[oldest_] = record;
      oldest_ = oldest_ + 1 == kept_ ? 0 : oldest_ + 1;
    }
  }
  /// Null when it never was, or too long ago.
  KeptTrade* find(SymbolId symbol, TradeId trade) {
    for (std::size_t i = records_.size(); i-- > 0;) {
      KeptTrade& record = at(i);
      if (record.symbol == symbol && record.trade <= trade) {
        return record.trade == trade ? &record : nullptr;
      }
    }
    return nullptr;
  }

  /// From now on so many; older ones are forgotten.
  void keep(std::size_t kept) {
    std::vector<KeptTrade> newest;
    for (std::size_t i = size() - std::min(size(), kept); i < size(); ++i) newest.push_back(at(i));
    records_ = std::move(newest);
    oldest_ = 0;
    kept_ = kept;
  }

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  /// The oldest is 0.
  [[nodiscard]] const KeptTrade& operator[](std::size_t i) const { return records_[place(i)]; }

 private:
  KeptTrade& at(std::size_t i) { return records_[place(i)]; }
  [[nodiscard]] std::size_t place(std::size_t i) const {
    const std::size_t from_start = oldest_ + i;
    return from_start < records_.size() ? from_start : from_start - records_.size();
  }

  std::size_t kept_;
  std::size_t oldest_ = 0;
  std::vector<KeptTrade> records_;
};

}  // namespace mainstay::exchange
