#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mainstay::exchange {

/// Numbers the symbols of a stream, which may be any, from 0 on in the order of their coming.
class SymbolNumbers {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFU;

  /// Or none.
  [[nodiscard]] std::uint32_t find(std::uint32_t symbol) const {
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

  std::vector<Entry> table_ = std::vector<Entry>(64);  // a power of two, at most half full
  std::uint32_t size_ = 0;
};

}  // namespace mainstay::exchange
