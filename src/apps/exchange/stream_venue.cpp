#include "apps/exchange/stream_venue.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::exchange {

namespace {

constexpr std::size_t batch_records = 256;
constexpr std::size_t batches_a_write = 32;  // the kernel takes few large writes for less
constexpr std::size_t paced_batch_records = 64;
constexpr Millis written_every{1};            // of a paced run's journal
constexpr std::size_t orders_cached = 8'192;  // so few are in the caches anyway
constexpr std::size_t symbols_max = 65'536;   // what an engine has at most
constexpr Amount opening_balance = Amount{1} << 62U;
const AssetId base_asset{1};
const AssetId quote_asset{2};

EngineOptions engine_options(std::size_t orders_expected) {
  EngineOptions options;
  options.orders_expected = orders_expected;
  options.orders_per_account_max = options.orders_max;
  return options;
}

bool has_price(const StreamRecord& record) {
  return record.op == StreamOp::place || record.op == StreamOp::move;
}

}  // namespace

StreamVenue::StreamVenue(journal::Journal& journal, const Clock& clock, std::size_t orders_expected)
    : journal_(journal), clock_(clock), engine_(engine_options(orders_expected)) {
  place_.body = PlaceOrder{};
  cancel_.body = CancelOrder{};
  reduce_.body = ReduceOrder{};
  move_.body = AmendOrder{};
}

// --- before the records --------------------------------------------------------------------------

Result<> StreamVenue::open(Stream records) {
  MS_TRY_VOID(find_shift(records));
  begin_batch();
  for (const auto& [id, name] : {std::pair{base_asset, "BASE"}, std::pair{quote_asset, "QUOTE"}}) {
    Command define;
    define.body = DefineAsset{.id = id, .name = Name{name}, .decimals = 0};
    apply(define);
  }
  MS_TRY_VOID(open_symbols(records));
  open_accounts(records);
  events_.clear();
  return end_batch();
}

Result<> StreamVenue::find_shift(Stream records) {
  bool lowest = false;
  bool highest = false;
  for (const StreamRecord& record : records) {
    lowest = lowest || (has_price(record) && record.price == 0);
    highest = highest || (has_price(record) && record.price == 0xFFFFFFFFU);
  }
  if (lowest && highest) {
    return Error{StreamErrc::too_much,
                 "both price 0 and price 4294967295 occur; accounts can have one of them"};
  }
  shift_ = lowest ? 1 : 0;
  return {};
}

Result<> StreamVenue::open_symbols(Stream records) {
  for (const StreamRecord& record : records) {
    if (record.op != StreamOp::place || symbols_.find(record.symbol) != SymbolNumbers::none) {
      continue;
    }
    const std::uint32_t number = symbols_.add(record.symbol);
    if (number == symbols_max) {
      return Error{StreamErrc::too_much, "more than " + std::to_string(symbols_max) + " symbols"};
    }
    Command define;
    define.body = DefineSymbol{.id = SymbolId{number},
                               .name = Name{std::to_string(record.symbol)},
                               .base = base_asset,
                               .quote = quote_asset};
    apply(define);
  }
  return {};
}

void StreamVenue::open_accounts(Stream records) {
  std::vector<std::uint64_t> accounts;
  for (const StreamRecord& record : records) {
    if (record.op != StreamOp::place) continue;
    if (!accounts.empty() && accounts.back() == record.account) continue;
    accounts.push_back(record.account);
    if (accounts.size() % 65'536 != 0) continue;
    std::ranges::sort(accounts);
    accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  }
  std::ranges::sort(accounts);
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  stand_in_ = 1;
  while (std::ranges::binary_search(accounts, stand_in_)) ++stand_in_;
  for (const std::uint64_t account : accounts) {
    for (const AssetId asset : {base_asset, quote_asset}) {
      Command adjust;
      adjust.account = account_of(account);
      adjust.body = AdjustBalance{.asset = asset, .amount = opening_balance};
      apply(adjust);
      events_.clear();
    }
  }
}

// --- the records ---------------------------------------------------------------------------------

Result<> StreamVenue::run(Stream records) {
  for (std::size_t begin = 0; begin < records.size(); begin += batch_records) {
    const std::size_t count = std::min(batch_records, records.size() - begin);
    begin_batch();
    const bool looks_ahead = engine_.live_orders() > orders_cached &&
                             begin + count + Engine::expected_ahead <= records.size() &&
                             !do_ids_go_up(records.subspan(begin, count));
    for (std::size_t i = begin; i < begin + count; ++i) {
      if (looks_ahead) engine_.expect(expected(records[i + Engine::expected_ahead]));
      carry_out(records[i]);
    }
    MS_TRY_VOID(end_batch());
    if (begin / batch_records % batches_a_write == batches_a_write - 1) journal_.commit({});
  }
  journal_.commit({});
  return {};
}

Result<std::vector<std::chrono::nanoseconds>> StreamVenue::run_at(
    Stream records, std::chrono::nanoseconds interval) {
  std::vector<std::chrono::nanoseconds> taken(records.size());
  // Nobody waits for the journal, but somebody must write it: what is kept for it would grow, and a
  // buffer that doubles holds up thousands of messages.
  Ticker writer{"match.journal", written_every, [this] { journal_.commit({}); }};
  writer.start();
  begin_batch();
  const SteadyTime start = clock_.steady();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const SteadyTime time = start + interval * static_cast<std::int64_t>(i);
    while (clock_.steady() < time) {
    }
    carry_out(records[i]);
    taken[i] = clock_.steady() - time;
    if ((i + 1) % paced_batch_records != 0) continue;
    MS_TRY_VOID(end_batch());
    begin_batch();
  }
  MS_TRY_VOID(end_batch());
  writer.stop();
  journal_.commit({});
  return taken;
}

