#include "apps/exchange/inbound/fix/order_table.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::exchange::fix {

void write(ByteWriter& out, const FixOrder& order) {
  out.u64(order.id.get());
  out.u32(order.session);
  out.u32(order.symbol.get());
  out.u8(static_cast<std::uint8_t>(order.side));
  out.u8(static_cast<std::uint8_t>(order.type));
  out.u8(static_cast<std::uint8_t>(order.tif));
  out.u8(static_cast<std::uint8_t>(order.post_only));
  out.u8(order.hidden ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(order.status));
  out.u32(order.price.get());
  out.u32(order.trigger.get());
  out.u32(order.quantity.get());
  out.u32(order.display.get());
  out.u32(order.left.get());
  out.i64(order.budget);
  out.u64(order.executed);
  out.i64(order.quote);
  out.i64(order.expires.get());
  out.text(order.client);
  out.text(order.account);
  out.u8(static_cast<std::uint8_t>(order.self_trade));
}

FixOrder read_fix_order(ByteReader& in) {
  FixOrder order;
  order.id = OrderId{in.u64()};
  order.session = in.u32();
  order.symbol = SymbolId{in.u32()};
  order.side = static_cast<Side>(in.u8());
  order.type = static_cast<OrderType>(in.u8());
  order.tif = static_cast<TimeInForce>(in.u8());
  order.post_only = static_cast<PostOnly>(in.u8());
  order.hidden = in.u8() != 0;
  order.status = static_cast<char>(in.u8());
  order.price = Price{in.u32()};
  order.trigger = Price{in.u32()};
  order.quantity = Quantity{in.u32()};
  order.display = Quantity{in.u32()};
  order.left = Quantity{in.u32()};
  order.budget = in.i64();
  order.executed = in.u64();
  order.quote = in.i64();
  order.expires = Time{in.i64()};
  order.client = in.text();
  order.account = in.text();
  order.self_trade = static_cast<SelfTrade>(in.u8());
  return order;
}

std::string OrderTable::key(SessionNumber session, std::string_view client) {
  return std::to_string(session).append("/").append(client);
}

void OrderTable::put(FixOrder order) {
  const OrderId id = order.id;
  FixOrder& kept = by_id_[id];
  const bool was_known = kept.id == id;
  const bool was_finished = was_known && kept.is_finished();
  const bool is_renamed = was_known && kept.client != order.client;
  if (is_renamed) take_name(kept);
  kept = std::move(order);
  if (!was_known || is_renamed) give_name(kept);
  if (!kept.is_finished() || was_finished) return;
  finished_.push_back(id);
  if (finished_.size() <= finished_max_) return;
  const auto oldest = by_id_.find(finished_.front());
  finished_.pop_front();
  if (oldest == by_id_.end()) return;
  take_name(oldest->second);
  by_id_.erase(oldest);
}

void OrderTable::give_name(const FixOrder& order) {
  const auto [named, is_free] = by_client_.try_emplace(key(order.session, order.client), order.id);
  if (is_free) return;
  const FixOrder* const other = find(named->second);
  if (order.is_finished() && other != nullptr && !other->is_finished()) return;
  named->second = order.id;
}

void OrderTable::take_name(const FixOrder& order) {
  const auto named = by_client_.find(key(order.session, order.client));
  if (named != by_client_.end() && named->second == order.id) by_client_.erase(named);
}

const FixOrder* OrderTable::find(OrderId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const FixOrder* OrderTable::find(SessionNumber session, std::string_view client) const {
  const auto found = by_client_.find(key(session, client));
  return found == by_client_.end() ? nullptr : find(found->second);
}

std::vector<const FixOrder*> OrderTable::live(SessionNumber session, std::size_t max) const {
  std::vector<const FixOrder*> found;
  for (const auto& [id, order] : by_id_) {
    if (order.session == session && !order.is_finished()) found.push_back(&order);
  }
  std::ranges::sort(found, {}, &FixOrder::id);
  if (found.size() > max) found.resize(max);
  return found;
}

}  // namespace mainstay::exchange::fix
