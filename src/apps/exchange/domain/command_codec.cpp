#include "apps/exchange/domain/command_codec.hpp"

#include <array>
#include <cstring>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t has_origin = 0x80;  // beside the kind

// The short kinds, beside the places in CommandBody.
enum ShortKind : std::uint8_t { short_place = 64, short_cancel, short_reduce, short_reprice };
constexpr unsigned short_account_bits = 24;
constexpr unsigned short_bits_at = 8, short_symbol_at = 16, short_account_at = 32, short_id_at = 32;
constexpr unsigned short_side_bit = 0, short_ioc_bit = 1, short_self_trade_bit = 2,
                   short_id_bit = 5, short_bits_used = 7;
enum ShortId : std::uint8_t { id_is_sequence, id_is_next, id_is_told };

// What lies where in the bits of a placed order.
constexpr unsigned side_bit = 0, type_bit = 1, tif_bit = 3, post_only_bit = 6, self_trade_bit = 8,
                   hidden_bit = 11, own_id_bit = 12, extras_bit = 13, bits_used = 14;

/// Beside the quantity of an amendment, which has 32 bits: journals from before it are read as
/// ever.
constexpr std::uint64_t amend_only_less = 1ULL << 32U;

// --- one field, written and read -----------------------------------------------------------------

template <class Writer>
void put_signed(Writer& out, std::int64_t value) {
  out.varint(static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63));
}

std::int64_t take_signed(ByteReader& in) {
  const std::uint64_t folded = in.varint();
  return static_cast<std::int64_t>(folded >> 1U ^ (0 - (folded & 1U)));
}

/// Reads fields; `good` becomes false at the first that cannot have been written.
struct Fields {
  ByteReader& in;
  bool good = true;

  std::uint32_t number32() {
    const std::uint64_t value = in.varint();
    good = good && value <= 0xFFFFFFFFU;
    return static_cast<std::uint32_t>(value);
  }
  template <class StrongType>
  void take(StrongType& out) {
    if constexpr (sizeof(typename StrongType::rep) == 4) {
      out = StrongType{number32()};
    } else {
      out = StrongType{in.varint()};
    }
  }
  template <class Enum>
  Enum chosen(std::uint64_t value, Enum last) {
    good = good && value <= static_cast<std::uint64_t>(last);
    return static_cast<Enum>(value);
  }
  bool flag() {
    const std::uint8_t value = in.u8();
    good = good && value <= 1;
    return value == 1;
  }
  template <class Text>
  Text text() {
    const std::string_view value = in.text();
    good = good && value.size() <= Text::size_max;
    return Text{value};
  }
};

/// Writes as RoomWriter does, but looks at no bound: all that a command has fits
/// CommandBatch::command_bytes_max, since its texts do.
class CommandWriter {
 public:
  explicit CommandWriter(char* at) : at_(at) {}
  void u8(std::uint8_t v) { *at_++ = static_cast<char>(v); }
  void u16(std::uint16_t v) { put(&v, sizeof v); }
  void u32(std::uint32_t v) { put(&v, sizeof v); }
  void u64(std::uint64_t v) { put(&v, sizeof v); }
  void i64(std::int64_t v) { put(&v, sizeof v); }
  void varint(std::uint64_t v) {
    char* at = at_;  // its own: what is stored through it could be at_ itself
    for (; v >= 0x80; v >>= 7U) *at++ = static_cast<char>(v | 0x80U);
    *at++ = static_cast<char>(v);
    at_ = at;
  }
  void text(std::string_view v) {
    varint(v.size());
    if (!v.empty()) put(v.data(), v.size());
  }
  [[nodiscard]] const char* end() const { return at_; }

 private:
  void put(const void* from, std::size_t count) {
    std::memcpy(at_, from, count);
    at_ += count;
  }

  char* at_;
};

// --- the kinds, in the order of CommandBody ------------------------------------------------------

bool has_extras(const PlaceOrder& order) {
  return order.trigger.get() != 0 || order.display.get() != 0 || order.budget != 0 ||
         order.expires.get() != 0 || order.session != 0 || !order.client.empty();
}

