#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <unordered_map>

#include "apps/exchange/domain/models/users.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// An investor who waits, with what there was to invest when it began to.
struct Demand {
  InvestorUserId investor{};
  double mu = 0;
  double sigma = 0;
  Amount cash = 0;
  SystemTime since{};
};

/// Who waits, the most cash first, then the one who waits longest, then the smaller id: no two are
/// equal, so what is taken out is what was meant. Insert and erase in O(log n), look-up by id in
/// O(1). At most ModelLimits::investors_max.
///
/// The source planned a splay tree, for the sake of repeated look-ups of one investor: those cost a
/// hash here whatever came before, and reading changes nothing. It has no price or side: orders
/// with those are the book's.
class DemandQueue {
 public:
  /// Refuses an investor who waits already (duplicate_user), and more than the bound (too_many).
  Result<> insert(const Demand& demand);
  /// False when nobody of this id waits.
  bool erase(InvestorUserId id);
  /// The same place in time with another amount; false when nobody of this id waits.
  bool change_cash(InvestorUserId id, Amount cash);

  [[nodiscard]] const Demand* find(InvestorUserId id) const;
  /// Nothing when nobody waits.
  [[nodiscard]] const Demand* front() const;
  std::optional<Demand> pop();
  /// The first, in the order above, who has at most so much; nothing if all have more.
  [[nodiscard]] const Demand* first_with_at_most(Amount cash) const;

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] auto begin() const { return order_.begin(); }
  [[nodiscard]] auto end() const { return order_.end(); }

 private:
  struct Earlier {
    bool operator()(const Demand& a, const Demand& b) const;
  };
  using Order = std::set<Demand, Earlier>;

  Order order_;
  std::unordered_map<InvestorUserId, Order::const_iterator> places_;
};

}  // namespace mainstay::exchange::models
