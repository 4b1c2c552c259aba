#include "apps/exchange/inbound/ws/feed.hpp"

#include <algorithm>
#include <iterator>

#include "apps/exchange/domain/quote_amount.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

/// What an owner is told of it; empty: nothing.
std::string_view execution_type(const Event& event) {
  switch (event.kind) {
    case EventKind::accepted:
    case EventKind::triggered:
      return "NEW";
    case EventKind::traded:
      return "TRADE";
    case EventKind::canceled:
      return event.cause == CancelCause::wanted || event.cause == CancelCause::mass ||
                     event.cause == CancelCause::suspended
                 ? "CANCELED"
                 : "EXPIRED";
    case EventKind::reduced:
    case EventKind::amended:
      return "REPLACED";
    case EventKind::decremented:
      return "TRADE_PREVENTION";
    default:
      return {};
  }
}

/// The record is as all of the batch left it: the status is the event's own. What a budget still
/// buys no event says: settle_progress() sees to these.
OrderStatus status_behind(const Event& event, Quantity left, const OrderRecord& record) {
  const bool by_budget = record.placed.is_by_budget();
  if (event.kind == EventKind::traded) {
    if (by_budget) return record.status;
    return left.get() == 0 ? OrderStatus::filled : OrderStatus::partially_filled;
  }
  if (event.kind == EventKind::canceled) return record.status;
  if (event.kind == EventKind::triggered) return OrderStatus::open;
  if (event.kind == EventKind::accepted) {
    const bool waits =
        record.placed.type == OrderType::stop || record.placed.type == OrderType::stop_limit;
    return waits ? OrderStatus::waiting : OrderStatus::open;
  }
  if (event.kind == EventKind::decremented && left.get() == 0) {
    return by_budget ? record.status : OrderStatus::expired;
  }
  return record.executed > 0 ? OrderStatus::partially_filled : OrderStatus::open;
}

bool same(const TickerView& a, const TickerView& b) {
  return a.bid.price == b.bid.price && a.bid.quantity == b.bid.quantity &&
         a.ask.price == b.ask.price && a.ask.quantity == b.ask.quantity;
}

/// More than one thing may have happened to an order in the batch: what came later is taken off.
void settle_progress(std::vector<Execution>& executions) {
  struct Later {
    bool any = false;
    std::uint64_t lots = 0;
    Amount quote = 0;
  };
  std::map<OrderId, Later> later;
  for (auto at = executions.rbegin(); at != executions.rend(); ++at) {
    Execution& one = *at;
    OrderRecord& record = one.record;
    Later& behind = later[record.placed.id];
    record.executed -= std::min(record.executed, behind.lots);
    record.quote -= behind.quote;
    const bool goes_on = behind.any && record.placed.is_by_budget();
    if (goes_on || record.status == OrderStatus::partially_filled) {
      record.status = record.executed > 0 ? OrderStatus::partially_filled : OrderStatus::open;
    }
    behind.any = true;
    behind.lots += one.last_quantity.get();
    behind.quote += one.last_quote;
  }
}

}  // namespace

void Feed::want(std::shared_ptr<const Interest> interest, std::uint64_t begun) {
  auto wanted = wanted_.lock();
  wanted->interest.swap(interest);
  wanted->begun = begun;
  wanted_version_.fetch_add(1);
}

std::uint64_t Feed::begin(Interest interest) {
  refresh();
  // What it was when somebody listened before, or nothing, is no news to who begins.
  for (const SymbolId symbol : interest.tops) last_tops_.erase(symbol);
  begun_.push_back({++begun_last_, std::move(interest)});
  return begun_last_;
}

void Feed::refresh() {
  const std::uint64_t version = wanted_version_.load();
  if (version == version_) return;
  version_ = version;
  auto wanted = wanted_.lock();
  interest_ = wanted->interest;
  std::erase_if(begun_, [&](const Begun& one) { return one.number <= wanted->begun; });
}

template <class Id>
bool Feed::wants(std::unordered_set<Id> Interest::*kind, Id id) const {
  if (interest_ != nullptr && ((*interest_).*kind).contains(id)) return true;
  return std::ranges::any_of(begun_,
                             [&](const Begun& one) { return (one.interest.*kind).contains(id); });
}

Gathered Feed::take() {
  auto shared = shared_.lock();
  shared->announced = false;
  return std::exchange(shared->gathered, {});
}

void Feed::on_outcome(const Outcome& outcome) {
  refresh();
  if (interest_ == nullptr && begun_.empty()) return;
  for (const Event& event : outcome.events) on_event(outcome, event);
}

void Feed::on_event(const Outcome& outcome, const Event& event) {
  if (wants(&Interest::touched, event.symbol)) batch_.touched.insert(event.symbol);
  if (wants(&Interest::tops, event.symbol)) touched_tops_.insert(event.symbol);
  if (event.kind == EventKind::traded && wants(&Interest::trades, event.symbol)) {
    batch_.trades.emplace_back(event.symbol, TradeRecord{.id = event.trade,
                                                         .price = event.price,
                                                         .quantity = event.quantity,
                                                         .at = outcome.command.at,
                                                         .taker = event.side,
                                                         .taker_order = event.order,
                                                         .auction = event.auction});
  }
  const bool has_accounts = interest_ != nullptr && !interest_->accounts.empty();
  if (has_accounts || !begun_.empty()) on_owner_event(outcome, event);
}

