#include "apps/exchange/domain/order_log.hpp"

#include <algorithm>
#include <utility>

#include "apps/exchange/domain/quote_amount.hpp"
#include "apps/exchange/domain/saved_state.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint64_t version = 1;

OrderStatus status_of(CancelCause cause) {
  switch (cause) {
    case CancelCause::wanted:
    case CancelCause::mass:
    case CancelCause::suspended:
      return OrderStatus::canceled;
    default:
      return OrderStatus::expired;
  }
}

/// In all, as its owner counts; the engine's is without what self-trade prevention took away.
Quantity placed_quantity(const Event& event, const OrderRecord& record) {
  return Quantity{event.quantity.get() + static_cast<std::uint32_t>(record.prevented)};
}

/// What it had traded does not come back into the book: a filled order is a canceled one then.
OrderStatus status_behind_bust(const OrderRecord& record) {
  if (record.status == OrderStatus::filled) return OrderStatus::canceled;
  const bool traded = record.status == OrderStatus::partially_filled;
  return traded && record.executed == 0 ? OrderStatus::open : record.status;
}

void save_placed(StateWriter& out, const PlaceOrder& placed) {
  out.strong(placed.id);
  out.strong(placed.symbol);
  out.choice(placed.side);
  out.choice(placed.type);
  out.choice(placed.tif);
  out.choice(placed.post_only);
  out.choice(placed.self_trade);
  out.flag(placed.hidden);
  out.strong(placed.price);
  out.strong(placed.trigger);
  out.strong(placed.quantity);
  out.strong(placed.display);
  out.amount(placed.budget);
  out.strong(placed.expires);
  out.number(placed.session);
  out.text(placed.client.text());
}

PlaceOrder load_placed(StateReader& in) {
  PlaceOrder placed;
  placed.id = in.strong<OrderId>();
  placed.symbol = in.strong<SymbolId>();
  placed.side = in.choice(Side::sell);
  placed.type = in.choice(OrderType::stop_limit);
  placed.tif = in.choice(TimeInForce::fok);
  placed.post_only = in.choice(PostOnly::slide);
  placed.self_trade = in.choice(SelfTrade::decrement);
  placed.hidden = in.flag();
  placed.price = in.strong<Price>();
  placed.trigger = in.strong<Price>();
  placed.quantity = in.strong<Quantity>();
  placed.display = in.strong<Quantity>();
  placed.budget = in.amount();
  placed.expires = in.strong<Time>();
  placed.session = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  placed.client = ClientOrderId{in.text(ClientOrderId::size_max)};
  return placed;
}

void save_record(StateWriter& out, const OrderRecord& record) {
  save_placed(out, record.placed);
  out.choice(record.status);
  out.choice(record.cause);
  out.number(static_cast<std::uint64_t>(record.reason));
  out.strong(record.left);
  out.number(record.executed);
  out.number(record.prevented);
  out.amount(record.quote);
  out.amount(record.fees);
  out.strong(record.created);
  out.strong(record.updated);
  out.strong(record.working);
}

OrderRecord load_record(StateReader& in) {
  OrderRecord record;
  record.placed = load_placed(in);
  record.status = in.choice(OrderStatus::rejected);
  record.cause = in.choice(CancelCause::funds);
  record.reason = static_cast<Reject>(in.number(999));
  record.left = in.strong<Quantity>();
  record.executed = in.number();
  record.prevented = in.number();
  record.quote = in.amount();
  record.fees = in.amount();
  record.created = in.strong<Time>();
  record.updated = in.strong<Time>();
  record.working = in.strong<Time>();
  return record;
}

void save_fill(StateWriter& out, const Fill& fill) {
  out.strong(fill.trade);
  out.strong(fill.symbol);
  out.strong(fill.order);
  out.choice(fill.side);
  out.flag(fill.maker);
  out.flag(fill.auction);
  out.flag(fill.busted);
  out.strong(fill.price);
  out.strong(fill.quantity);
  out.amount(fill.quote);
  out.amount(fill.fee);
  out.strong(fill.at);
}

