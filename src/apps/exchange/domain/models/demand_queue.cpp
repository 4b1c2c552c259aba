#include "apps/exchange/domain/models/demand_queue.hpp"

#include <limits>
#include <string>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"

namespace mainstay::exchange::models {

bool DemandQueue::Earlier::operator()(const Demand& a, const Demand& b) const {
  if (a.cash != b.cash) return a.cash > b.cash;
  if (a.since != b.since) return a.since < b.since;
  return a.investor < b.investor;
}

Result<> DemandQueue::insert(const Demand& demand) {
  if (places_.contains(demand.investor)) {
    return Error{ModelErrc::duplicate_user,
                 "investor " + std::to_string(demand.investor.get()) + " waits already"};
  }
  if (size() >= ModelLimits::investors_max) {
    return Error{ModelErrc::too_many, "100000 investors wait"};
  }
  places_.emplace(demand.investor, order_.insert(demand).first);
  return {};
}

bool DemandQueue::erase(InvestorUserId id) {
  const auto place = places_.find(id);
  if (place == places_.end()) return false;
  order_.erase(place->second);
  places_.erase(place);
  return true;
}

bool DemandQueue::change_cash(InvestorUserId id, Amount cash) {
  const auto place = places_.find(id);
  if (place == places_.end()) return false;
  auto node = order_.extract(place->second);
  node.value().cash = cash;
  place->second = order_.insert(std::move(node)).position;
  return true;
}

const Demand* DemandQueue::find(InvestorUserId id) const {
  const auto place = places_.find(id);
  return place == places_.end() ? nullptr : &*place->second;
}

const Demand* DemandQueue::front() const { return empty() ? nullptr : &*order_.begin(); }

std::optional<Demand> DemandQueue::pop() {
  if (empty()) return std::nullopt;
  const Demand first = *order_.begin();
  erase(first.investor);
  return first;
}

const Demand* DemandQueue::first_with_at_most(Amount cash) const {
  Demand least;  // before everybody with this cash
  least.cash = cash;
  least.since = SystemTime::min();
  const auto place = order_.lower_bound(least);
  return place == order_.end() ? nullptr : &*place;
}

}  // namespace mainstay::exchange::models
