#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/engine_invariants.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {

/// For tests: stories in text. A line is a command, the indented lines below it are what happened:
///
///     ann sell 1 10@100
///       accepted 1 10@100
///     bob buy 2 4@105 ioc
///       accepted 2 4@105
///       traded 2 1 4@100 left 0/6
///
/// play(text) carries the commands out and gives the text with what really happened: CHECK that it
/// is the same. All goes to an engine of either kind of book, which must agree; the invariants are
/// looked at after each command.
///
/// Commands, NAME being ann, bob, cat, or op (account 0):
///     NAME buy|sell ID QUANTITY[@PRICE] [ioc|fok|day|gtd=TIME] [post|slide] [hidden] [show=N]
///         [stop=PRICE] [stp=taker|maker|both|decrement] [budget=N] [session=N] [client=TEXT]
///         [symbol=N]
///     NAME cancel ID;  NAME reduce ID BY;  NAME mass [buys|sells] [session=N] [symbol=N]
///     NAME amend ID [price=N] [trigger=N] [quantity=N] [client=TEXT] [less]
///     NAME deposit ASSET AMOUNT [ref=N];  NAME suspend;  NAME resume
///     op phase NAME;  op time NANOSECONDS;  op bust TRADE
/// and looks: NAME has, book.
class Scenario {
 public:
  static constexpr std::uint32_t usd = 1;
  static constexpr std::uint32_t art = 2;

  /// The market ARTUSD (symbol 1); ann, bob and cat have a million of both assets.
  explicit Scenario(const SymbolRules& rules = {}, EngineOptions options = {}) {
    for (const BookKind kind : {BookKind::fast, BookKind::naive}) {
      options.book = kind;
      engines_.emplace_back(options);
    }
    apply(0, DefineAsset{AssetId{usd}, Name{"USD"}, 2});
    apply(0, DefineAsset{AssetId{art}, Name{"ART"}, 0});
    define(rules);
    for (std::uint64_t account = 1; account <= 3; ++account) {
      apply(account, AdjustBalance{AssetId{usd}, 1'000'000});
      apply(account, AdjustBalance{AssetId{art}, 1'000'000});
    }
  }

  std::string define(const SymbolRules& rules, std::uint32_t symbol = 1) {
    return apply(0, DefineSymbol{.id = SymbolId{symbol},
                                 .name = Name{symbol == 1 ? "ARTUSD" : "OTHER"},
                                 .base = AssetId{art},
                                 .quote = AssetId{usd},
                                 .reference = Price{100},
                                 .rules = rules});
  }

  std::string play(std::string_view text) {
    std::string out;
    std::size_t commands_at = 0;  // further in is what was expected
    for (const std::string_view line : split(text, '\n')) {
      const std::string_view command = trimmed(line);
      if (command.empty()) continue;
      const std::size_t indent = line.find_first_not_of(' ');
      if (out.empty()) commands_at = indent;
      if (indent > commands_at) continue;
      out += std::string(indent, ' ') + std::string{command} + "\n" + run(command);
    }
    return out;
  }

  /// Carries out one command; what happened, a line each.
  std::string apply(std::uint64_t account, CommandBody body) {
    ++sequence_;
    const Command command{sequence_, now_, AccountId{account}, std::move(body)};
    std::array<std::string, 2> told;
    for (std::size_t i = 0; i < engines_.size(); ++i) {
      events_.clear();
      engines_[i].apply(command, events_);
      for (const Event& event : events_) told[i] += tell(event);
    }
    REQUIRE(told[0] == told[1]);
    REQUIRE(invariants_.check(engines_[0], events_) == "");
    REQUIRE(engines_[0].state_hash() == engines_[1].state_hash());
    return told[0];
  }

