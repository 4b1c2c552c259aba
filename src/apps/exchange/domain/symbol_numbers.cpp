#include "apps/exchange/domain/symbol_numbers.hpp"

namespace mainstay::exchange {

std::uint32_t SymbolNumbers::add(std::uint32_t symbol) {
  if (symbol < small) return of_small_[symbol] = size_++;
  if ((std::size_t{hashed_} + 1) * 2 > table_.size()) {
    std::vector<Entry> before(table_.size() * 2);
    before.swap(table_);
    for (const Entry& entry : before) {
      if (entry.number != none) put(entry);
    }
  }
  put({symbol, size_});
  ++hashed_;
  return size_++;
}

void SymbolNumbers::put(Entry entry) {
  std::size_t at = place(entry.symbol);
  while (table_[at & (table_.size() - 1)].number != none) ++at;
  table_[at & (table_.size() - 1)] = entry;
}

}  // namespace mainstay::exchange
