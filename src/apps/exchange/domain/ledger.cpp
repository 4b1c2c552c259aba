#include "apps/exchange/domain/ledger.hpp"

#include <algorithm>

namespace mainstay::exchange {

Ledger::Index Ledger::open(AccountId id) {
  if (const Index known = find(id); known != none) return known;
  if ((accounts_.size() + 1) * 2 > table_.size()) grow();
  const auto index = static_cast<Index>(accounts_.size());
  accounts_.emplace_back().id = id;
  enter(index);
  return index;
}

void Ledger::enter(Index index) {
  std::size_t at = place(accounts_[index].id);
  while (table_[at] != none) at = (at + 1) & mask();
  table_[at] = index;
}

void Ledger::grow() {
  table_.assign(table_.size() * 2, none);
  --shift_;
  for (Index i = 0; i < accounts_.size(); ++i) enter(i);
}

Holding& Ledger::add(Index owner, AssetId asset) {
  Account& account = accounts_[owner];
  for (std::size_t i = 0; i < Account::first_assets; ++i) {
    if (account.assets[i] != Account::no_asset()) continue;
    account.assets[i] = asset;
    return account.holdings[i];
  }
  if (account.others == Account::none) {
    account.others = static_cast<std::uint32_t>(others_.size());
    others_.emplace_back();
  }
  std::vector<Held>& others = others_[account.others];
  const auto at = std::ranges::lower_bound(others, asset, {}, &Held::asset);
  return others.insert(at, Held{asset, {}})->holding;
}

Ledger::Both Ledger::find_both(Index owner, AssetId base, AssetId quote) {
  return {const_cast<Holding*>(find(owner, base)), const_cast<Holding*>(find(owner, quote))};
}

const Holding* Ledger::find_other(const Account& account, AssetId asset) const {
  const std::vector<Held>& others = others_[account.others];
  const auto at = std::ranges::lower_bound(others, asset, {}, &Held::asset);
  return at == others.end() || at->asset != asset ? nullptr : &at->holding;
}

std::vector<Ledger::Held> Ledger::holdings(Index owner) const {
  const Account& account = accounts_[owner];
  std::vector<Held> all;
  if (account.others != Account::none) all = others_[account.others];
  for (std::size_t i = 0; i < Account::first_assets; ++i) {
    if (account.assets[i] != Account::no_asset()) {
      all.push_back({account.assets[i], account.holdings[i]});
    }
  }
  std::ranges::sort(all, {}, &Held::asset);
  return all;
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