  /// The fast one goes on from what it was saved as.
  void save_and_load() {
    std::string saved;
    engines_[0].save(saved);
    auto loaded = Engine::load(as_bytes(saved), {});
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->state_hash() == engines_[1].state_hash());
    engines_[0] = std::move(*loaded);
  }

  /// Of the commands from now on; no command of its own.
  void set_time(Time now) { now_ = now; }

  [[nodiscard]] const Engine& engine() const { return engines_[0]; }
  [[nodiscard]] const Events& last_events() const { return events_; }

 private:
  using Words = std::vector<std::string_view>;

  static std::uint64_t number(std::string_view text) {
    const auto value = parse_u64(text);
    REQUIRE_MESSAGE(value.has_value(), text);
    return *value;
  }
  template <class S>
  static S strong(std::string_view text) {
    return S{static_cast<typename S::rep>(number(text))};
  }
  static std::uint64_t account(std::string_view name) {
    static constexpr std::array<std::string_view, 4> names{"op", "ann", "bob", "cat"};
    for (std::uint64_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return i;
    }
    return number(name);
  }
  static std::pair<std::string_view, std::string_view> halves(std::string_view word, char at) {
    const std::size_t found = word.find(at);
    if (found == std::string_view::npos) return {word, {}};
    return {word.substr(0, found), word.substr(found + 1)};
  }

  std::string run(std::string_view line) {
    const Words words = split(line, ' ');
    if (words[0] == "book") return book();
    const std::uint64_t who = account(words[0]);
    const std::string_view verb = words[1];
    const auto id = [&] { return strong<OrderId>(words[2]); };
    if (verb == "has") return balances(who);
    if (verb == "buy" || verb == "sell") return apply(who, order(words));
    if (verb == "cancel") return apply(who, CancelOrder{id()});
    if (verb == "reduce") return apply(who, ReduceOrder{id(), strong<Quantity>(words[3])});
    if (verb == "amend") return apply(who, amend(words));
    if (verb == "mass") return apply(who, mass(words));
    if (verb == "phase") return apply(who, SetPhase{SymbolId{1}, phase(words[2])});
    if (verb == "bust") return apply(who, BustTrade{SymbolId{1}, strong<TradeId>(words[2])});
    if (verb == "suspend" || verb == "resume") return apply(who, SuspendAccount{verb[0] == 's'});
    if (verb == "deposit") return apply(who, deposit(words));
    REQUIRE_MESSAGE(verb == "time", line);
    now_ = strong<Time>(words[2]);
    return apply(who, AdvanceTime{});
  }

  static PlaceOrder order(const Words& words) {
    PlaceOrder out{.symbol = SymbolId{1}, .type = OrderType::market};
    out.id = strong<OrderId>(words[2]);
    out.side = words[1] == "buy" ? Side::buy : Side::sell;
    const auto [quantity, price] = halves(words[3], '@');
    out.quantity = strong<Quantity>(quantity);
    if (!price.empty()) {
      out.price = strong<Price>(price);
      out.type = OrderType::limit;
    }
    for (std::size_t i = 4; i < words.size(); ++i) {
      const auto [key, value] = halves(words[i], '=');
      set(out, key, value);
    }
    return out;
  }
  static void set(PlaceOrder& out, std::string_view key, std::string_view value) {
    if (key == "ioc") out.tif = TimeInForce::ioc;
    if (key == "fok") out.tif = TimeInForce::fok;
    if (key == "day") out.tif = TimeInForce::day;
    if (key == "gtd") {
      out.tif = TimeInForce::gtd;
      out.expires = strong<Time>(value);
    }
    if (key == "post") out.post_only = PostOnly::reject;
    if (key == "slide") out.post_only = PostOnly::slide;
    if (key == "hidden") out.hidden = true;
    if (key == "show") out.display = strong<Quantity>(value);
    if (key == "stop") {
      out.trigger = strong<Price>(value);
      out.type = out.type == OrderType::limit ? OrderType::stop_limit : OrderType::stop;
    }
    if (key == "stp") {
      out.self_trade = value == "taker"   ? SelfTrade::cancel_taker
                       : value == "maker" ? SelfTrade::cancel_maker
                       : value == "both"  ? SelfTrade::cancel_both
                                          : SelfTrade::decrement;
    }
    if (key == "budget") out.budget = static_cast<Amount>(number(value));
    if (key == "session") out.session = static_cast<std::uint32_t>(number(value));
    if (key == "client") out.client = ClientOrderId{value};
    if (key == "symbol") out.symbol = strong<SymbolId>(value);
    if (key == "limit") out.type = OrderType::limit;  // one without a price
  }
  static AmendOrder amend(const Words& words) {
    AmendOrder out{.id = strong<OrderId>(words[2])};
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto [key, value] = halves(words[i], '=');
      if (key == "price") out.price = strong<Price>(value);
      if (key == "trigger") out.trigger = strong<Price>(value);
      if (key == "quantity") out.quantity = strong<Quantity>(value);
      if (key == "client") out.client = ClientOrderId{value};
      if (key == "less") out.only_less = true;
    }
    return out;
  }
  static MassCancel mass(const Words& words) {
    MassCancel out;
    for (std::size_t i = 2; i < words.size(); ++i) {
      const auto [key, value] = halves(words[i], '=');
      if (key == "buys" || key == "sells") {
        out.any_side = false;
        out.side = key == "buys" ? Side::buy : Side::sell;
      }
      if (key == "session") out.session = static_cast<std::uint32_t>(number(value));
      if (key == "symbol") {
        out.any_symbol = false;
        out.symbol = strong<SymbolId>(value);
      }
    }
    return out;
  }
  static AdjustBalance deposit(const Words& words) {
    AdjustBalance out{.asset = strong<AssetId>(words[2] == "USD"   ? "1"
                                               : words[2] == "ART" ? "2"
                                                                   : words[2])};
    out.amount = parse_i64(words[3]).value_or(0);
    if (words.size() > 4) out.reference = number(halves(words[4], '=').second);
    return out;
  }

  static constexpr std::array<std::string_view, 6> phases{
      "closed", "opening_call", "continuous", "volatility_call", "closing_call", "halted"};
  static constexpr std::array<std::string_view, 9> causes{"wanted",    "mass",       "expired",
                                                          "unfilled",  "self_trade", "collar",
                                                          "suspended", "phase",      "funds"};

  static Phase phase(std::string_view name) {
    for (std::size_t i = 0; i < phases.size(); ++i) {
      if (phases[i] == name) return static_cast<Phase>(i);
    }
    FAIL(name);
    return Phase::closed;
  }

  template <class... Parts>
  static std::string line(const Parts&... parts) {
    std::string out = "      ";
    (out.append(text_of(parts)).append(" "), ...);
    out.back() = '\n';
    return out;
  }
  static std::string text_of(std::string_view text) { return std::string{text}; }
  template <class N>
    requires std::is_integral_v<N>
  static std::string text_of(N value) {
    return std::to_string(value);
  }
  template <class Tag, class Rep>
  static std::string text_of(const Strong<Tag, Rep>& value) {
    return std::to_string(value.get());
  }
  static std::string at(const Event& event) {
    return text_of(event.quantity) + "@" + text_of(event.price);
  }

  static std::string tell(const Event& event) {
    switch (event.kind) {
      case EventKind::accepted:
        return line("accepted", event.order, at(event));
      case EventKind::rejected:
        return line("rejected", name(event.reason));
      case EventKind::traded:
        return tell_trade(event);
      case EventKind::canceled:
        return line("canceled", event.order, "left", event.left,
                    causes[static_cast<std::size_t>(event.cause)]);
      case EventKind::reduced:
        return line("reduced", event.order, at(event), "left", event.left);
      case EventKind::amended:
        return line("amended", event.order, at(event), "left", event.left);
      case EventKind::triggered:
        return line("triggered", event.order);
      case EventKind::decremented:
        return line("decremented", event.order, "by", event.quantity, "left", event.left);
      case EventKind::refilled:
        return line("refilled", event.order, at(event));
      case EventKind::slid:
        return line("slid", event.order, "to", event.price);
      case EventKind::phase_changed:
        return event.auction
                   ? line("phase", phases[static_cast<std::size_t>(event.phase)], at(event))
                   : line("phase", phases[static_cast<std::size_t>(event.phase)]);
      case EventKind::indicative:
        return line("indicative", at(event), event.side == Side::buy ? "buyers" : "sellers",
                    event.left);
      case EventKind::busted:
        return line("busted", event.trade, "of", event.order, event.other);
      default:
        return event.kind == EventKind::defined ? line("defined") : line("balance", event.amount);
    }
  }
  static std::string tell_trade(const Event& event) {
    std::string out = line("traded", event.order, event.other, at(event), "left",
                           text_of(event.left) + "/" + text_of(event.other_left));
    if (event.fee == 0 && event.other_fee == 0) return out;
    out.pop_back();
    return out + " fees " + text_of(event.fee) + "/" + text_of(event.other_fee) + "\n";
  }

  [[nodiscard]] std::string balances(std::uint64_t who) const {
    const Balance money = engine().balance(AccountId{who}, AssetId{usd});
    const Balance goods = engine().balance(AccountId{who}, AssetId{art});
    return line("USD", text_of(money.free) + "+" + text_of(money.held), "ART",
                text_of(goods.free) + "+" + text_of(goods.held));
  }
  [[nodiscard]] std::string book() const {
    std::string out;
    std::vector<DepthLevel> levels;
    for (const Side side : {Side::buy, Side::sell}) {
      engine().depth(SymbolId{1}, side, 100, levels);
      for (const DepthLevel& level : levels) {
        out += line(side == Side::buy ? "bid" : "ask",
                    text_of(level.quantity) + "@" + text_of(level.price), level.orders);
      }
    }
    return out;
  }

  std::vector<Engine> engines_;
  Invariants invariants_{{AccountId{0}, AccountId{1}, AccountId{2}, AccountId{3}}};
  Events events_;
  Sequence sequence_ = 0;
  Time now_{1};
};

/// The story as it must be told: indented by four blanks, what happens by six.
inline void check_story(Scenario& scenario, std::string_view story) {
  if (!story.empty() && story.front() == '\n') story.remove_prefix(1);
  while (!story.empty() && story.back() == ' ') story.remove_suffix(1);
  CHECK(scenario.play(story) == story);
}

}  // namespace mainstay::exchange
