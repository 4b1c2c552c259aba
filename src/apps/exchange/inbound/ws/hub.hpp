#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "apps/exchange/directory.hpp"
#include "apps/exchange/inbound/http/depth_watch.hpp"
#include "apps/exchange/inbound/ws/feed.hpp"
#include "apps/exchange/inbound/ws/stream_name.hpp"
#include "apps/exchange/listen_keys.hpp"
#include "apps/exchange/venue.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "platform/lane/lane.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/ws/peer.hpp"

namespace mainstay::exchange {

/// Who listens to which stream, and what they are sent. A lane of its own renders each message once
/// and hands the same frame to all who listen; the venue's lane copies what is needed, ten times a
/// second at most, and never waits.
///
/// Who is too slow is sent the newest of what can be conflated (the book's changes as one message,
/// tickers, candles, levels), and is closed with a reason where nothing may be missing (trades, an
/// account's news).
///
/// Life: construct, listen() of the venue to feed(), start(), stop().
class StreamHub final : public DepthWatch {
 public:
  StreamHub(Venue& venue, const Directory& directory, const ListenKeys& keys, const Clock& clock);
  ~StreamHub() override;

  [[nodiscard]] Feed& feed() { return feed_; }
  void start();
  /// Before the venue stops.
  void stop();

  /// Any thread. False: too much waits, and nothing was done.
  ///
  /// It goes by the venue's lane, so nothing is missed of what the venue is asked for after this
  /// call: who follows a book gets all that changes behind any later snapshot, who listens to
  /// trades or an account gets those of any later order.
  [[nodiscard]] bool subscribe(const ws::Peer& peer, bool combined, std::vector<StreamName> names);
  [[nodiscard]] bool unsubscribe(const ws::Peer& peer, std::vector<std::string> names);

  /// Runs `job` on the hub's lane behind all that was asked before. Any thread; false: not done.
  [[nodiscard]] bool behind(UniqueFunction<void()> job);

  /// In such a job: who is too slow to take this is closed.
  void tell(const ws::Peer& peer, const ws::Message& message);

  void served(SymbolId symbol, const DepthView& view) override;

  struct Stats {
    std::uint64_t messages = 0;   // to subscribers, each
    std::uint64_t conflated = 0;  // changes of a book that a slow client gets later, as one
    std::uint64_t skipped = 0;    // of what is told anew anyway, that a slow client did not get
    std::uint64_t cut_off = 0;    // connections closed because something could not be told
  };
  /// Any thread.
  [[nodiscard]] Stats stats() const;

 private:
  struct Subscriber {
    ws::Peer peer;
    bool combined = false;
    // While the client is too slow; told when there is room again, also when nothing happens then.
    std::optional<DepthDiff> missed{};     // of the book
    std::optional<ws::Message> skipped{};  // the newest of what is told anew anyway
  };
  struct Stream {
    StreamName name;
    std::vector<Subscriber> subscribers;
    std::optional<Candle> candle{};  // the one sent last
    std::string auction{};           // likewise, but for its time
    bool joined = false;             // by somebody who is still to be told the candle
  };
  /// What is looked at on ticks.
  struct Market {
    std::vector<Stream*> streams;
    bool touched_fast = false;  // since the last tick of that speed
    bool touched_slow = false;
    bool slow_due = false;  // a look at that speed
    bool looking = false;
    bool followed = false;  // what was published is kept of both speeds, as deep as can be
    /// Of one speed: the book as it was published last, and where snapshots that clients took
    /// since were unlike it.
    struct Published {
      std::optional<DepthView> before;
      DepthDiff taken;
      // Of the levels: `before` is newer than what was published, or somebody has joined since.
      bool news = false;
    };
    Published at_fast;
    Published at_slow;
  };
  struct Look {
    SymbolId symbol{};
    bool fast = false;
    bool slow = false;
    bool served = false;    // a snapshot that a client took, and nothing else
    bool followed = false;  // the book when somebody began to follow it, and nothing else
    DepthView depth{};
    // Nothing: nobody had asked for it.
    std::optional<TickerView> ticker{};
    std::optional<AuctionView> auction{};
    struct Candles {
      Interval interval{};
      Time from{};  // the one sent last
      std::vector<Candle> found{};
    };
    std::vector<Candles> candles{};
    Time at{};
    UniqueFunction<void()> then = {};  // what is done when its turn comes, and nothing else
  };

  // On the lane.
  void add(const ws::Peer& peer, bool combined, const std::vector<StreamName>& names);
  void on_joined(Stream& stream);
  void remove(const ws::Peer& peer, const std::string& name);
  void erase_when_empty(const std::string& name);
  void tell_interest();
  void on_gathered();
  void on_trades(const Gathered& gathered);
  void on_account(const Gathered::AccountNews& news);
  void close_streams(bool (*which)(StreamKind));
  void tick();
  void expire_keys();
  void forget_closed();
  void forget_books();
  void look(SymbolId symbol, Market& market);
  void put(Look look);
  [[nodiscard]] static bool follows(const Market& market);
  void on_looks();
  void on_look(const Look& look);
  void on_served(const Look& look);
  void on_followed(Look look);
  void publish_book(Market& market, const Look& look, bool fast);
  void publish_tickers(Market& market, const Look& look);
  void publish_candles(Stream& stream, const Look& look);
  void publish_auction(Stream& stream, const Look& look);
  void publish(Stream& stream, const std::string& message);
  void cut_off(const ws::Peer& peer, std::string_view reason);
  void publish_diff(Stream& stream, const DepthDiff& diff, Time at, const Listing& listing);
  void keep_missed(Stream& stream, Subscriber& subscriber, const DepthDiff& diff);
  void send_missed(Stream& stream, Subscriber& subscriber, Time at, const Listing& listing);
  void send_late();
  void send_late(Stream& stream);

  Venue& venue_;
  const Directory& directory_;
  const ListenKeys& keys_;
  const Clock& clock_;
  Lane lane_;
  Feed feed_;
  struct Counts {
    std::atomic<std::uint64_t> messages{0};
    std::atomic<std::uint64_t> conflated{0};
    std::atomic<std::uint64_t> skipped{0};
    std::atomic<std::uint64_t> cut_off{0};
  };
  Counts counts_;
  std::atomic<bool> tick_waits_{false};
  std::atomic<bool> snapshots_lost_{false};
  std::atomic<bool> follows_books_{false};  // somebody listens to changes of a book
  std::atomic<std::size_t> joining_{0};     // or will when the lane gets to it
  // Books that need not be looked at for who joins. Nothing leaves while somebody does.
  Locked<std::unordered_set<SymbolId>> followed_;
  Locked<std::vector<Look>> looks_;

  // The lane's own.
  std::unordered_map<std::string, Stream> streams_;
  std::unordered_map<SymbolId, Market> markets_;
  std::unordered_map<AccountId, std::vector<Stream*>> accounts_;
  std::set<std::string> late_;  // streams with somebody who has missed something
  std::uint64_t begun_ = 0;     // of the feed: the newest that is in streams_
  bool interest_changed_ = false;
  std::uint64_t ticks_ = 0;
  ws::Batch batch_;
  mainstay::Ticker ticker_;  // last: its thread uses all of this
};

}  // namespace mainstay::exchange