Fill load_fill(StateReader& in) {
  Fill fill;
  fill.trade = in.strong<TradeId>();
  fill.symbol = in.strong<SymbolId>();
  fill.order = in.strong<OrderId>();
  fill.side = in.choice(Side::sell);
  fill.maker = in.flag();
  fill.auction = in.flag();
  fill.busted = in.flag();
  fill.price = in.strong<Price>();
  fill.quantity = in.strong<Quantity>();
  fill.quote = in.amount();
  fill.fee = in.amount();
  fill.at = in.strong<Time>();
  return fill;
}

}  // namespace

std::size_t OrderLog::ClientKeyHash::operator()(const ClientKey& key) const noexcept {
  return StringHash{}(key.client.text()) ^
         (static_cast<std::size_t>(key.account.get()) * 0x9E3779B97F4A7C15ULL);
}

OrderLog::OrderLog(OrderLogOptions options) : options_(options) {}

// --- what happened
// ---------------------------------------------------------------------------------

void OrderLog::on_command(const Command& command, std::span<const Event> events) {
  for (const Event& event : events) {
    if (event.kind == EventKind::defined) {
      const auto* symbol = std::get_if<DefineSymbol>(&command.body);
      if (symbol != nullptr) tick_quote_[symbol->id] = symbol->rules.tick_quote;
      continue;
    }
    const auto* placed = std::get_if<PlaceOrder>(&command.body);
    if (event.kind == EventKind::accepted || (event.kind == EventKind::rejected && placed)) {
      if (placed != nullptr) on_placed(command, *placed, event);
      continue;
    }
    on_event(command, event);
  }
  if (const auto* placed = std::get_if<PlaceOrder>(&command.body)) end_budget(*placed);
}

/// A market order never rests; of one by budget no event says that it is spent: that what is left
/// of it is less than a lot costs.
void OrderLog::end_budget(const PlaceOrder& placed) {
  if (!placed.is_by_budget()) return;
  OrderRecord* record = find(placed.id);
  if (record == nullptr || is_finished(record->status)) return;
  record->left = Quantity{0};
  finish(*record, record->executed > 0 ? OrderStatus::filled : OrderStatus::expired);
}

void OrderLog::on_placed(const Command& command, const PlaceOrder& placed, const Event& event) {
  const bool taken = event.kind == EventKind::accepted;
  if (by_id_.contains(placed.id)) return;  // refused because of its id: that one stands
  if (event.reason == Reject::account_unknown) return;
  OrderRecord record;
  record.placed = placed;
  record.account = command.account;
  record.created = record.updated = command.at;
  if (!taken) {
    record.reason = event.reason;
    record.left = placed.quantity;
    const auto expiry = expiry_cause(event.reason);
    if (!expiry) return finish(nodes_[add(std::move(record))].record, OrderStatus::rejected);
    record.cause = *expiry;
    record.working = command.at;
    return finish(name_unless_taken(add(std::move(record))), OrderStatus::expired);
  }
  const bool waits = placed.type == OrderType::stop || placed.type == OrderType::stop_limit;
  record.status = waits ? OrderStatus::waiting : OrderStatus::open;
  record.left = event.left;
  if (!waits) record.working = command.at;
  const Slot slot = add(std::move(record));
  if (!placed.client.empty()) by_client_[{command.account, placed.client}] = slot;
}

/// Not every reason for which an order expires is looked for behind whether its client id is free.
OrderRecord& OrderLog::name_unless_taken(Slot slot) {
  OrderRecord& record = nodes_[slot].record;
  if (record.placed.client.empty()) return record;
  const auto [named, is_new] = by_client_.try_emplace({record.account, record.placed.client}, slot);
  if (!is_new && is_finished(nodes_[named->second].record.status)) named->second = slot;
  return record;
}