inline Expected StreamVenue::expected(const StreamRecord& record) const {
  return {.order = OrderId{record.id},
          .places = record.op == StreamOp::place,
          .account = AccountId{record.account},
          .symbol = SymbolId{symbols_.find(record.symbol)},
          .side = record.side == 0 ? Side::buy : Side::sell,
          .price = Price{record.price + shift_}};
}

/// Its events are looked at at once: what the engine just did foretells which they are.
inline void StreamVenue::carry_out(const StreamRecord& record) {
  switch (record.op) {
    case StreamOp::place:
      place(record);
      break;
    case StreamOp::cancel:
      std::get<CancelOrder>(cancel_.body).id = OrderId{record.id};
      apply(cancel_);
      break;
    case StreamOp::reduce: {
      auto& body = std::get<ReduceOrder>(reduce_.body);
      body.id = OrderId{record.id};
      body.by = Quantity{record.quantity};
      apply(reduce_);
      break;
    }
    case StreamOp::move:
      move(record);
  }
  count_events();
}

inline void StreamVenue::place(const StreamRecord& record) {
  auto& body = std::get<PlaceOrder>(place_.body);
  body.id = OrderId{record.id};
  body.symbol = SymbolId{symbols_.find(record.symbol)};
  body.side = record.side == 0 ? Side::buy : Side::sell;
  body.tif = record.tif == 0 ? TimeInForce::gtc : TimeInForce::ioc;
  body.price = Price{record.price + shift_};
  body.quantity = Quantity{record.quantity};
  place_.account = account_of(record.account);
  apply(place_);
}

inline void StreamVenue::move(const StreamRecord& record) {
  auto& body = std::get<AmendOrder>(move_.body);
  body.id = OrderId{record.id};
  body.price = Price{record.price + shift_};
  apply(move_);
  if (!events_.empty() && events_.front().reason == Reject::nothing_to_change) put_behind(body.id);
}

void StreamVenue::put_behind(OrderId id) {
  const auto order = engine_.order(id);
  if (!order) return;
  std::get<CancelOrder>(cancel_.body).id = id;
  apply(cancel_);
  Command again;
  again.account = order->account;
  again.body = order->placed;
  std::get<PlaceOrder>(again.body).quantity = order->left;
  apply(again);
}

// --- commands and batches ------------------------------------------------------------------------

inline void StreamVenue::apply(Command& command) {
  command.sequence = ++sequence_;
  command.at = now_;
  if (batch_.full()) {
    journal_.append(batch_.bytes());
    batch_.begin(command.sequence, now_);
  }
  batch_.add(command);
  engine_.apply(command, events_);
}

void StreamVenue::begin_batch() {
  const auto since = clock_.wall().time_since_epoch();
  now_ = Time{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
  batch_.begin(sequence_ + 1, now_);
}

Result<> StreamVenue::end_batch() {
  if (!journal_.accepts()) MS_TRY_VOID(journal_.sync());
  journal_.append(batch_.bytes());
  return {};
}

void StreamVenue::count_events() {
  for (const Event& event : events_) {
    if (event.kind == EventKind::traded) {
      totals_.add(event.other.get(), event.order.get(), event.quantity.get(),
                  event.price.get() - shift_);
    } else if (event.kind == EventKind::rejected) {
      switch (event.reason) {
        case Reject::nothing_to_change:
          break;
        case Reject::order_unknown:
        case Reject::order_id_taken:
        case Reject::quantity_zero:
          ++totals_.ignored;
          break;
        default:
          ++refused_;
      }
    }
  }
  events_.clear();
}

}  // namespace mainstay::exchange
