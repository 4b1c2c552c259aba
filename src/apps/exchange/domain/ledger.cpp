#include "apps/exchange/domain/ledger.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::exchange {

Ledger::Index Ledger::open(AccountId id) {
  if (const Index known = find(id); known != none) return known;
  if ((accounts_.size() + 1) * 2 > table_.size()) grow();
  std::size_t at = place(id);
  while (table_[at].index != none) at = (at + 1) & (table_.size() - 1);
  const auto index = static_cast<Index>(accounts_.size());
  table_[at] = {id, index};
  accounts_.emplace_back().id = id;
  return index;
}

void Ledger::grow() {
  table_ = std::vector<Entry>(table_.size() * 2);
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    std::size_t at = place(accounts_[i].id);
    while (table_[at].index != none) at = (at + 1) & (table_.size() - 1);
    table_[at] = {accounts_[i].id, static_cast<Index>(i)};
  }
}

std::vector<Holding>::iterator Ledger::search(std::vector<Holding>& all, AssetId asset) {
  return std::ranges::lower_bound(all, asset, {}, &Holding::asset);
}

Holding& Ledger::add(Index owner, AssetId asset) {
  std::vector<Holding>& all = accounts_[owner].holdings;
  return *all.insert(search(all, asset), Holding{.asset = asset});
}

const Holding* Ledger::find_among_many(const std::vector<Holding>& all, AssetId asset) {
  const auto at = std::ranges::lower_bound(all, asset, {}, &Holding::asset);
  return at == all.end() || at->asset != asset ? nullptr : &*at;
}

WideAmount Ledger::total(AssetId asset) const {
  WideAmount sum = 0;
  for (Index i = 0; i < accounts_.size(); ++i) {
    const Holding* holding = find(i, asset);
    if (holding != nullptr) sum += static_cast<WideAmount>(holding->free) + holding->held;
  }
  return sum;
}

}  // namespace mainstay::exchange
