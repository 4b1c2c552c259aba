#include "apps/exchange/inbound/ws/hub.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "apps/exchange/inbound/http/order_json.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

constexpr Millis tick_every{100};
constexpr std::uint64_t ticks_a_second = 10;
constexpr std::uint64_t ticks_a_minute = 600;
constexpr std::size_t jobs_max = 65'536;
// A client with so much unsent gets the changes of a book as one message, later.
constexpr std::size_t slow_bytes = 64U << 10U;
// Of all symbols, until the lane takes them, within a tick.
constexpr std::size_t looks_max = 512;
// Of an interval that ended since the last look: a second's, when looks came that late.
constexpr std::size_t candles_max = 64;
constexpr std::string_view too_slow = "too slow for this stream";

bool is_lossless(StreamKind kind) {
  return kind == StreamKind::trade || kind == StreamKind::aggregate_trade ||
         kind == StreamKind::user;
}

bool is_of_book(StreamKind kind) { return kind == StreamKind::depth || kind == StreamKind::levels; }

/// Looked at ten times a second, if it is wanted so.
bool is_fast(const StreamName& name) {
  return (is_of_book(name.kind) && name.fast) || name.kind == StreamKind::auction;
}

/// Looked at on ticks.
bool is_ticked(StreamKind kind) {
  return is_of_book(kind) || kind == StreamKind::kline || kind == StreamKind::ticker ||
         kind == StreamKind::mini_ticker || kind == StreamKind::auction;
}

void add_interest(Interest& interest, const StreamName& name) {
  if (name.kind == StreamKind::user) {
    interest.accounts.insert(name.account);
  } else if (is_lossless(name.kind)) {
    interest.trades.insert(name.symbol);
  } else if (name.kind == StreamKind::book_ticker) {
    interest.tops.insert(name.symbol);
  } else {
    interest.touched.insert(name.symbol);
  }
}

void count(std::atomic<std::uint64_t>& what) { what.fetch_add(1, std::memory_order_relaxed); }