void OrderLog::on_event(const Command& command, const Event& event) {
  if (event.kind == EventKind::traded) return on_traded(command, event);
  if (event.kind == EventKind::busted) return on_busted(command, event);
  OrderRecord* record = find(event.order);
  if (record == nullptr || is_finished(record->status)) return;
  switch (event.kind) {
    case EventKind::canceled:
      record->left = event.left;
      record->cause = event.cause;
      record->updated = command.at;
      return finish(*record, status_of(event.cause));
    case EventKind::reduced:
      record->placed.quantity = placed_quantity(event, *record);
      record->left = event.left;
      take_client(command, *record);
      break;
    case EventKind::amended:
      on_amended(command, event, *record);
      break;
    case EventKind::triggered:
      record->status = OrderStatus::open;
      record->working = command.at;
      break;
    case EventKind::decremented:
      record->prevented += event.quantity.get();
      record->left = event.left;
      record->updated = command.at;
      if (event.left.get() == 0 && !record->placed.is_by_budget()) {
        record->cause = CancelCause::self_trade;
        return finish(*record, OrderStatus::expired);
      }
      break;
    case EventKind::slid:
      record->placed.price = event.price;
      break;
    default:
      return;
  }
  record->updated = command.at;
}

void OrderLog::on_amended(const Command& command, const Event& event, OrderRecord& record) {
  record.placed.price = event.price;
  record.placed.quantity = placed_quantity(event, record);
  record.left = event.left;
  const auto* amend = std::get_if<AmendOrder>(&command.body);
  if (amend == nullptr || amend->id != event.order) return;
  if (amend->trigger.get() != 0) record.placed.trigger = amend->trigger;
  take_client(command, record);
}

/// An amendment may give the order a new name, also where it keeps its place.
void OrderLog::take_client(const Command& command, OrderRecord& record) {
  const auto* amend = std::get_if<AmendOrder>(&command.body);
  if (amend == nullptr || amend->id != record.placed.id) return;
  if (amend->client.empty() || amend->client == record.placed.client) return;
  const Slot slot = by_id_.at(record.placed.id);
  forget_client(slot);
  record.placed.client = amend->client;
  by_client_[{record.account, amend->client}] = slot;
}

Amount OrderLog::quote_of(const Event& trade) const {
  const auto tick = tick_quote_.find(trade.symbol);
  return quote_amount(trade.price, trade.quantity, tick == tick_quote_.end() ? 1 : tick->second);
}

void OrderLog::on_traded(const Command& command, const Event& event) {
  Fill fill{.trade = event.trade,
            .symbol = event.symbol,
            .order = event.order,
            .side = event.side,
            .auction = event.auction,
            .price = event.price,
            .quantity = event.quantity,
            .quote = quote_of(event),
            .fee = event.fee,
            .at = command.at};
  fill_order(fill, event.left, event.account);
  fill.order = event.other;
  fill.side = opposite(event.side);
  fill.maker = true;
  fill.fee = event.other_fee;
  fill_order(fill, event.other_left, event.other_account);
}

void OrderLog::fill_order(const Fill& fill, Quantity left, AccountId owner) {
  add_fill(owner, fill);
  OrderRecord* record = find(fill.order);
  if (record == nullptr) return;
  record->executed += fill.quantity.get();
  record->quote = sum(record->quote, fill.quote);
  record->fees = sum(record->fees, fill.fee);
  record->left = left;
  record->updated = fill.at;
  if (is_finished(record->status)) return;
  record->status = OrderStatus::partially_filled;
  if (left.get() == 0 && !record->placed.is_by_budget()) finish(*record, OrderStatus::filled);
}

void OrderLog::on_busted(const Command& command, const Event& event) {
  Fill leg{.trade = event.trade,
           .symbol = event.symbol,
           .order = event.order,
           .quantity = event.quantity,
           .quote = quote_of(event),
           .fee = event.fee,
           .at = command.at};
  take_back(leg, event.account);
  leg.order = event.other;
  leg.fee = event.other_fee;
  take_back(leg, event.other_account);
}

