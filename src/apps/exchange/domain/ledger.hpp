#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/amounts.hpp"
#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// What an account has of one asset. The sum of both fits an amount.
struct Holding {
  AssetId asset{};
  Amount free = 0;
  Amount held = 0;

  [[nodiscard]] bool has_room_for(Amount amount) const {
    return amount <= amount_max - (free + held);
  }
};

struct Account {
  AccountId id{};
  std::uint32_t live_orders = 0;
  Slot newest_order = no_slot;  // of a list through the table of orders
  bool suspended = false;
  std::vector<Holding> holdings;  // by asset
};

/// The accounts, in the order of their coming, and what they hold. The first is the venue's, which
/// takes the fees: id 0. Accounts stay, and so do holdings.
class Ledger {
 public:
  using Index = std::uint32_t;
  static constexpr Index none = 0xFFFFFFFFU;
  static constexpr Index venue = 0;

  Ledger() : table_(64) { open(AccountId{}); }

  /// Or none.
  [[nodiscard]] Index find(AccountId id) const {
    std::size_t at = place(id);
    while (table_[at].index != none && table_[at].id != id) at = (at + 1) & (table_.size() - 1);
    return table_[at].index;
  }
  /// Finds or makes it.
  Index open(AccountId id);

  Account& operator[](Index index) { return accounts_[index]; }
  const Account& operator[](Index index) const { return accounts_[index]; }
  [[nodiscard]] std::size_t size() const { return accounts_.size(); }

  /// Makes it where it is missing, which moves the account's others.
  Holding& holding(Index owner, AssetId asset) {
    const Holding* known = find(owner, asset);
    return known != nullptr ? const_cast<Holding&>(*known) : add(owner, asset);
  }
  /// It is there: whoever has an order has holdings of both of the symbol's assets.
  Holding& existing(Index owner, AssetId asset) {
    std::vector<Holding>& all = accounts_[owner].holdings;
    return all.size() <= few ? first_of(all, asset) : *search(all, asset);
  }
  /// Null when there is none.
  [[nodiscard]] const Holding* find(Index owner, AssetId asset) const {
    const std::vector<Holding>& all = accounts_[owner].holdings;
    if (all.size() > few) return find_among_many(all, asset);
    for (const Holding& one : all) {
      if (one.asset == asset) return &one;
    }
    return nullptr;
  }

  [[nodiscard]] WideAmount total(AssetId asset) const;

 private:
  struct Entry {
    AccountId id{};
    Index index = none;
  };
  static constexpr std::size_t few = 8;

  [[nodiscard]] std::size_t place(AccountId id) const {
    const std::uint64_t mixed = id.get() * 0x9E3779B97F4A7C15U;
    return (mixed ^ mixed >> 32U) & (table_.size() - 1);
  }
  static Holding& first_of(std::vector<Holding>& all, AssetId asset) {
    Holding* at = all.data();
    while (at->asset != asset) ++at;
    return *at;
  }
  Holding& add(Index owner, AssetId asset);
  static const Holding* find_among_many(const std::vector<Holding>& all, AssetId asset);
  static std::vector<Holding>::iterator search(std::vector<Holding>& all, AssetId asset);
  void grow();

  std::vector<Account> accounts_;
  std::vector<Entry> table_;  // open addressing, a power of two, at most half full
};

}  // namespace mainstay::exchange
