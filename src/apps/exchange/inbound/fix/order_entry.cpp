#include "apps/exchange/inbound/fix/order_entry.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "apps/exchange/inbound/fix/writer.hpp"
#include "base/text.hpp"

namespace mainstay::exchange::fix {
namespace {

constexpr int unknown_symbol = 1;  // OrdRejReason
constexpr int unsupported = 11;
constexpr int incorrect_quantity = 13;
constexpr int other_reason = 99;

Defect incorrect(Tag tag, std::string_view text) {
  return {RejectReason::value_incorrect, tag, text};
}

/// What is wrong with the message, or with the order that it describes.
using Fault = std::optional<std::variant<Defect, Refusal>>;

Fault decimal_fault(DecimalFault fault, Tag tag) {
  const bool is_price = tag == tag::price || tag == tag::stop_price;
  switch (fault) {
    case DecimalFault::none:
      return {};
    case DecimalFault::malformed:
      return Defect{RejectReason::format_incorrect, tag, "Not a decimal number"};
    case DecimalFault::too_precise:
      return Refusal{is_price ? other_reason : incorrect_quantity,
                     is_price ? "The price is no multiple of the tick."
                              : "The quantity is no multiple of the lot."};
    case DecimalFault::too_large:
      return Refusal{is_price ? other_reason : incorrect_quantity,
                     is_price ? "The price is too large." : "The quantity is too large."};
  }
  return {};
}

Fault read_price(const Message& message, const Listing& listing, Tag tag, bool wanted, Price& out) {
  const std::string_view text = message.get(tag);
  if (!wanted && text.empty()) return {};
  if (!wanted) return incorrect(tag, "Not of this order type");
  if (text.empty()) return Defect{RejectReason::required_tag_missing, tag, "Required tag missing"};
  if (auto fault = decimal_fault(listing.price(text, out), tag)) return fault;
  if (out.get() == 0) return Refusal{other_reason, "The price must not be zero."};
  return {};
}

Fault read_quantity(const Message& message, const Listing& listing, Tag tag, Quantity& out) {
  const std::string_view text = message.get(tag);
  if (text.empty()) return {};
  return decimal_fault(listing.quantity(text, out), tag);
}

Fault read_type(const Message& message, PlaceOrder& out) {
  constexpr std::string_view types = "2134";
  const std::string_view text = message.get(tag::order_type);
  const std::size_t at = types.find(text);
  if (text.size() != 1 || at == std::string_view::npos) {
    return incorrect(tag::order_type, "OrdType must be 1, 2, 3 or 4");
  }
  constexpr std::array kinds{OrderType::limit, OrderType::market, OrderType::stop,
                             OrderType::stop_limit};
  out.type = kinds[at];
  return {};
}

Fault read_expiry(const Message& message, PlaceOrder& out) {
  const bool by_date = message.has(tag::expire_date);
  auto at = by_date ? parse_date(message.get(tag::expire_date))
                    : parse_utc(message.get(tag::expire_time));
  if (!by_date && !message.has(tag::expire_time)) {
    return Defect{RejectReason::required_tag_missing, tag::expire_time,
                  "TimeInForce 6 needs ExpireTime or ExpireDate"};
  }
  const Tag given = by_date ? tag::expire_date : tag::expire_time;
  if (!at) return Defect{RejectReason::format_incorrect, given, "No time of UTC"};
  if (by_date) *at += std::chrono::days{1};  // the day's end
  constexpr std::int64_t nanoseconds = 1'000;
  if (at->time_since_epoch().count() > std::numeric_limits<std::int64_t>::max() / nanoseconds) {
    return incorrect(given, "Not before the year 2262: TimeInForce 1 is for orders without an end");
  }
  out.expires = Time{at->time_since_epoch().count() * nanoseconds};
  return {};
}

/// Without the end of a GTD.
Fault read_duration(const Message& message, PlaceOrder& out) {
  const std::string_view text = message.get(tag::time_in_force);
  if (text.size() > 1) return incorrect(tag::time_in_force, "Not a TimeInForce");
  switch (text.empty() ? '0' : text.front()) {
    case '0':
      out.tif = TimeInForce::day;
      return {};
    case '1':
      out.tif = TimeInForce::gtc;
      return {};
    case '3':
      out.tif = TimeInForce::ioc;
      return {};
    case '4':
      out.tif = TimeInForce::fok;
      return {};
    case '6':
      out.tif = TimeInForce::gtd;
      return {};
    case '2':
    case '5':
    case '7':
      return Refusal{unsupported, "TimeInForce must be 0, 1, 3, 4 or 6."};
    default:
      return incorrect(tag::time_in_force, "Not a TimeInForce");
  }
}

Fault read_time_in_force(const Message& message, PlaceOrder& out) {
  if (auto fault = read_duration(message, out)) return fault;
  return out.tif == TimeInForce::gtd ? read_expiry(message, out) : Fault{};
}

Fault read_instructions(const Message& message, PlaceOrder& out) {
  const std::string_view text = message.get(tag::exec_instruction);
  for (const std::string_view one :
       text.empty() ? std::vector<std::string_view>{} : split(text, ' ')) {
    if (one != "6") return Refusal{unsupported, "ExecInst must be 6 (do not take)."};
    out.post_only = PostOnly::reject;
  }
  if (const std::string_view way = message.get(tag::display_indicator); !way.empty()) {
    const bool slides = way == "S";
    if ((!slides && way != "R") || out.post_only == PostOnly::no) {
      return incorrect(tag::display_indicator, "S (slide) or R (reject), with ExecInst 6");
    }
    if (slides) out.post_only = PostOnly::slide;
  }
  const std::string_view mode = message.get(tag::self_trade_prevention);
  if (mode.empty()) return {};
  constexpr std::string_view modes = "NOBD";
  const std::size_t at = modes.find(mode);
  if (mode.size() != 1 || at == std::string_view::npos) {
    return incorrect(tag::self_trade_prevention, "Must be N, O, B or D");
  }
  constexpr std::array kinds{SelfTrade::cancel_taker, SelfTrade::cancel_maker,
                             SelfTrade::cancel_both, SelfTrade::decrement};
  out.self_trade = kinds[at];
  return {};
}

Fault read_display(const Message& message, const Listing& listing, PlaceOrder& out) {
  const Tag given = message.has(tag::display_quantity) ? tag::display_quantity : tag::max_floor;
  if (!message.has(given)) return {};
  if (auto fault = read_quantity(message, listing, given, out.display)) return fault;
  out.hidden = out.display.get() == 0;
  if (out.display >= out.quantity) out.display = Quantity{0};  // all of it is shown
  return {};
}

/// A quantity, or of a market order to buy what it may cost.
Fault read_amount(const Message& message, const Listing& listing, PlaceOrder& out) {
  const std::string_view cash = message.get(tag::cash_order_quantity);
  if (cash.empty() && !message.has(tag::order_quantity)) {
    return Defect{RejectReason::required_tag_missing, tag::order_quantity, "Required tag missing"};
  }
  if (cash.empty()) return read_quantity(message, listing, tag::order_quantity, out.quantity);
  if (message.has(tag::order_quantity)) {
    return incorrect(tag::cash_order_quantity, "Either OrderQty or CashOrderQty");
  }
  if (out.type != OrderType::market || out.side != Side::buy) {
    return Refusal{unsupported, "CashOrderQty is for market orders to buy."};
  }
  return decimal_fault(listing.quote(cash, out.budget), tag::cash_order_quantity);
}

/// All at once or nothing is a FOK; any other least quantity is none of this market's.
Fault read_minimum(const Message& message, const Listing& listing, PlaceOrder& out) {
  Quantity least{};
  if (auto fault = read_quantity(message, listing, tag::minimum_quantity, least)) return fault;
  if (least.get() == 0 || out.tif == TimeInForce::fok) return {};
  if (out.tif != TimeInForce::ioc || least != out.quantity) {
    return Refusal{unsupported, "MinQty must be OrderQty, with TimeInForce 3 or 4."};
  }
  out.tif = TimeInForce::fok;
  return {};
}

Fault read_order(const Message& message, const Listing& listing, PlaceOrder& out) {
  const auto side = read_side(message.get(tag::side));
  if (!side) return incorrect(tag::side, "Side must be 1 or 2");
  out.side = *side;
  if (auto fault = read_type(message, out)) return fault;
  if (auto fault = read_time_in_force(message, out)) return fault;
  if (auto fault = read_instructions(message, out)) return fault;
  if (auto fault = read_amount(message, listing, out)) return fault;
  if (auto fault = read_minimum(message, listing, out)) return fault;
  const bool limited = out.type == OrderType::limit || out.type == OrderType::stop_limit;
  const bool waits = out.type == OrderType::stop || out.type == OrderType::stop_limit;
  if (auto fault = read_price(message, listing, tag::price, limited, out.price)) return fault;
  if (auto fault = read_price(message, listing, tag::stop_price, waits, out.trigger)) return fault;
  return read_display(message, listing, out);
}

Refusal not_replaced(Tag tag) {
  return {other_reason, "A replace cannot change " + std::to_string(tag) +
                            ", only 38, 44 and 99: it must be the order's or absent."};
}

/// What a replace cannot change must be the order's own where it is given: else it would be
/// answered as if it had been changed. `out.quantity` is the one wanted.
Fault check_kind(const Message& message, const Listing& listing, const FixOrder& order,
                 PlaceOrder& out) {
  if (message.has(tag::order_type)) {
    if (auto fault = read_type(message, out)) return fault;
    if (out.type != order.type) return not_replaced(tag::order_type);
  }
  out.tif = order.tif;
  if (message.has(tag::time_in_force)) {
    if (auto fault = read_duration(message, out)) return fault;
  }
  if (auto fault = read_minimum(message, listing, out)) return fault;
  if (out.tif != order.tif) return not_replaced(tag::time_in_force);
  const Tag end = message.has(tag::expire_date) ? tag::expire_date : tag::expire_time;
  if (!message.has(end)) return {};
  if (auto fault = read_expiry(message, out)) return fault;
  return out.expires == order.expires ? Fault{} : not_replaced(end);
}

/// Likewise.
Fault check_instructions(const Message& message, const FixOrder& order) {
  PlaceOrder out;
  if (auto fault = read_instructions(message, out)) return fault;
  const bool waits_too = (out.post_only == PostOnly::no) == (order.post_only == PostOnly::no);
  if (message.has(tag::exec_instruction) && !waits_too) return not_replaced(tag::exec_instruction);
  if (message.has(tag::display_indicator) && out.post_only != order.post_only) {
    return not_replaced(tag::display_indicator);
  }
  if (message.has(tag::self_trade_prevention) && out.self_trade != order.self_trade) {
    return not_replaced(tag::self_trade_prevention);
  }
  return {};
}

/// Likewise, of amounts other than the quantity.
Fault check_amounts(const Message& message, const Listing& listing, const FixOrder& order,
                    Quantity wanted) {
  if (message.has(tag::cash_order_quantity)) {
    Amount budget = 0;
    const auto fault = listing.quote(message.get(tag::cash_order_quantity), budget);
    if (auto wrong = decimal_fault(fault, tag::cash_order_quantity)) return wrong;
    if (budget != order.budget) return not_replaced(tag::cash_order_quantity);
  }
  const Tag given = message.has(tag::display_quantity) ? tag::display_quantity : tag::max_floor;
  if (!message.has(given)) return {};
  Quantity shown{};
  if (auto fault = read_quantity(message, listing, given, shown)) return fault;
  const bool shows_all = !order.hidden && order.display.get() == 0;
  const bool is_same = shows_all ? shown >= wanted : shown == order.display;
  return is_same ? Fault{} : not_replaced(given);
}

template <class Entry>
Entry entry_of(std::variant<Defect, Refusal> fault) {
  return std::visit([](auto& one) { return Entry{std::move(one)}; }, fault);
}

}  // namespace

std::optional<Side> read_side(std::string_view text) {
  if (text == "1") return Side::buy;
  if (text == "2") return Side::sell;
  return {};
}

std::optional<Defect> check_present(const Message& message, std::span<const Tag> tags) {
  for (const Tag one : tags) {
    if (!message.has(one)) {
      return Defect{RejectReason::required_tag_missing, one, "Required tag missing"};
    }
  }
  return {};
}

std::optional<Defect> check_client_order_id(const Message& message, Tag tag) {
  const std::string_view text = message.get(tag);
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
  if (!text.empty() && text.size() <= ClientOrderId::size_max && printable) return {};
  if (text.empty()) return Defect{RejectReason::required_tag_missing, tag, "Required tag missing"};
  return incorrect(tag, "1 to 36 printable characters");
}

OrderEntry read_new_order(const Message& message, const Listing* listing) {
  constexpr std::array required{tag::client_order_id, tag::symbol, tag::side, tag::order_type};
  if (const auto defect = check_present(message, required)) return *defect;
  if (const auto defect = check_client_order_id(message, tag::client_order_id)) return *defect;
  if (message.get(tag::account).size() > account_text_max) {
    return incorrect(tag::account, "At most 64 characters");
  }
  if (listing == nullptr) return Refusal{unknown_symbol, "There is no such symbol."};
  PlaceOrder out;
  out.symbol = listing->definition.id;
  out.client = ClientOrderId{message.get(tag::client_order_id)};
  if (auto fault = read_order(message, *listing, out)) return entry_of<OrderEntry>(*fault);
  return out;
}

AmendEntry read_replace(const Message& message, const Listing& listing, const FixOrder& order) {
  AmendOrder out;
  out.client = ClientOrderId{message.get(tag::client_order_id)};
  Fault fault = read_quantity(message, listing, tag::order_quantity, out.quantity);
  const auto read = [&](Tag tag, Price& price) {
    if (!fault) fault = read_price(message, listing, tag, message.has(tag), price);
  };
  read(tag::price, out.price);
  read(tag::stop_price, out.trigger);
  PlaceOrder kept;
  kept.quantity = out.quantity.get() != 0 ? out.quantity : order.quantity;
  if (!fault) fault = check_kind(message, listing, order, kept);
  if (!fault) fault = check_instructions(message, order);
  if (!fault) fault = check_amounts(message, listing, order, kept.quantity);
  if (fault) return entry_of<AmendEntry>(*fault);
  return out;
}

MassCancelEntry read_mass_cancel(const Message& message, const Listing* listing) {
  constexpr std::array required{tag::client_order_id, tag::mass_cancel_request_type};
  if (const auto defect = check_present(message, required)) return *defect;
  if (const auto defect = check_client_order_id(message, tag::client_order_id)) return *defect;
  MassCancel out;
  const std::string_view type = message.get(tag::mass_cancel_request_type);
  if (type != "1" && type != "7") {
    return Refusal{0, "MassCancelRequestType must be 1 (a symbol) or 7 (all)."};
  }
  if (type == "1") {
    if (!message.has(tag::symbol)) {
      return Defect{RejectReason::required_tag_missing, tag::symbol, "Required tag missing"};
    }
    if (listing == nullptr) return Refusal{1, "There is no such symbol."};
    out.any_symbol = false;
    out.symbol = listing->definition.id;
  }
  if (message.has(tag::side)) {
    const auto side = read_side(message.get(tag::side));
    if (!side) return incorrect(tag::side, "Side must be 1 or 2");
    out.any_side = false;
    out.side = *side;
  }
  return out;
}

}  // namespace mainstay::exchange::fix