template <class Writer>
void put(Writer& out, const PlaceOrder& order, Sequence sequence) {
  const bool extras = has_extras(order);
  const bool own_id = order.id.get() != sequence;
  const auto bit = [](auto value, unsigned at) { return static_cast<unsigned>(value) << at; };
  out.u16(static_cast<std::uint16_t>(
      bit(order.side, side_bit) | bit(order.type, type_bit) | bit(order.tif, tif_bit) |
      bit(order.post_only, post_only_bit) | bit(order.self_trade, self_trade_bit) |
      bit(order.hidden, hidden_bit) | bit(own_id, own_id_bit) | bit(extras, extras_bit)));
  if (own_id) out.varint(order.id.get());
  out.varint(order.symbol.get());
  out.varint(order.price.get());
  out.varint(order.quantity.get());
  if (!extras) return;
  out.varint(order.trigger.get());
  out.varint(order.display.get());
  put_signed(out, order.budget);
  put_signed(out, order.expires.get());
  out.varint(order.session);
  out.text(order.client.text());
}

void take(Fields& in, PlaceOrder& order, Sequence sequence) {
  const unsigned bits = in.in.u16();
  const auto field = [&](unsigned at, unsigned width) { return bits >> at & ((1U << width) - 1); };
  in.good = in.good && bits >> bits_used == 0;
  order.side = static_cast<Side>(field(side_bit, 1));
  order.type = static_cast<OrderType>(field(type_bit, 2));
  order.tif = in.chosen(field(tif_bit, 3), TimeInForce::fok);
  order.post_only = in.chosen(field(post_only_bit, 2), PostOnly::slide);
  order.self_trade = in.chosen(field(self_trade_bit, 3), SelfTrade::decrement);
  order.hidden = field(hidden_bit, 1) != 0;
  order.id = OrderId{field(own_id_bit, 1) != 0 ? in.in.varint() : sequence};
  in.take(order.symbol);
  in.take(order.price);
  in.take(order.quantity);
  if (field(extras_bit, 1) == 0) return;
  in.take(order.trigger);
  in.take(order.display);
  order.budget = take_signed(in.in);
  order.expires = Time{take_signed(in.in)};
  order.session = in.number32();
  order.client = in.text<ClientOrderId>();
}

template <class Writer>
void put(Writer& out, const CancelOrder& order, Sequence) {
  out.varint(order.id.get());
}
void take(Fields& in, CancelOrder& order, Sequence) { in.take(order.id); }

template <class Writer>
void put(Writer& out, const ReduceOrder& order, Sequence) {
  out.varint(order.id.get());
  out.varint(order.by.get());
}
void take(Fields& in, ReduceOrder& order, Sequence) {
  in.take(order.id);
  in.take(order.by);
}

template <class Writer>
void put(Writer& out, const AmendOrder& order, Sequence) {
  out.varint(order.id.get());
  out.varint(order.price.get());
  out.varint(order.trigger.get());
  const std::uint64_t only_less = order.only_less ? amend_only_less : 0;
  out.varint(order.quantity.get() | only_less);
  out.text(order.client.text());
}
void take(Fields& in, AmendOrder& order, Sequence) {
  in.take(order.id);
  in.take(order.price);
  in.take(order.trigger);
  const std::uint64_t quantity = in.in.varint();
  in.good = in.good && quantity <= (amend_only_less | 0xFFFFFFFFU);
  order.quantity = Quantity{static_cast<std::uint32_t>(quantity)};
  order.only_less = (quantity & amend_only_less) != 0;
  order.client = in.text<ClientOrderId>();
}

template <class Writer>
void put(Writer& out, const MassCancel& wanted, Sequence) {
  out.varint(wanted.symbol.get());
  out.u8(wanted.any_symbol ? 1 : 0);
  out.u8(wanted.any_side ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(wanted.side));
  out.varint(wanted.session);
}
void take(Fields& in, MassCancel& wanted, Sequence) {
  in.take(wanted.symbol);
  wanted.any_symbol = in.flag();
  wanted.any_side = in.flag();
  wanted.side = in.chosen(in.in.u8(), Side::sell);
  wanted.session = in.number32();
}