void Feed::on_owner_event(const Outcome& outcome, const Event& event) {
  if (event.kind == EventKind::balance_changed) {
    if (!wants(&Interest::accounts, event.account)) return;
    news_of(event.account, outcome.command.at).deposits.push_back({event.asset, event.amount});
    changed_balances_.emplace(event.account, event.asset);
    return;
  }
  if (event.kind == EventKind::busted) return on_busted(outcome, event);
  if (event.kind == EventKind::rejected) return on_refused(outcome, event);
  const std::string_view type = execution_type(event);
  if (type.empty()) return;
  tell(outcome, event, event.account, event.order, type);
  if (event.kind == EventKind::traded) {
    tell(outcome, event, event.other_account, event.other, type);
  }
}

/// What expired by being refused is told as the rest of IOC is; of other refusals nothing.
void Feed::on_refused(const Outcome& outcome, const Event& event) {
  const auto expiry = expiry_cause(event.reason);
  if (!expiry || !std::holds_alternative<PlaceOrder>(outcome.command.body)) return;
  Event step = event;
  step.kind = EventKind::accepted;
  on_owner_event(outcome, step);
  step.kind = EventKind::canceled;
  step.cause = *expiry;
  on_owner_event(outcome, step);
}

/// There is no word for it there; what the accounts have now is told.
void Feed::on_busted(const Outcome& outcome, const Event& event) {
  const auto symbol = outcome.views.engine.symbol(event.symbol);
  if (!symbol) return;
  for (const AccountId account : {event.account, event.other_account}) {
    if (!wants(&Interest::accounts, account)) continue;
    changed_balances_.emplace(account, symbol->definition.base);
    changed_balances_.emplace(account, symbol->definition.quote);
  }
}

void Feed::tell(const Outcome& outcome, const Event& event, AccountId account, OrderId order,
                std::string_view type) {
  if (!wants(&Interest::accounts, account)) return;
  const OrderRecord* const record = outcome.views.orders.order(order);
  const auto symbol = outcome.views.engine.symbol(event.symbol);
  if (record == nullptr || !symbol) return;
  Execution out{.record = *record,
                .type = type,
                .at = outcome.command.at,
                .sequence = outcome.command.sequence};
  const bool is_maker = event.kind == EventKind::traded && order == event.other;
  out.record.status = status_behind(event, is_maker ? event.other_left : event.left, *record);
  if (event.kind == EventKind::traded) {
    out.last_quantity = event.quantity;
    out.last_price = event.price;
    out.last_quote = quote_amount(event.price, event.quantity, symbol->definition.rules.tick_quote);
    out.fee = is_maker ? event.other_fee : event.fee;
    out.trade = event.trade;
    out.maker = is_maker;
  }
  news_of(account, outcome.command.at).executions.push_back(std::move(out));
  changed_balances_.emplace(account, symbol->definition.base);
  changed_balances_.emplace(account, symbol->definition.quote);
}

Gathered::AccountNews& Feed::news_of(AccountId account, Time at) {
  auto found = std::ranges::find(batch_.accounts, account, &Gathered::AccountNews::account);
  if (found == batch_.accounts.end()) {
    found = batch_.accounts.emplace(found);
    found->account = account;
  }
  found->at = at;
  return *found;
}

void Feed::on_batch_end(const Views& views) {
  if (interest_ == nullptr && begun_.empty()) return;
  finish_accounts(views);
  finish_tops(views);
  const bool nothing = batch_.trades.empty() && batch_.accounts.empty() && batch_.tops.empty() &&
                       batch_.touched.empty();
  if (!nothing) hand_over();
}

void Feed::finish_accounts(const Views& views) {
  for (const auto& [account, asset] : changed_balances_) {
    news_of(account, views.engine.last_time())
        .balances.emplace_back(asset, views.engine.balance(account, asset));
  }
  changed_balances_.clear();
  for (Gathered::AccountNews& news : batch_.accounts) settle_progress(news.executions);
}

void Feed::finish_tops(const Views& views) {
  for (const SymbolId symbol : touched_tops_) {
    TickerView top;
    for (const Side side : {Side::buy, Side::sell}) {
      views.engine.depth(symbol, side, 1, room_);
      if (!room_.empty()) (side == Side::buy ? top.bid : top.ask) = room_.front();
    }
    const auto [last, is_new] = last_tops_.try_emplace(symbol, top);
    if (!is_new && same(last->second, top)) continue;
    last->second = top;
    batch_.tops[symbol] = {top, views.engine.last_sequence()};
  }
  touched_tops_.clear();
}

void Feed::hand_over() {
  bool wake = false;
  {
    auto shared = shared_.lock();
    Gathered& all = shared->gathered;
    const bool full = all.trades.size() + batch_.trades.size() > Limits::stream_backlog_max ||
                      all.accounts.size() + batch_.accounts.size() > Limits::stream_backlog_max;
    all.lost = all.lost || full;
    if (!full) {
      all.trades.insert(all.trades.end(), batch_.trades.begin(), batch_.trades.end());
      std::ranges::move(batch_.accounts, std::back_inserter(all.accounts));
    }
    for (const auto& [symbol, top] : batch_.tops) all.tops[symbol] = top;
    all.touched.merge(batch_.touched);
    wake = !std::exchange(shared->announced, true);
  }
  batch_ = {};
  if (wake) wake_();
}

}  // namespace mainstay::exchange