Time time_of(SystemTime at) { return Time{at.time_since_epoch().count() * 1'000}; }

void look_at_book(const Engine& engine, SymbolId symbol, std::size_t levels, DepthView& out) {
  out.sequence = engine.last_sequence();
  out.levels_max = levels;
  engine.depth(symbol, Side::buy, levels, out.bids);
  engine.depth(symbol, Side::sell, levels, out.asks);
}

void erase(std::vector<auto*>& all, const auto* one) {
  std::erase_if(all, [one](const auto* other) { return other == one; });
}

}  // namespace

bool StreamHub::follows(const Market& market) {
  return std::ranges::any_of(market.streams,
                             [](const Stream* one) { return one->name.kind == StreamKind::depth; });
}

StreamHub::StreamHub(Venue& venue, const Directory& directory, const ListenKeys& keys,
                     const Clock& clock)
    : venue_(venue),
      directory_(directory),
      keys_(keys),
      clock_(clock),
      lane_("exchange.feed", jobs_max),
      feed_([this] { (void)lane_.try_post([this] { on_gathered(); }); }),
      ticker_("exchange.tick", tick_every, [this] {
        if (tick_waits_.exchange(true)) return;
        if (!lane_.try_post([this] { tick(); })) tick_waits_ = false;
      }) {}

StreamHub::~StreamHub() { stop(); }

StreamHub::Stats StreamHub::stats() const {
  Stats stats;
  stats.messages = counts_.messages.load(std::memory_order_relaxed);
  stats.conflated = counts_.conflated.load(std::memory_order_relaxed);
  stats.skipped = counts_.skipped.load(std::memory_order_relaxed);
  stats.cut_off = counts_.cut_off.load(std::memory_order_relaxed);
  return stats;
}

void StreamHub::start() {
  lane_.start();
  ticker_.start();
}

void StreamHub::stop() {
  ticker_.stop();
  lane_.stop();
}

bool StreamHub::subscribe(const ws::Peer& peer, bool combined, std::vector<StreamName> names) {
  std::vector<SymbolId> books;
  Interest interest;
  for (const StreamName& name : names) {
    add_interest(interest, name);
    const bool is_new = std::ranges::find(books, name.symbol) == books.end();
    if (name.kind == StreamKind::depth && is_new) books.push_back(name.symbol);
  }
  {
    auto followed = followed_.lock();
    ++joining_;
    std::erase_if(books, [&](SymbolId symbol) { return followed->contains(symbol); });
  }
  bool taken = true;
  for (const SymbolId symbol : books) {
    taken = taken && venue_.look([this, symbol](const Views& views) {
      Look look{.symbol = symbol, .followed = true};
      look_at_book(views.engine, symbol, Limits::depth_levels_max, look.depth);
      put(std::move(look));
    });
  }
  taken = taken && venue_.mark([this, interest = std::move(interest), peer, combined,
                                names = std::move(names)]() mutable {
    const std::uint64_t begun = feed_.begin(std::move(interest));
    put({.then = [this, begun, peer, combined, names = std::move(names)] {
      begun_ = begun;
      add(peer, combined, names);
      --joining_;
    }});
  });
  if (!taken) --joining_;
  return taken;
}

bool StreamHub::unsubscribe(const ws::Peer& peer, std::vector<std::string> names) {
  return behind([this, peer, names = std::move(names)] {
    for (const std::string& name : names) remove(peer, name);
    interest_changed_ = true;
  });
}

bool StreamHub::behind(UniqueFunction<void()> job) {
  return venue_.mark([this, job = std::move(job)]() mutable { put({.then = std::move(job)}); });
}

/// Behind what the streams say before it, which leaves with the batch.
void StreamHub::tell(const ws::Peer& peer, const ws::Message& message) {
  if (batch_.add(peer, message) == ws::Sent::full) cut_off(peer, "too slow for answers");
}

/// On the venue's lane.
void StreamHub::put(Look look) {
  {
    auto looks = looks_.lock();
    looks->push_back(std::move(look));
  }
  (void)lane_.try_post([this] { on_looks(); });  // else the next tick finds it
}

// --- who listens
// -----------------------------------------------------------------------------------

void StreamHub::add(const ws::Peer& peer, bool combined, const std::vector<StreamName>& names) {
  for (const StreamName& name : names) {
    const auto [found, is_new] = streams_.try_emplace(name.text);
    Stream& stream = found->second;
    if (is_new) {
      stream.name = name;
      if (name.kind == StreamKind::user) {
        accounts_[name.account].push_back(&stream);
      } else if (is_ticked(name.kind)) {
        Market& market = markets_[name.symbol];
        market.streams.push_back(&stream);
        market.touched_fast = market.touched_slow = true;  // so that it begins at once
      }
    }
    const auto known = std::ranges::find(stream.subscribers, peer, &Subscriber::peer);
    if (known != stream.subscribers.end()) continue;
    stream.subscribers.push_back({peer, combined});
    if (is_ticked(name.kind)) on_joined(stream);
    if (name.kind == StreamKind::depth) follows_books_ = true;
  }
  interest_changed_ = true;
}

/// Who joins is told what there is, also when nothing happens. Of changes there are none yet.
void StreamHub::on_joined(Stream& stream) {
  Market& market = markets_[stream.name.symbol];
  const bool fast = is_fast(stream.name);
  switch (stream.name.kind) {
    case StreamKind::levels:
      (fast ? market.at_fast : market.at_slow).news = true;
      break;
    case StreamKind::kline:
      stream.joined = true;
      return;  // these are looked at anyway
    case StreamKind::auction:
      stream.auction.clear();
      break;
    case StreamKind::depth:
      return;
    default:
      break;
  }
  (fast ? market.touched_fast : market.touched_slow) = true;
}

void StreamHub::remove(const ws::Peer& peer, const std::string& name) {
  const auto found = streams_.find(name);
  if (found == streams_.end()) return;
  std::erase_if(found->second.subscribers, [&](const Subscriber& one) { return one.peer == peer; });
  erase_when_empty(name);
}

void StreamHub::erase_when_empty(const std::string& name) {
  const auto found = streams_.find(name);
  if (found == streams_.end() || !found->second.subscribers.empty()) return;
  const Stream& stream = found->second;
  if (const auto account = accounts_.find(stream.name.account); account != accounts_.end()) {
    erase(account->second, &stream);
    if (account->second.empty()) accounts_.erase(account);
  }
  if (const auto market = markets_.find(stream.name.symbol); market != markets_.end()) {
    erase(market->second.streams, &stream);
    if (market->second.streams.empty() && !market->second.followed) markets_.erase(market);
  }
  streams_.erase(found);
}

/// Once for all who came and went together: it names every stream. Until then the feed wants those
/// who joined for themselves.
void StreamHub::tell_interest() {
  interest_changed_ = false;
  follows_books_ = std::ranges::any_of(
      streams_, [](const auto& one) { return one.second.name.kind == StreamKind::depth; });
  if (streams_.empty()) return feed_.want(nullptr, begun_);
  auto interest = std::make_shared<Interest>();
  for (const auto& [text, stream] : streams_) add_interest(*interest, stream.name);
  feed_.want(std::move(interest), begun_);
}

// --- what is told at once
// --------------------------------------------------------------------------

void StreamHub::on_gathered() {
  const Gathered gathered = feed_.take();
  on_looks();  // who joined before some of it happened is to hear of it
  if (gathered.lost) close_streams(is_lossless);
  on_trades(gathered);
  for (const Gathered::AccountNews& news : gathered.accounts) on_account(news);
  const auto listings = directory_.current();
  for (const auto& [symbol, top] : gathered.tops) {
    const Listing* const listing = listings->find(symbol);
    if (listing == nullptr) continue;
    const auto found = streams_.find(lower_case(listing->name()) + "@bookTicker");
    if (found == streams_.end()) continue;
    publish(found->second, book_ticker_message(top.view, top.sequence, *listing));
  }
  for (const SymbolId symbol : gathered.touched) {
    const auto market = markets_.find(symbol);
    if (market == markets_.end()) continue;
    market->second.touched_fast = market->second.touched_slow = true;
  }
  batch_.send();
}

void StreamHub::on_trades(const Gathered& gathered) {
  if (gathered.trades.empty()) return;
  const auto listings = directory_.current();
  std::unordered_map<SymbolId, std::vector<TradeRecord>> by_symbol;
  for (const auto& [symbol, trade] : gathered.trades) by_symbol[symbol].push_back(trade);
  for (const auto& [symbol, trades] : by_symbol) {
    const Listing* const listing = listings->find(symbol);
    if (listing == nullptr) continue;
    const std::string name = lower_case(listing->name());
    if (const auto each = streams_.find(name + "@trade"); each != streams_.end()) {
      for (const TradeRecord& trade : trades) publish(each->second, trade_message(trade, *listing));
    }
    if (const auto whole = streams_.find(name + "@aggTrade"); whole != streams_.end()) {
      for (const AggregateTrade& trade : aggregated(trades)) {
        publish(whole->second, aggregate_message(trade, *listing));
      }
    }
  }
}

void StreamHub::on_account(const Gathered::AccountNews& news) {
  const auto found = accounts_.find(news.account);
  if (found == accounts_.end()) return;
  const auto listings = directory_.current();
  std::vector<std::string> messages;
  for (const Execution& one : news.executions) {
    const Listing* const listing = listings->find(one.record.placed.symbol);
    if (listing != nullptr) messages.push_back(execution_report(one, *listing));
  }
  const auto asset = [&](AssetId id) {
    return std::ranges::find(listings->assets(), id, &DefineAsset::id);
  };
  for (const auto& deposit : news.deposits) {
    const auto of = asset(deposit.asset);
    if (of == listings->assets().end()) continue;
    messages.push_back(balance_update(of->name.text(), of->decimals, deposit.by, news.at));
  }
  std::vector<BalanceRow> rows;
  for (const auto& [id, balance] : news.balances) {
    const auto of = asset(id);
    if (of == listings->assets().end()) continue;
    rows.push_back({of->name.text(), of->decimals, balance.free, balance.held});
  }
  if (!rows.empty()) messages.push_back(account_position(rows, news.at));
  for (Stream* stream : found->second) {
    for (const std::string& message : messages) publish(*stream, message);
  }
}

/// Something that nobody may miss was dropped: who listens begins again.
void StreamHub::close_streams(bool (*which)(StreamKind)) {
  for (const auto& [text, stream] : streams_) {
    if (!which(stream.name.kind)) continue;
    for (const Subscriber& one : stream.subscribers) {
      cut_off(one.peer, "messages were lost; connect again");
    }
  }
}

// --- what is looked at
// -----------------------------------------------------------------------------

void StreamHub::tick() {
  tick_waits_ = false;
  ++ticks_;
  on_gathered();  // also what it could not be woken for
  send_late();
  const bool slow = ticks_ % ticks_a_second == 0;
  for (auto& [symbol, market] : markets_) {
    const bool fast_due = market.touched_fast && std::ranges::any_of(market.streams, [](auto* one) {
                            return is_fast(one->name);
                          });
    // Candles end by time, without anything happening.
    const bool slow_due =
        slow && (market.touched_slow || std::ranges::any_of(market.streams, [](auto* one) {
                   return one->name.kind == StreamKind::kline;
                 }));
    market.slow_due = market.slow_due || slow_due;  // kept while the last look is under way
    if ((fast_due || market.slow_due) && !market.looking) look(symbol, market);
  }
  if (ticks_ % ticks_a_minute == 0) {
    expire_keys();
    forget_closed();
    forget_books();
  }
  batch_.send();
}

void StreamHub::look(SymbolId symbol, Market& market) {
  const bool slow = market.slow_due;
  std::size_t levels = 0;
  bool ticker = false;
  bool auction = false;
  Look look{.symbol = symbol, .fast = market.touched_fast, .slow = slow};
  look.at = time_of(clock_.wall());
  for (const Stream* stream : market.streams) {
    const StreamName& name = stream->name;
    if (name.kind == StreamKind::depth) levels = Limits::depth_levels_max;
    if (name.kind == StreamKind::levels) levels = std::max<std::size_t>(levels, name.levels);
    ticker = ticker || name.kind == StreamKind::ticker || name.kind == StreamKind::mini_ticker;
    auction = auction || name.kind == StreamKind::auction;
    if (!slow || name.kind != StreamKind::kline) continue;
    const Time now = begin_of(name.interval, look.at);
    const Time from = stream->candle ? std::min(stream->candle->begin, now) : now;
    look.candles.push_back({.interval = name.interval, .from = from});
  }
  market.slow_due = false;
  const bool touched_fast = std::exchange(market.touched_fast, false);
  const bool touched_slow = std::exchange(market.touched_slow, market.touched_slow && !slow);
  ticker = ticker && slow;
  market.looking = venue_.look(
      [this, look = std::move(look), levels, ticker, auction](const Views& views) mutable {
        look_at_book(views.engine, look.symbol, std::max<std::size_t>(levels, 1), look.depth);
        for (Look::Candles& one : look.candles) {
          views.market.candles(look.symbol,
                               {.interval = one.interval, .from = one.from, .max = candles_max},
                               look.at, one.found);
        }
        if (ticker) look.ticker.emplace().ticker = views.market.ticker(look.symbol, look.at);
        if (auction) look.auction = look_at_auction(views.engine, look.symbol, look.at);
        put(std::move(look));
      });
  if (market.looking) return;  // else the next tick tries again
  market.touched_fast = touched_fast;
  market.touched_slow = touched_slow;
  market.slow_due = slow;
}

/// On the venue's lane: in the order of what is looked at there.
void StreamHub::served(SymbolId symbol, const DepthView& view) {
  if (!follows_books_ && joining_ == 0) return;
  {
    auto looks = looks_.lock();
    if (looks->size() >= looks_max) {
      snapshots_lost_ = true;
    } else {
      looks->push_back({.symbol = symbol, .served = true, .depth = view});
    }
  }
  (void)lane_.try_post([this] { on_looks(); });  // else the next tick finds it
}

void StreamHub::on_served(const Look& look) {
  const auto found = markets_.find(look.symbol);
  if (found == markets_.end()) return;
  for (Market::Published* at : {&found->second.at_fast, &found->second.at_slow}) {
    if (at->before) at->taken.append(difference_within(*at->before, look.depth));
  }
}

/// From here on the differences of this book are known.
void StreamHub::on_followed(Look look) {
  Market& market = markets_[look.symbol];
  if (market.followed) return;
  market.followed = true;
  for (Market::Published* at : {&market.at_fast, &market.at_slow}) {
    at->news = at->news || at->before.has_value();  // for those who listen to the best levels
    at->before = look.depth;
  }
  auto followed = followed_.lock();
  followed->insert(look.symbol);
}

void StreamHub::on_looks() {
  std::vector<Look> all;
  bool snapshots_lost = false;
  {
    auto looks = looks_.lock();
    all.swap(*looks);
    snapshots_lost = snapshots_lost_.exchange(false);
  }
  for (Look& look : all) {
    if (look.then) {
      look.then();
    } else if (look.served) {
      on_served(look);
    } else if (look.followed) {
      on_followed(std::move(look));
    } else {
      on_look(look);
    }
  }
  if (interest_changed_) tell_interest();
  // Who joined before a snapshot that was lost may be the one who took it.
  if (snapshots_lost) close_streams([](StreamKind kind) { return kind == StreamKind::depth; });
  batch_.send();
}

void StreamHub::on_look(const Look& look) {
  const auto found = markets_.find(look.symbol);
  if (found == markets_.end()) return;
  Market& market = found->second;
  market.looking = false;
  const auto listings = directory_.current();
  const Listing* const listing = listings->find(look.symbol);
  if (listing == nullptr) return;
  if (look.fast) publish_book(market, look, true);
  for (Stream* stream : market.streams) {
    if (look.fast && stream->name.kind == StreamKind::auction) publish_auction(*stream, look);
  }
  if (!look.slow) return;
  publish_book(market, look, false);
  for (Stream* stream : market.streams) {
    if (stream->name.kind == StreamKind::kline) publish_candles(*stream, look);
  }
  publish_tickers(market, look);
}

void StreamHub::publish_tickers(Market& market, const Look& look) {
  if (!look.ticker) return;
  const auto listings = directory_.current();
  const Listing& listing = *listings->find(look.symbol);
  TickerView view = *look.ticker;
  view.at = look.at;
  if (!look.depth.bids.empty()) view.bid = look.depth.bids.front();
  if (!look.depth.asks.empty()) view.ask = look.depth.asks.front();
  for (Stream* stream : market.streams) {
    const bool mini = stream->name.kind == StreamKind::mini_ticker;
    if (!mini && stream->name.kind != StreamKind::ticker) continue;
    publish(*stream, ticker_message(view, mini, listing));
  }
}

void StreamHub::publish_book(Market& market, const Look& look, bool fast) {
  Market::Published& at = fast ? market.at_fast : market.at_slow;
  const bool whole = look.depth.levels_max == Limits::depth_levels_max;
  if (!whole && follows(market)) {  // since it was looked at
    (fast ? market.touched_fast : market.touched_slow) = true;
    return;
  }
  const auto listings = directory_.current();
  const Listing* const listing = listings->find(look.symbol);
  bool anybody = false;
  bool joined = false;  // deeper levels than were looked at
  DepthDiff diff;
  if (at.before) {
    diff = difference(*at.before, look.depth);
    add_prices(diff, at.taken, look.depth);
  }
  const bool news = at.news || !at.before || !diff.empty();
  for (Stream* stream : market.streams) {
    if (!is_of_book(stream->name.kind) || stream->name.fast != fast) continue;
    anybody = true;
    if (!news) continue;
    if (stream->name.kind == StreamKind::levels) {
      const bool deeper = stream->name.levels > look.depth.levels_max;
      joined = joined || deeper;
      if (!deeper) publish(*stream, best_levels(look.depth, stream->name.levels, *listing));
    } else if (!diff.empty()) {
      publish_diff(*stream, diff, look.at, *listing);
    }
  }
  at.news = joined;
  if (market.followed && !whole) return;  // what is kept is deeper
  if (!anybody && !market.followed) {
    at = {};
  } else if (!at.before || !diff.empty()) {
    at = {.before = look.depth, .taken = {}, .news = joined};
  }
}

void StreamHub::publish_candles(Stream& stream, const Look& look) {
  const auto listings = directory_.current();
  const Listing& listing = *listings->find(look.symbol);
  const Interval interval = stream.name.interval;
  const auto looked = std::ranges::find(look.candles, interval, &Look::Candles::interval);
  if (looked == look.candles.end() || looked->found.empty()) return;
  const Candle& newest = looked->found.back();
  const bool ended = stream.candle && stream.candle->begin < newest.begin;
  for (const Candle& one : looked->found) {
    if (!ended || one.begin < stream.candle->begin || one.begin == newest.begin) continue;
    publish(stream, kline_message(one, interval, true, look.at, listing));
  }
  const bool is_known = stream.candle && !ended && stream.candle->trades == newest.trades;
  if (is_known && !stream.joined) return;
  stream.joined = false;
  stream.candle = newest;
  publish(stream, kline_message(newest, interval, false, look.at, listing));
}

/// When it changed.
void StreamHub::publish_auction(Stream& stream, const Look& look) {
  if (!look.auction) return;
  const auto listings = directory_.current();
  const Listing& listing = *listings->find(look.symbol);
  AuctionView timeless = *look.auction;
  timeless.at = {};
  std::string now = auction_message(timeless, listing);
  if (stream.auction == now) return;
  stream.auction = std::move(now);
  publish(stream, auction_message(*look.auction, listing));
}

void StreamHub::expire_keys() {
  const SystemTime now = clock_.wall();
  for (auto& [text, stream] : streams_) {
    if (stream.name.kind != StreamKind::user || keys_.account_of(text, now)) continue;
    for (const Subscriber& one : stream.subscribers) {
      one.peer.close(ws::CloseCode::normal, "the listen key has ended");
    }
  }
}

/// Those that nobody has followed for a while.
void StreamHub::forget_books() {
  auto followed = followed_.lock();
  if (joining_ > 0) return;
  for (auto one = markets_.begin(); one != markets_.end();) {
    Market& market = one->second;
    if (market.followed && !follows(market)) {
      followed->erase(one->first);
      market.followed = false;
      market.at_fast = market.at_slow = {};
    }
    one = market.streams.empty() && !market.followed ? markets_.erase(one) : std::next(one);
  }
}

/// Whose goodbye found the queue full.
void StreamHub::forget_closed() {
  std::vector<std::string> names;
  for (auto& [text, stream] : streams_) {
    std::erase_if(stream.subscribers, [](const Subscriber& one) { return !one.peer.open(); });
    if (stream.subscribers.empty()) names.push_back(text);
  }
  for (const std::string& name : names) erase_when_empty(name);
  if (!names.empty()) tell_interest();
}

// --- sending
// -----------------------------------------------------------------------------------------

void StreamHub::publish(Stream& stream, const std::string& message) {
  std::optional<ws::Message> plain;
  std::optional<ws::Message> named;
  for (Subscriber& one : stream.subscribers) {
    std::optional<ws::Message>& frame = one.combined ? named : plain;
    if (!frame) {
      frame = ws::Message::text(one.combined ? combined(stream.name.text, message) : message);
    }
    const ws::Sent sent = batch_.add(one.peer, *frame);
    if (sent == ws::Sent::queued) count(counts_.messages);
    one.skipped.reset();
    if (sent != ws::Sent::full) continue;
    if (!is_lossless(stream.name.kind)) {
      count(counts_.skipped);
      one.skipped = *frame;
      late_.insert(stream.name.text);
      continue;
    }
    cut_off(one.peer, too_slow);
  }
}

/// Something cannot be told to it: it begins again.
void StreamHub::cut_off(const ws::Peer& peer, std::string_view reason) {
  count(counts_.cut_off);
  peer.close(ws::CloseCode::try_again_later, reason);
}

void StreamHub::publish_diff(Stream& stream, const DepthDiff& diff, Time at,
                             const Listing& listing) {
  std::optional<ws::Message> plain;
  std::optional<ws::Message> named;
  for (Subscriber& one : stream.subscribers) {
    if (one.missed || one.peer.queued_bytes() > slow_bytes) {
      keep_missed(stream, one, diff);
      send_missed(stream, one, at, listing);
      continue;
    }
    std::optional<ws::Message>& frame = one.combined ? named : plain;
    if (!frame) {
      const std::string message = depth_update(diff, at, listing);
      frame = ws::Message::text(one.combined ? combined(stream.name.text, message) : message);
    }
    const ws::Sent sent = batch_.add(one.peer, *frame);
    if (sent == ws::Sent::queued) count(counts_.messages);
    if (sent == ws::Sent::full) keep_missed(stream, one, diff);
  }
}

/// Whoever has missed more than a message should have begins again with a snapshot.
void StreamHub::keep_missed(Stream& stream, Subscriber& subscriber, const DepthDiff& diff) {
  count(counts_.conflated);
  if (!subscriber.missed) {
    subscriber.missed = diff;
    late_.insert(stream.name.text);
  } else {
    subscriber.missed->append(diff);
  }
  const DepthDiff& missed = *subscriber.missed;
  if (missed.bids.size() + missed.asks.size() <= Limits::missed_levels_max) return;
  subscriber.missed.reset();
  cut_off(subscriber.peer, too_slow);
}

void StreamHub::send_missed(Stream& stream, Subscriber& subscriber, Time at,
                            const Listing& listing) {
  if (!subscriber.missed || subscriber.peer.queued_bytes() > slow_bytes) return;
  const std::string message = depth_update(*subscriber.missed, at, listing);
  const auto frame =
      ws::Message::text(subscriber.combined ? combined(stream.name.text, message) : message);
  const ws::Sent sent = batch_.add(subscriber.peer, frame);
  if (sent == ws::Sent::queued) count(counts_.messages);
  if (sent != ws::Sent::full) subscriber.missed.reset();
}

/// To whoever has caught up, though nothing may happen any more.
void StreamHub::send_late() {
  for (const std::string& name : std::exchange(late_, {})) {
    const auto found = streams_.find(name);
    if (found != streams_.end()) send_late(found->second);
  }
}

void StreamHub::send_late(Stream& stream) {
  const auto listings = directory_.current();
  const Listing* const listing = listings->find(stream.name.symbol);
  if (listing == nullptr) return;
  bool is_late = false;
  for (Subscriber& one : stream.subscribers) {
    send_missed(stream, one, time_of(clock_.wall()), *listing);
    if (one.skipped && one.peer.queued_bytes() <= slow_bytes) {
      const ws::Sent sent = batch_.add(one.peer, *one.skipped);
      if (sent == ws::Sent::queued) count(counts_.messages);
      if (sent != ws::Sent::full) one.skipped.reset();
    }
    is_late = is_late || one.missed || one.skipped;
  }
  if (is_late) late_.insert(stream.name.text);
}

}  // namespace mainstay::exchange