template <class Writer>
void put(Writer& out, const SetPhase& wanted, Sequence) {
  out.varint(wanted.symbol.get());
  out.u8(static_cast<std::uint8_t>(wanted.phase));
}
void take(Fields& in, SetPhase& wanted, Sequence) {
  in.take(wanted.symbol);
  wanted.phase = in.chosen(in.in.u8(), Phase::halted);
}

template <class Writer>
void put(Writer&, const AdvanceTime&, Sequence) {}
void take(Fields&, AdvanceTime&, Sequence) {}

template <class Writer>
void put(Writer& out, const AdjustBalance& change, Sequence) {
  out.varint(change.asset.get());
  put_signed(out, change.amount);
  out.varint(change.reference);
}
void take(Fields& in, AdjustBalance& change, Sequence) {
  in.take(change.asset);
  change.amount = take_signed(in.in);
  change.reference = in.in.varint();
}

template <class Writer>
void put(Writer& out, const DefineAsset& asset, Sequence) {
  out.varint(asset.id.get());
  out.text(asset.name.text());
  out.u8(asset.decimals);
}
void take(Fields& in, DefineAsset& asset, Sequence) {
  in.take(asset.id);
  asset.name = in.text<Name>();
  asset.decimals = in.in.u8();
}

template <class Writer>
void put(Writer& out, const SymbolRules& rules) {
  put_signed(out, rules.lot_base);
  put_signed(out, rules.tick_quote);
  out.u8(rules.tick_steps);
  for (const TickStep& step : rules.ticks) {
    out.varint(step.from.get());
    out.varint(step.tick);
  }
  out.varint(rules.quantity_min.get());
  out.varint(rules.quantity_max.get());
  out.varint(rules.quantity_step.get());
  put_signed(out, rules.notional_min);
  put_signed(out, rules.notional_max);
  put_signed(out, rules.maker_fee);
  put_signed(out, rules.taker_fee);
  out.varint(rules.static_band_bp);
  out.varint(rules.dynamic_band_bp);
  out.varint(rules.market_collar_bp);
  put_signed(out, rules.volatility_call_ns);
}

std::int32_t take_signed32(Fields& in) {
  const std::int64_t value = take_signed(in.in);
  in.good = in.good && std::in_range<std::int32_t>(value);
  return static_cast<std::int32_t>(value);
}

void take(Fields& in, SymbolRules& rules) {
  rules.lot_base = take_signed(in.in);
  rules.tick_quote = take_signed(in.in);
  rules.tick_steps = in.in.u8();
  for (TickStep& step : rules.ticks) {
    in.take(step.from);
    step.tick = in.number32();
  }
  in.take(rules.quantity_min);
  in.take(rules.quantity_max);
  in.take(rules.quantity_step);
  rules.notional_min = take_signed(in.in);
  rules.notional_max = take_signed(in.in);
  rules.maker_fee = take_signed32(in);
  rules.taker_fee = take_signed32(in);
  rules.static_band_bp = in.number32();
  rules.dynamic_band_bp = in.number32();
  rules.market_collar_bp = in.number32();
  rules.volatility_call_ns = take_signed(in.in);
}

template <class Writer>
void put(Writer& out, const DefineSymbol& symbol, Sequence) {
  out.varint(symbol.id.get());
  out.text(symbol.name.text());
  out.varint(symbol.base.get());
  out.varint(symbol.quote.get());
  out.varint(symbol.reference.get());
  out.u8(static_cast<std::uint8_t>(symbol.phase));
  put(out, symbol.rules);
}
void take(Fields& in, DefineSymbol& symbol, Sequence) {
  in.take(symbol.id);
  symbol.name = in.text<Name>();
  in.take(symbol.base);
  in.take(symbol.quote);
  in.take(symbol.reference);
  symbol.phase = in.chosen(in.in.u8(), Phase::halted);
  take(in, symbol.rules);
}

template <class Writer>
void put(Writer& out, const BustTrade& bust, Sequence) {
  out.varint(bust.symbol.get());
  out.varint(bust.trade.get());
}
void take(Fields& in, BustTrade& bust, Sequence) {
  in.take(bust.symbol);
  in.take(bust.trade);
}

template <class Writer>
void put(Writer& out, const SuspendAccount& wanted, Sequence) {
  out.u8(wanted.suspended ? 1 : 0);
}
void take(Fields& in, SuspendAccount& wanted, Sequence) { wanted.suspended = in.flag(); }

