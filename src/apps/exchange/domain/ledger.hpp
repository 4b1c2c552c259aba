#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/amounts.hpp"
#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// What an account has of one asset. The sum of both fits an amount.
struct Holding {
  Amount free = 0;
  Amount held = 0;

  [[nodiscard]] bool has_room_for(Amount amount) const {
    return amount <= amount_max - (free + held);
  }
};

/// One cache line: with the two assets that it had first, which of most accounts are all.
struct alignas(64) Account {
  static constexpr std::size_t first_assets = 2;
  static AssetId no_asset() { return AssetId{0xFFFFFFFFU}; }
  static constexpr std::uint32_t none = 0xFFFFFFFFU;

  AccountId id{};
  std::uint32_t live_orders = 0;
  Slot newest_order = no_slot;  // of a list through the table of orders
  std::array<AssetId, first_assets> assets{no_asset(), no_asset()};
  std::array<Holding, first_assets> holdings{};
  std::uint32_t others = none;  // the ledger's: where it has the other holdings
  bool suspended = false;
};
static_assert(sizeof(Account) == 64);

/// The accounts, in the order of their coming, and what they hold. The first is the venue's, which
/// takes the fees: id 0. Accounts stay, and so do holdings.
class Ledger {
 public:
  using Index = std::uint32_t;
  static constexpr Index none = 0xFFFFFFFFU;
  static constexpr Index venue = 0;

  Ledger() : table_(64, none) { open(AccountId{}); }

  /// Or none.
  [[nodiscard]] Index find(AccountId id) const {
    std::size_t at = place(id);
    while (table_[at] != none && accounts_[table_[at]].id != id) at = (at + 1) & mask();
    return table_[at];
  }
  /// Where it is if it is there, most probably; else any or none. Without a look at the account.
  [[nodiscard]] Index guess(AccountId id) const { return table_[place(id)]; }
  /// Finds or makes it.
  Index open(AccountId id);

  Account& operator[](Index index) { return accounts_[index]; }
  const Account& operator[](Index index) const { return accounts_[index]; }
  [[nodiscard]] std::size_t size() const { return accounts_.size(); }
  /// Hints to the processor.
  [[gnu::always_inline]] void prefetch(Index index) const {
    __builtin_prefetch(accounts_.data() + index, 1);
  }
  [[gnu::always_inline]] void prefetch_entry(AccountId id) const {
    __builtin_prefetch(table_.data() + place(id));
  }

  /// Makes it where it is missing, which moves the account's others.
  Holding& holding(Index owner, AssetId asset) {
    const Holding* known = find(owner, asset);
    return known != nullptr ? const_cast<Holding&>(*known) : add(owner, asset);
  }
  /// It is there: whoever has an order has holdings of both of the symbol's assets.
  Holding& existing(Index owner, AssetId asset) {
    return const_cast<Holding&>(*find(owner, asset));
  }
  /// Null when there is none.
  [[nodiscard]] const Holding* find(Index owner, AssetId asset) const {
    const Account& account = accounts_[owner];
    if (account.assets[0] == asset) return account.holdings.data();
    if (account.assets[1] == asset) return account.holdings.data() + 1;
    return account.others == Account::none ? nullptr : find_other(account, asset);
  }

  /// What an account has of a symbol's two assets; null: it has none of that one.
  struct Both {
    Holding* base = nullptr;
    Holding* quote = nullptr;
  };
  [[nodiscard, gnu::always_inline]] Both both(Index owner, AssetId base, AssetId quote) {
    Account& account = accounts_[owner];
    const auto& [first, second] = account.assets;
    if (first == base && second == quote) return {&account.holdings[0], &account.holdings[1]};
    if (first == quote && second == base) return {&account.holdings[1], &account.holdings[0]};
    return find_both(owner, base, quote);
  }

  struct Held {
    AssetId asset{};
    Holding holding{};
  };
  /// All holdings, by asset.
  [[nodiscard]] std::vector<Held> holdings(Index owner) const;
  [[nodiscard]] WideAmount total(AssetId asset) const;

 private:
  /// Ids in a row, as they are given, get places of their own: those of a golden section.
  [[nodiscard]] std::size_t place(AccountId id) const {
    return id.get() * 0x9E3779B97F4A7C15U >> shift_;
  }
  [[nodiscard]] std::size_t mask() const { return table_.size() - 1; }
  Holding& add(Index owner, AssetId asset);
  [[nodiscard]] Both find_both(Index owner, AssetId base, AssetId quote);
  [[nodiscard]] const Holding* find_other(const Account& account, AssetId asset) const;
  void enter(Index index);
  void grow();

  std::vector<Account> accounts_;
  std::vector<std::vector<Held>> others_;  // by Account::others; each by asset
  std::vector<Index> table_;               // open addressing, a power of two, at most half full
  unsigned shift_ = 58;                    // 64 - the bits of a place
};

}  // namespace mainstay::exchange
