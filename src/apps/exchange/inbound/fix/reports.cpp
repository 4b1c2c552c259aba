#include "apps/exchange/inbound/fix/reports.hpp"

#include <algorithm>
#include <variant>

#include "apps/exchange/domain/quote_amount.hpp"
#include "apps/exchange/inbound/fix/writer.hpp"

namespace mainstay::exchange::fix {
namespace {

// ExecType (150).
constexpr char is_new = '0', canceled = '4', replaced = '5', rejected = '8', expired = 'C',
               restated = 'D', traded = 'F', busted = 'H', status_only = 'I', triggered = 'L';
constexpr std::string_view no_order = "NONE";

SystemTime wall_time(Time at) { return SystemTime{Micros{at.get() / 1'000}}; }

char side_text(Side side) { return side == Side::buy ? '1' : '2'; }

char type_text(OrderType type) {
  constexpr std::string_view types = "2134";  // limit, market, stop, stop limit
  return types[static_cast<std::size_t>(type)];
}

char time_in_force_text(TimeInForce tif) {
  constexpr std::string_view times = "10634";  // gtc, day, gtd, ioc, fok
  return times[static_cast<std::size_t>(tif)];
}

/// Decimal text of one value.
template <class Append>
std::string decimal(Append&& append) {
  std::string text;
  append(text);
  return text;
}

/// What a report says beside the order's state.
struct Facts {
  std::string exec_id;
  char exec_type = is_new;
  SystemTime at{};
  std::string_view original = {};  // OrigClOrdID
  const Event* trade = nullptr;    // or the bust of one
  bool maker = false;
  int reject_reason = -1;
  int restatement = -1;
  std::string_view text = {};
};

void append_amounts(FieldWriter& out, const FixOrder& order, const Listing& listing) {
  const auto price = [&](Tag tag, Price value) {
    if (value.get() == 0) return;
    out.text(tag, decimal([&](auto& text) { listing.append_price(text, value.get()); }));
  };
  const auto quantity = [&](Tag tag, std::uint64_t value) {
    out.text(tag, decimal([&](auto& text) { listing.append_quantity(text, value); }));
  };
  if (order.quantity.get() != 0) quantity(tag::order_quantity, order.quantity.get());
  if (order.budget != 0) {
    out.text(tag::cash_order_quantity,
             decimal([&](auto& text) { listing.append_quote(text, order.budget); }));
  }
  price(tag::price, order.price);
  price(tag::stop_price, order.trigger);
  if (order.hidden || order.display.get() != 0) quantity(tag::max_floor, order.display.get());
  quantity(tag::leaves_quantity, order.is_finished() ? 0 : order.left.get());
  quantity(tag::cumulative_quantity, order.executed);
  constexpr unsigned more_digits = 8;  // than a price has: 14 times 6 must be what was paid
  out.text(tag::average_price, decimal([&](auto& text) {
             listing.append_average(text, order.quote, order.executed, more_digits);
           }));
}

/// ExecID of one leg: known again when the trade is busted.
std::string trade_exec_id(const Event& trade, bool maker) {
  return "T" + std::to_string(trade.symbol.get()) + "-" + std::to_string(trade.trade.get()) +
         (maker ? "m" : "");
}

void append_trade(FieldWriter& out, const Facts& facts, const Listing& listing) {
  const Event& trade = *facts.trade;
  const Amount fee = facts.maker ? trade.other_fee : trade.fee;
  out.text(tag::last_quantity,
           decimal([&](auto& text) { listing.append_quantity(text, trade.quantity.get()); }));
  out.text(tag::last_price,
           decimal([&](auto& text) { listing.append_price(text, trade.price.get()); }));
  out.number(tag::secondary_exec_id, trade.trade.get());
  if (facts.exec_type == busted) {
    return out.text(tag::exec_reference_id, trade_exec_id(trade, facts.maker));
  }
  constexpr char added = '1', removed = '2', auction = '4';
  out.character(tag::last_liquidity, trade.auction ? auction : facts.maker ? added : removed);
  constexpr char absolute = '3';
  std::string amount =
      decimal([&](auto& text) { listing.append_quote(text, fee < 0 ? -fee : fee); });
  if (fee < 0) amount.insert(0, "-");
  out.text(tag::commission, amount);
  out.character(tag::commission_type, absolute);
  out.text(tag::commission_currency, listing.quote_asset.name.text());
}

std::string execution_report(const FixOrder& order, const Listing& listing, const Facts& facts) {
  std::string body;
  FieldWriter out{body};
  out.number(tag::order_id, order.id.get());
  out.text(tag::client_order_id, order.client);
  out.text(tag::original_client_order_id, facts.original);
  out.text(tag::exec_id, facts.exec_id);
  out.character(tag::exec_type, facts.exec_type);
  out.character(tag::order_status, order.status);
  if (facts.reject_reason >= 0) {
    out.number(tag::order_reject_reason, static_cast<std::uint64_t>(facts.reject_reason));
  }
  if (facts.restatement >= 0) {
    out.number(tag::exec_restatement_reason, static_cast<std::uint64_t>(facts.restatement));
  }
  out.text(tag::account, order.account);
  out.text(tag::symbol, listing.name());
  out.character(tag::side, side_text(order.side));
  out.character(tag::order_type, type_text(order.type));
  out.character(tag::time_in_force, time_in_force_text(order.tif));
  if (order.expires.get() != 0) out.time(tag::expire_time, wall_time(order.expires));
  if (order.post_only != PostOnly::no) out.character(tag::exec_instruction, '6');
  if (facts.trade != nullptr) append_trade(out, facts, listing);
  append_amounts(out, order, listing);
  out.time(tag::transact_time, facts.at);
  out.text(tag::text, facts.text);
  return body;
}

/// What of a command's outcome is told, in the order of the events.
class Reporter {
 public:
  Reporter(const Command& command, std::span<const Event> events, const Request* request,
           const Listings& listings, OrderTable& orders, Reports& reports)
      : command_(command),
        events_(events),
        request_(request),
        listings_(listings),
        orders_(orders),
        reports_(reports) {}

  void run() {
    for (index_ = 0; index_ < events_.size(); ++index_) on_event(events_[index_]);
    if (request_ != nullptr && request_->type == 'q') tell_mass_canceled();
  }

 private:
  void on_event(const Event& event);
  void on_placed(const PlaceOrder& placed, const Event& event);
  void on_refused(const Event& event);
  void on_trade(const Event& event, OrderId id, Quantity left, bool maker);
  void on_busted(const Event& event, OrderId id, bool maker);
  void on_canceled(const Event& event);
  void on_changed(const Event& event);
  void tell_mass_canceled();

  /// A copy of the order to change, when it is one of ours.
  std::optional<FixOrder> order(OrderId id) const {
    const FixOrder* const found = orders_.find(id);
    return found == nullptr ? std::optional<FixOrder>{} : *found;
  }
  void tell(FixOrder order, Facts facts);
  /// Whether events behind this one say more of the order.
  [[nodiscard]] bool comes_again(OrderId id) const;
  /// Whether so much left of it is nothing more; what a budget still buys is known by what comes
  /// behind.
  [[nodiscard]] bool is_done(const FixOrder& order, Quantity left) const {
    return order.budget != 0 ? !comes_again(order.id) : left.get() == 0;
  }
  [[nodiscard]] bool is_own(OrderId id) const;

  const Command& command_;
  std::span<const Event> events_;
  const Request* request_;
  const Listings& listings_;
  OrderTable& orders_;
  Reports& reports_;
  std::size_t index_ = 0;
};

void Reporter::tell(FixOrder order, Facts facts) {
  const Listing* const listing = listings_.find(order.symbol);
  facts.at = wall_time(command_.at);
  if (facts.exec_type == traded) {
    facts.exec_id = trade_exec_id(*facts.trade, facts.maker);
  } else {
    facts.exec_id = std::to_string(command_.sequence) + "-" + std::to_string(index_);
    if (facts.maker) facts.exec_id.push_back('m');
  }
  if (listing != nullptr) {
    reports_.messages.push_back({order.session, "8", execution_report(order, *listing, facts)});
  }
  if (order.status == '8') return;  // it has never been in the book
  reports_.changed.push_back(order.id);
  orders_.put(std::move(order));
}

bool Reporter::comes_again(OrderId id) const {
  const auto behind = events_.subspan(index_ + 1);
  return std::ranges::any_of(
      behind, [id](const Event& event) { return event.order == id || event.other == id; });
}

/// Whether it is the order that the request is about.
bool Reporter::is_own(OrderId id) const {
  if (request_ == nullptr) return false;
  const auto* const cancel = std::get_if<CancelOrder>(&command_.body);
  const auto* const amend = std::get_if<AmendOrder>(&command_.body);
  return (cancel != nullptr && cancel->id == id) || (amend != nullptr && amend->id == id);
}

void Reporter::on_event(const Event& event) {
  switch (event.kind) {
    case EventKind::accepted:
      if (const auto* placed = std::get_if<PlaceOrder>(&command_.body)) on_placed(*placed, event);
      return;
    case EventKind::rejected:
      return on_refused(event);
    case EventKind::traded:
      on_trade(event, event.order, event.left, false);
      return on_trade(event, event.other, event.other_left, true);
    case EventKind::busted:
      on_busted(event, event.order, false);
      return on_busted(event, event.other, true);
    case EventKind::canceled:
      return on_canceled(event);
    case EventKind::reduced:
    case EventKind::amended:
    case EventKind::triggered:
    case EventKind::decremented:
    case EventKind::slid:
      return on_changed(event);
    default:
      return;
  }
}

FixOrder order_of(const PlaceOrder& placed, const Request& request) {
  FixOrder order;
  order.id = placed.id;
  order.session = request.session;
  order.symbol = placed.symbol;
  order.side = placed.side;
  order.type = placed.type;
  order.tif = placed.tif;
  order.post_only = placed.post_only;
  order.self_trade = placed.self_trade;
  order.hidden = placed.hidden;
  order.price = placed.price;
  order.trigger = placed.trigger;
  order.quantity = placed.quantity;
  order.display = placed.display;
  order.left = placed.quantity;
  order.budget = placed.budget;
  order.expires = placed.expires;
  order.client = request.client;
  order.account = request.account;
  return order;
}

void Reporter::on_placed(const PlaceOrder& placed, const Event& event) {
  if (request_ == nullptr || request_->type != 'D') return;
  FixOrder order = order_of(placed, *request_);
  order.left = event.left;
  Facts facts;
  facts.exec_type = is_new;
  tell(std::move(order), std::move(facts));
}

void Reporter::on_refused(const Event& event) {
  if (request_ == nullptr) return;
  const std::string_view why = text(event.reason);
  if (const auto* const placed = std::get_if<PlaceOrder>(&command_.body)) {
    FixOrder order = order_of(*placed, *request_);
    order.status = rejected;
    Facts facts;
    facts.exec_type = rejected;
    facts.reject_reason = order_reject_reason(event.reason);
    facts.text = why;
    return tell(std::move(order), std::move(facts));
  }
  if (request_->type != 'F' && request_->type != 'G') return;
  const auto* const cancel = std::get_if<CancelOrder>(&command_.body);
  const auto* const amend = std::get_if<AmendOrder>(&command_.body);
  const auto known = order(cancel != nullptr  ? cancel->id
                           : amend != nullptr ? amend->id
                                              : OrderId{});
  constexpr int too_late = 0;
  const bool late = event.reason == Reject::order_unknown && known;
  std::string body;
  FieldWriter out{body};
  out.text(tag::order_id, known ? std::to_string(known->id.get()) : std::string{no_order});
  out.text(tag::client_order_id, request_->client);
  out.text(tag::original_client_order_id, request_->original);
  out.character(tag::order_status, known ? known->status : rejected);
  out.character(tag::cancel_reject_response_to, request_->type == 'F' ? '1' : '2');
  out.number(tag::cancel_reject_reason,
             static_cast<std::uint64_t>(late ? too_late : cancel_reject_reason(event.reason)));
  out.text(tag::text, why);
  reports_.messages.push_back({request_->session, "9", std::move(body)});
}

void Reporter::on_trade(const Event& event, OrderId id, Quantity left, bool maker) {
  auto order = this->order(id);
  if (!order) return;
  const Listing* const listing = listings_.find(order->symbol);
  const Amount tick = listing == nullptr ? 1 : listing->definition.rules.tick_quote;
  order->executed += event.quantity.get();
  order->quote = sum(order->quote, quote_amount(event.price, event.quantity, tick));
  order->left = left;
  order->status = is_done(*order, left) ? '2' : '1';
  Facts facts;
  facts.exec_type = traded;
  facts.trade = &event;
  facts.maker = maker;
  tell(std::move(*order), std::move(facts));
}

/// What it had traded does not come back into the book: a filled order is a canceled one then.
void Reporter::on_busted(const Event& event, OrderId id, bool maker) {
  auto order = this->order(id);
  if (!order) return;
  const Listing* const listing = listings_.find(order->symbol);
  const Amount tick = listing == nullptr ? 1 : listing->definition.rules.tick_quote;
  order->executed -= std::min<std::uint64_t>(order->executed, event.quantity.get());
  order->quote = sum(order->quote, -quote_amount(event.price, event.quantity, tick));
  if (!order->is_finished()) order->status = order->executed == 0 ? is_new : '1';
  if (order->status == '2') order->status = canceled;
  Facts facts;
  facts.exec_type = busted;
  facts.trade = &event;
  facts.maker = maker;
  facts.text = "the trade was busted";
  tell(std::move(*order), std::move(facts));
}

std::string_view cause_text(CancelCause cause) {
  switch (cause) {
    case CancelCause::wanted:
      return {};
    case CancelCause::mass:
      return "canceled with others";
    case CancelCause::expired:
      return "its time is over";
    case CancelCause::unfilled:
      return "what could not trade at once";
    case CancelCause::self_trade:
      return "it would have traded with an order of the same account";
    case CancelCause::collar:
      return "the price went too far";
    case CancelCause::suspended:
      return "the account is suspended";
    case CancelCause::phase:
      return "the phase of trading does not keep it";
    case CancelCause::funds:
      return "the account has too little";
  }
  return {};
}

void Reporter::on_canceled(const Event& event) {
  auto order = this->order(event.order);
  if (!order || order->is_finished()) return;
  const bool by_time = event.cause == CancelCause::expired || event.cause == CancelCause::phase;
  order->status = by_time ? expired : canceled;
  order->left = Quantity{0};
  Facts facts;
  facts.exec_type = by_time ? expired : canceled;
  facts.text = cause_text(event.cause);
  const std::string before = order->client;
  if (is_own(event.order) && request_->type == 'F') {
    order->client = request_->client;
    facts.original = before;
  }
  tell(std::move(*order), std::move(facts));
}

void Reporter::on_changed(const Event& event) {
  auto order = this->order(event.order);
  if (!order || order->is_finished()) return;
  const std::string before = order->client;
  Facts facts;
  facts.exec_type = replaced;
  if (event.kind == EventKind::triggered) {
    facts.exec_type = triggered;
  } else if (event.kind == EventKind::slid) {
    constexpr int repriced = 3;
    facts.exec_type = restated;
    facts.restatement = repriced;
    order->price = event.price;
  } else if (event.kind == EventKind::decremented) {
    constexpr int partly_declined = 5;
    facts.exec_type = restated;
    facts.restatement = partly_declined;
    facts.text = cause_text(CancelCause::self_trade);
    order->left = event.left;
    const auto less = std::min(order->quantity.get(), event.quantity.get());
    order->quantity = Quantity{order->quantity.get() - less};
    // Any other end of a budget is told by an event of its own, behind this one.
    const bool is_spent = order->budget != 0 && order->executed > 0;
    if (is_done(*order, event.left)) order->status = is_spent ? '2' : canceled;
  } else {
    order->quantity = event.quantity;
    order->left = event.left;
    if (event.kind == EventKind::amended && event.price.get() != 0) order->price = event.price;
    const auto* const amend = std::get_if<AmendOrder>(&command_.body);
    if (amend != nullptr && amend->id == event.order) {
      if (amend->trigger.get() != 0) order->trigger = amend->trigger;
      if (!amend->client.empty()) order->client = amend->client.text();
    }
    if (order->client != before) facts.original = before;
    if (request_ == nullptr) {
      constexpr int other = 99;
      facts.exec_type = restated;
      facts.restatement = other;
      facts.text = "changed otherwise than by its session";
    }
  }
  tell(std::move(*order), std::move(facts));
}

void Reporter::tell_mass_canceled() {
  const auto count = std::ranges::count(events_, EventKind::canceled, &Event::kind);
  std::string body;
  FieldWriter out{body};
  out.text(tag::client_order_id, request_->client);
  out.text(tag::order_id, std::to_string(command_.sequence));
  out.character(tag::mass_cancel_request_type, request_->scope);
  out.character(tag::mass_cancel_response, request_->scope);
  out.number(tag::total_affected_orders, static_cast<std::uint64_t>(count));
  out.time(tag::transact_time, wall_time(command_.at));
  reports_.messages.push_back({request_->session, "r", std::move(body)});
}

}  // namespace

Reports report(const Command& command, std::span<const Event> events, const Request* request,
               const Listings& listings, OrderTable& orders) {
  Reports reports;
  Reporter{command, events, request, listings, orders, reports}.run();
  return reports;
}

std::string refused_order(const Message& message, const Refusal& refusal, std::string_view exec_id,
                          SystemTime now) {
  std::string body;
  FieldWriter out{body};
  out.text(tag::order_id, no_order);
  out.text(tag::client_order_id, message.get(tag::client_order_id));
  out.text(tag::exec_id, exec_id);
  out.character(tag::exec_type, rejected);
  out.character(tag::order_status, rejected);
  out.number(tag::order_reject_reason, static_cast<std::uint64_t>(refusal.reason));
  out.text(tag::account, message.get(tag::account));
  out.text(tag::symbol, message.get(tag::symbol));
  out.text(tag::side, message.get(tag::side));
  out.text(tag::order_type, message.get(tag::order_type));
  out.number(tag::leaves_quantity, 0);
  out.number(tag::cumulative_quantity, 0);
  out.number(tag::average_price, 0);
  out.time(tag::transact_time, now);
  out.text(tag::text, refusal.text);
  return body;
}

std::string refused_cancel(const Message& message, const FixOrder* order, int reason,
                           std::string_view text) {
  std::string body;
  FieldWriter out{body};
  out.text(tag::order_id,
           order == nullptr ? std::string{no_order} : std::to_string(order->id.get()));
  out.text(tag::client_order_id, message.get(tag::client_order_id));
  const std::string_view original = message.get(tag::original_client_order_id);
  out.text(tag::original_client_order_id, original.empty() ? no_order : original);
  out.character(tag::order_status, order == nullptr ? rejected : order->status);
  out.character(tag::cancel_reject_response_to, message.is("F") ? '1' : '2');
  out.number(tag::cancel_reject_reason, static_cast<std::uint64_t>(reason));
  out.text(tag::text, text);
  return body;
}

std::string refused_mass_cancel(const Message& message, const Refusal& refusal) {
  std::string body;
  FieldWriter out{body};
  out.text(tag::client_order_id, message.get(tag::client_order_id));
  out.text(tag::order_id, no_order);
  out.text(tag::mass_cancel_request_type, message.get(tag::mass_cancel_request_type));
  out.character(tag::mass_cancel_response, '0');
  out.number(tag::mass_cancel_reject_reason, static_cast<std::uint64_t>(refusal.reason));
  out.text(tag::text, refusal.text);
  return body;
}

std::string business_reject(const Message& message, int reason, std::string_view text) {
  std::string body;
  FieldWriter out{body};
  out.text(tag::reference_seq_num, message.get(tag::msg_seq_num));
  out.text(tag::reference_msg_type, message.type());
  out.text(tag::business_reject_reference_id, message.get(tag::client_order_id));
  out.number(tag::business_reject_reason, static_cast<std::uint64_t>(reason));
  out.text(tag::text, text);
  return body;
}

std::string order_status(const FixOrder& order, const Listings& listings,
                         const StatusRequest& request, std::string_view exec_id, SystemTime now) {
  const Listing* const listing = listings.find(order.symbol);
  if (listing == nullptr) return {};
  Facts facts;
  facts.exec_id = exec_id;
  facts.exec_type = status_only;
  facts.at = now;
  std::string body = execution_report(order, *listing, facts);
  FieldWriter out{body};
  out.text(request.tag, request.request_id);
  if (request.total) {
    out.number(tag::total_reports, *request.total);
    out.flag(tag::last_report_requested, request.last);
  }
  return body;
}

std::string unknown_order_status(const Message& message, std::string_view exec_id, SystemTime now) {
  constexpr int unknown_order = 5;
  std::string body =
      refused_order(message, {unknown_order, "There is no such order."}, exec_id, now);
  const std::string wrong = "150=8";
  body.replace(body.find(wrong), wrong.size(), std::string{"150="} + status_only);
  FieldWriter out{body};
  out.text(tag::order_status_request_id, message.get(tag::order_status_request_id));
  return body;
}

int order_reject_reason(Reject reject) {
  switch (reject) {
    case Reject::symbol_unknown:
      return 1;
    case Reject::symbol_closed:
    case Reject::symbol_halted:
      return 2;
    case Reject::balance_insufficient:
    case Reject::notional_above_max:
    case Reject::notional_below_min:
    case Reject::orders_too_many:
    case Reject::overflow:
      return 3;
    case Reject::expiry_in_the_past:
    case Reject::trigger_passed:
      return 4;
    case Reject::order_unknown:
      return 5;
    case Reject::order_id_taken:
    case Reject::client_order_id_taken:
      return 6;
    case Reject::combination_unsupported:
    case Reject::not_in_a_call:
      return 11;
    case Reject::quantity_zero:
    case Reject::quantity_below_min:
    case Reject::quantity_above_max:
    case Reject::quantity_step_invalid:
      return 13;
    case Reject::account_unknown:
    case Reject::account_suspended:
      return 15;
    default:
      return 99;
  }
}

int cancel_reject_reason(Reject reject) {
  switch (reject) {
    case Reject::quantity_below_traded:
      return 0;
    case Reject::order_unknown:
    case Reject::not_the_owner:
      return 1;
    case Reject::client_order_id_taken:
      return 6;
    default:
      return 99;
  }
}

}  // namespace mainstay::exchange::fix