template <std::size_t... Kinds>
bool take_kind(std::uint8_t kind, Fields& in, Command& command, std::index_sequence<Kinds...>) {
  return ((kind == Kinds && (take(in, command.body.emplace<Kinds>(), command.sequence), true)) ||
          ...);
}

// --- the short kinds -----------------------------------------------------------------------------

/// One of those that neither rest in a special way nor bring anything else along.
bool is_short(const PlaceOrder& order) {
  const auto parts = static_cast<std::uint64_t>(order.budget) |
                     static_cast<std::uint64_t>(order.expires.get()) | order.trigger.get() |
                     order.display.get() | order.session | order.symbol.get() >> 16U |
                     static_cast<unsigned>(order.type) | static_cast<unsigned>(order.post_only) |
                     static_cast<unsigned>(order.hidden);
  return parts == 0 && order.client.empty() &&
         (order.tif == TimeInForce::gtc || order.tif == TimeInForce::ioc);
}

bool is_short(const AmendOrder& order) {
  const bool price_alone = (order.trigger.get() | order.quantity.get()) == 0 && !order.only_less;
  return price_alone && order.client.empty();
}

/// Kind, account and id of what changes an order.
std::uint64_t short_word(ShortKind kind, AccountId account, OrderId id) {
  return kind | account.get() << 8U | id.get() << short_id_at;
}

void take_short_place(Fields& in, Command& command, std::uint64_t word, std::uint64_t& next_id) {
  const auto bits = static_cast<unsigned>(word >> short_bits_at & 0xFFU);
  auto& order = command.body.emplace<PlaceOrder>();
  command.account = AccountId{word >> short_account_at};
  order.symbol = SymbolId{static_cast<std::uint32_t>(word >> short_symbol_at & 0xFFFFU)};
  order.side = static_cast<Side>(bits >> short_side_bit & 1U);
  order.tif = (bits >> short_ioc_bit & 1U) != 0 ? TimeInForce::ioc : TimeInForce::gtc;
  order.self_trade = in.chosen(bits >> short_self_trade_bit & 7U, SelfTrade::decrement);
  order.price = Price{in.in.u32()};
  order.quantity = Quantity{in.in.u32()};
  switch (in.chosen(bits >> short_id_bit & 3U, id_is_told)) {
    case id_is_sequence:
      order.id = OrderId{command.sequence};
      break;
    case id_is_next:
      order.id = OrderId{next_id};
      break;
    case id_is_told:
      order.id = OrderId{in.in.u64()};
  }
  next_id = order.id.get() + 1;
  in.good = in.good && bits >> short_bits_used == 0;
}

/// `kind` has been read. False: there is no such kind.
bool take_short(std::uint8_t kind, Fields& in, Command& command, std::uint64_t& next_id) {
  if (kind < short_place || kind > short_reprice) return false;
  // Seven bytes behind the kind, where they would be in the whole word.
  const std::uint64_t low = in.in.u32();
  const std::uint64_t middle = in.in.u16();
  const std::uint64_t high = in.in.u8();
  const std::uint64_t word = low << 8U | middle << 40U | high << 56U;
  if (kind == short_place) {
    take_short_place(in, command, word, next_id);
    return true;
  }
  command.account = AccountId{word >> 8U & ((1U << short_account_bits) - 1)};
  const OrderId id{word >> short_id_at};
  if (kind == short_cancel) {
    command.body = CancelOrder{id};
  } else if (kind == short_reduce) {
    command.body = ReduceOrder{id, Quantity{in.in.u32()}};
  } else {
    command.body = AmendOrder{.id = id, .price = Price{in.in.u32()}, .client = {}};
  }
  return true;
}

