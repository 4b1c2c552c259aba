#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mainstay::exchange {

/// Numbers the symbols of a stream, which may be any, from 0 on in the order of their coming. Small
/// symbols, which most streams have, are looked up without hashing.
class SymbolNumbers {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFU;
  static constexpr std::uint32_t small = 16'384;  // below this

  /// Or none.
  [[nodiscard]] std::uint32_t find(std::uint32_t symbol) const {
    if (symbol < small) return of_small_[symbol];
    for (std::size_t at = place(symbol);; ++at) {
      const Entry& entry = table_[at & (table_.size() - 1)];
      if (entry.symbol == symbol || entry.number == none) return entry.number;
    }
  }
  /// The next number; it has none yet.
  std::uint32_t add(std::uint32_t symbol);
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  struct Entry {
    std::uint32_t symbol = 0;
    std::uint32_t number = none;
  };
  static std::size_t place(std::uint32_t symbol) { return symbol * 0x9E3779B97F4A7C15U >> 32U; }
  void put(Entry entry);

  std::vector<std::uint32_t> of_small_ = std::vector<std::uint32_t>(small, none);
  std::vector<Entry> table_ = std::vector<Entry>(64);  // a power of two, at most half full
  std::uint32_t hashed_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace mainstay::exchange
