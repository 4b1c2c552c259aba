#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "base/bytes.hpp"

namespace mainstay::exchange::fix {

using SessionNumber = std::uint32_t;  // from 1, never given twice

/// An order that came by FIX, as its session was told of it last.
struct FixOrder {
  OrderId id{};
  SessionNumber session = 0;
  SymbolId symbol{};
  Side side{};
  OrderType type{};
  TimeInForce tif{};
  PostOnly post_only{};
  SelfTrade self_trade{};
  bool hidden = false;
  char status = '0';  // OrdStatus (39)
  Price price{};
  Price trigger{};
  Quantity quantity{};  // in all; 0 with a budget
  Quantity display{};
  Quantity left{};
  Amount budget = 0;
  std::uint64_t executed = 0;  // lots
  Amount quote = 0;            // what they cost
  Time expires{};
  std::string client;   // the newest ClOrdID
  std::string account;  // Account (1) as it was given

  [[nodiscard]] bool is_finished() const { return status != '0' && status != '1'; }
};

void write(ByteWriter& out, const FixOrder& order);
FixOrder read_fix_order(ByteReader& in);

/// The orders of all FIX sessions: all live ones, and the newest finished ones, for whoever asks
/// for their state. Pure; one thread.
class OrderTable {
 public:
  explicit OrderTable(std::size_t finished_max = 100'000) : finished_max_(finished_max) {}

  /// As it is from now on. When it is new here, or its ClOrdID is, then the session's order of that
  /// ClOrdID is this one; but a finished order never hides a live one.
  void put(FixOrder order);
  /// Null for none.
  [[nodiscard]] const FixOrder* find(OrderId id) const;
  [[nodiscard]] const FixOrder* find(SessionNumber session, std::string_view client) const;
  /// Live ones by id, at most so many.
  [[nodiscard]] std::vector<const FixOrder*> live(SessionNumber session, std::size_t max) const;
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

  /// Finished ones last, in the order of their ends: put() in this order gives the same table.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [id, order] : by_id_) {
      if (!order.is_finished()) visit(order);
    }
    for (const OrderId id : finished_) {
      if (const FixOrder* const order = find(id)) visit(*order);
    }
  }

 private:
  static std::string key(SessionNumber session, std::string_view client);
  void give_name(const FixOrder& order);
  void take_name(const FixOrder& order);

  std::size_t finished_max_;
  std::unordered_map<OrderId, FixOrder> by_id_;
  std::unordered_map<std::string, OrderId> by_client_;
  std::deque<OrderId> finished_;  // the oldest first
};

}  // namespace mainstay::exchange::fix