/// Whether it could be: as a short kind.
bool put_short(const Command& command, std::uint64_t& next_id, CommandWriter& out) {
  const std::uint64_t account = command.account.get();
  if (command.origin != 0) return false;
  if (const auto* order = std::get_if<PlaceOrder>(&command.body)) {
    if (!is_short(*order) || account >> 32U != 0) return false;
    const std::uint64_t id = order->id.get();
    const auto known = id == command.sequence ? id_is_sequence
                       : id == next_id        ? id_is_next
                                              : id_is_told;
    next_id = id + 1;
    const auto bits = static_cast<unsigned>(order->side) << short_side_bit |
                      static_cast<unsigned>(order->tif == TimeInForce::ioc) << short_ioc_bit |
                      static_cast<unsigned>(order->self_trade) << short_self_trade_bit |
                      static_cast<unsigned>(known) << short_id_bit;
    out.u64(short_place | bits << short_bits_at |
            std::uint64_t{order->symbol.get()} << short_symbol_at | account << short_account_at);
    out.u64(order->price.get() | std::uint64_t{order->quantity.get()} << 32U);
    if (known == id_is_told) out.u64(id);
    return true;
  }
  if (account >> short_account_bits != 0) return false;
  if (const auto* cancel = std::get_if<CancelOrder>(&command.body)) {
    if (cancel->id.get() >> 32U != 0) return false;
    out.u64(short_word(short_cancel, command.account, cancel->id));
    return true;
  }
  if (const auto* amend = std::get_if<AmendOrder>(&command.body)) {
    if (!is_short(*amend) || amend->id.get() >> 32U != 0) return false;
    out.u64(short_word(short_reprice, command.account, amend->id));
    out.u32(amend->price.get());
    return true;
  }
  if (const auto* reduce = std::get_if<ReduceOrder>(&command.body)) {
    if (reduce->id.get() >> 32U != 0) return false;
    out.u64(short_word(short_reduce, command.account, reduce->id));
    out.u32(reduce->by.get());
    return true;
  }
  return false;
}

/// Any command. By itself: the frequent ones should not have to step around all of it.
[[gnu::noinline]] void put_long(const Command& command, CommandWriter& out) {
  const std::uint8_t origin = command.origin != 0 ? has_origin : 0;
  out.u8(static_cast<std::uint8_t>(command.body.index() | origin));
  out.varint(command.account.get());
  if (origin != 0) out.varint(command.origin);
  std::visit([&](const auto& body) { put(out, body, command.sequence); }, command.body);
}

}  // namespace

const ErrorRow& error_row(CodecErrc code) {
  static constexpr std::array rows{
      ErrorRow{"commands_malformed", "a record of commands is malformed"},
      ErrorRow{"commands_version_unknown", "commands were written by a newer version"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

void CommandBatch::begin(Sequence first, Time at) {
  size_ = 0;
  CommandWriter out{room()};
  out.u8(version);
  out.varint(first);
  out.i64(at.get());
  size_ = static_cast<std::size_t>(out.end() - bytes_.data());
  first_ = first;
  count_ = 0;
  next_id_ = 0;
}

void CommandBatch::add(const Command& command) {
  MS_CHECK(command.sequence == first_ + count_);
  ++count_;
  CommandWriter out{room()};
  if (!put_short(command, next_id_, out)) put_long(command, out);
  const auto size = static_cast<std::size_t>(out.end() - bytes_.data());
  MS_CHECK(size - size_ <= command_bytes_max);
  size_ = size;
}

Result<> read_batch(Bytes record, std::vector<Command>& out) {
  ByteReader in{record};
  out.clear();
  if (in.u8() != version) return CodecErrc::version_unknown;
  Sequence sequence = in.varint();
  const Time at{in.i64()};
  Fields fields{in};
  std::uint64_t next_id = 0;
  while (in.ok() && !in.at_end()) {
    Command& command = out.emplace_back();
    command.sequence = sequence++;
    command.at = at;
    const std::uint8_t first = in.u8();
    if (!take_short(first, fields, command, next_id)) {
      const std::uint8_t kind = first & ~has_origin;
      command.account = AccountId{in.varint()};
      if (kind != first) command.origin = in.varint();
      constexpr auto kinds = std::make_index_sequence<std::variant_size_v<CommandBody>>{};
      if (!take_kind(kind, fields, command, kinds)) return CodecErrc::version_unknown;
    }
    if (!fields.good || out.size() > CommandBatch::commands_max) return CodecErrc::malformed;
  }
  if (!in.ok()) return CodecErrc::malformed;
  return {};
}

}  // namespace mainstay::exchange