/// The trade may be older than any fill that is kept.
void OrderLog::take_back(const Fill& leg, AccountId owner) {
  for (Fill& fill : account(owner).fills) {
    if (fill.trade == leg.trade && fill.symbol == leg.symbol) fill.busted = true;
  }
  OrderRecord* record = find(leg.order);
  if (record == nullptr) return;
  record->executed -= std::min<std::uint64_t>(record->executed, leg.quantity.get());
  record->quote = sum(record->quote, -leg.quote);
  record->fees = sum(record->fees, -leg.fee);
  record->status = status_behind_bust(*record);
  record->updated = leg.at;
}

// --- records -------------------------------------------------------------------------------------

OrderRecord* OrderLog::find(OrderId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &nodes_[found->second].record;
}

OrderLog::AccountOrders& OrderLog::account(AccountId id) {
  const auto [found, is_new] = account_index_.try_emplace(id, accounts_.size());
  if (is_new) accounts_.emplace_back();
  return accounts_[found->second];
}

const OrderLog::AccountOrders* OrderLog::known_account(AccountId id) const {
  const auto found = account_index_.find(id);
  return found == account_index_.end() ? nullptr : &accounts_[found->second];
}

OrderLog::Slot OrderLog::add(OrderRecord record) {
  Slot slot = static_cast<Slot>(nodes_.size());
  if (free_.empty()) {
    nodes_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  nodes_[slot] = Node{.record = std::move(record)};
  const OrderRecord& added = nodes_[slot].record;
  by_id_.emplace(added.placed.id, slot);
  append(account(added.account).live, slot);
  return slot;
}

void OrderLog::finish(OrderRecord& record, OrderStatus status) {
  record.status = status;
  AccountOrders& owner = account(record.account);
  const Slot slot = by_id_.at(record.placed.id);
  unlink(owner.live, slot);
  append(owner.finished, slot);
  ++finished_;
  if (owner.finished.size > options_.finished_per_account_max) return forget_oldest(owner);
  if (finished_ <= options_.finished_max) return;
  if (owner.finished.size > 1) return forget_oldest(owner);
  do {
    hand_ = (hand_ + 1) % accounts_.size();
  } while (accounts_[hand_].finished.size == 0);
  forget_oldest(accounts_[hand_]);
}

void OrderLog::forget_oldest(AccountOrders& owner) {
  const Slot slot = owner.finished.first;
  unlink(owner.finished, slot);
  --finished_;
  forget_client(slot);
  by_id_.erase(nodes_[slot].record.placed.id);
  free_.push_back(slot);
}

void OrderLog::forget_client(Slot slot) {
  const OrderRecord& record = nodes_[slot].record;
  if (record.placed.client.empty()) return;
  const auto found = by_client_.find({record.account, record.placed.client});
  if (found != by_client_.end() && found->second == slot) by_client_.erase(found);
}

void OrderLog::add_fill(AccountId owner_id, const Fill& fill) {
  AccountOrders& owner = account(owner_id);
  owner.fills.push_back(fill);
  ++fills_;
  const bool too_many = owner.fills.size() > options_.fills_per_account_max;
  if (!too_many && fills_ <= options_.fills_max) return;
  --fills_;
  if (too_many || owner.fills.size() > 1) return owner.fills.pop_front();
  do {
    fill_hand_ = (fill_hand_ + 1) % accounts_.size();
  } while (accounts_[fill_hand_].fills.empty());
  accounts_[fill_hand_].fills.pop_front();
}

void OrderLog::append(List& list, Slot slot) {
  Node& node = nodes_[slot];
  node.next = none;
  node.previous = list.last;
  (list.last == none ? list.first : nodes_[list.last].next) = slot;
  list.last = slot;
  ++list.size;
}

void OrderLog::unlink(List& list, Slot slot) {
  const Node& node = nodes_[slot];
  (node.previous == none ? list.first : nodes_[node.previous].next) = node.next;
  (node.next == none ? list.last : nodes_[node.next].previous) = node.previous;
  --list.size;
}

// --- looking -------------------------------------------------------------------------------------

const OrderRecord* OrderLog::order(OrderId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &nodes_[found->second].record;
}

const OrderRecord* OrderLog::order(AccountId owner, const ClientOrderId& client) const {
  const auto found = by_client_.find({owner, client});
  return found == by_client_.end() ? nullptr : &nodes_[found->second].record;
}

std::vector<const OrderRecord*> OrderLog::wanted(const List& list, const OrderQuery& query) const {
  std::vector<const OrderRecord*> out;
  Slot slot = query.oldest ? list.first : list.last;
  while (slot != none && out.size() < query.max) {
    const Node& node = nodes_[slot];
    if (query.wants(node.record)) out.push_back(&node.record);
    slot = query.oldest ? node.next : node.previous;
  }
  return out;
}

std::vector<const OrderRecord*> OrderLog::live(AccountId owner, const OrderQuery& query) const {
  const AccountOrders* known = known_account(owner);
  return known == nullptr ? std::vector<const OrderRecord*>{} : wanted(known->live, query);
}

std::vector<const OrderRecord*> OrderLog::finished(AccountId owner, const OrderQuery& query) const {
  const AccountOrders* known = known_account(owner);
  return known == nullptr ? std::vector<const OrderRecord*>{} : wanted(known->finished, query);
}

const std::deque<Fill>& OrderLog::fills(AccountId owner) const {
  static const std::deque<Fill> empty;
  const AccountOrders* known = known_account(owner);
  return known == nullptr ? empty : known->fills;
}

// --- saving --------------------------------------------------------------------------------------

void OrderLog::save(std::string& bytes) const {
  StateWriter out{bytes};
  out.number(version);
  out.number(tick_quote_.size());
  for (const auto& [symbol, tick] : tick_quote_) {
    out.strong(symbol);
    out.amount(tick);
  }
  out.number(account_index_.size());
  for (const auto& [id, index] : account_index_) {
    const AccountOrders& owner = accounts_[index];
    out.strong(id);
    for (const List* list : {&owner.finished, &owner.live}) {
      out.number(list->size);
      for (Slot slot = list->first; slot != none; slot = nodes_[slot].next) {
        save_record(out, nodes_[slot].record);
      }
    }
    out.number(owner.fills.size());
    for (const Fill& fill : owner.fills) save_fill(out, fill);
  }
}

Result<OrderLog> OrderLog::load(Bytes saved, OrderLogOptions options) {
  OrderLog log{options};
  StateReader in{saved};
  if (in.number() != version) in.fail();
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto symbol = in.strong<SymbolId>();
    log.tick_quote_[symbol] = in.amount();
  }
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto id = in.strong<AccountId>();
    if (log.account_index_.contains(id)) in.fail();
    log.load_account(in, id);
  }
  if (!in.ok() || !in.at_end()) return Error{SavedStateErrc::damaged, "its orders"};
  return log;
}

void OrderLog::load_account(StateReader& in, AccountId id) {
  for (const bool finished_ones : {true, false}) {
    for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
      OrderRecord record = load_record(in);
      record.account = id;
      const OrderStatus status = record.status;
      const bool fits = is_finished(status) == finished_ones;
      if (!in.ok() || !fits || by_id_.contains(record.placed.id)) return in.fail();
      const Slot slot = add(std::move(record));
      OrderRecord& added = nodes_[slot].record;
      if (status != OrderStatus::rejected && !added.placed.client.empty()) {
        by_client_[{id, added.placed.client}] = slot;
      }
      if (finished_ones) finish(added, status);
    }
  }
  account(id);
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) add_fill(id, load_fill(in));
}

}  // namespace mainstay::exchange
