#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/directory.hpp"
#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/inbound/ws/hub.hpp"
#include "apps/exchange/listen_keys.hpp"
#include "apps/exchange/venue_calls.hpp"
#include "base/clock.hpp"
#include "platform/http/server.hpp"
#include "platform/journal/memory_file_system.hpp"

/// A venue in memory with one symbol, and a web server for a door. For tests.
namespace mainstay::exchange::test {

inline const SymbolId artusd{1};  // lots of one ART, ticks of a cent

/// The machine's clock, but wall time can be put ahead.
class ClockAhead final : public Clock {
 public:
  [[nodiscard]] SystemTime wall() const override { return machine_.wall() + Micros{ahead_.load()}; }
  [[nodiscard]] SteadyTime steady() const override { return machine_.steady(); }
  void advance(Micros by) { ahead_ += by.count(); }

 private:
  MachineClock machine_;
  std::atomic<std::int64_t> ahead_{0};
};

/// Keeps a lane at one of its jobs: what is asked of it from then on waits, and goes in one batch.
/// Lets go when it ends, at the latest.
class Held {
 public:
  explicit Held(Venue& venue) {
    REQUIRE(venue.look([state = state_](const Views&) { state->stand_still(); }));
  }
  explicit Held(StreamHub& hub) {
    REQUIRE(hub.behind([state = state_] { state->stand_still(); }));
  }
  ~Held() { let_go(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  /// Until the lane is there.
  void wait() { state_->begun.get_future().wait(); }
  void let_go() {
    if (!std::exchange(let_go_, true)) state_->over.set_value();
  }

 private:
  /// The lane may come there when who holds it has gone.
  struct State {
    void stand_still() {
      begun.set_value();
      over.get_future().wait();
    }
    std::promise<void> begun;
    std::promise<void> over;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  bool let_go_ = false;
};

class VenueWithDoors {
 public:
  VenueWithDoors() : venue(options(), clock, files), hub(venue, directory, keys, clock) {
    venue.listen(directory);
    venue.listen(hub.feed());
    REQUIRE(venue.start().has_value());
    must({}, DefineAsset{AssetId{1}, Name{"ART"}, 0});
    must({}, DefineAsset{AssetId{2}, Name{"USD"}, 2});
    DefineSymbol symbol;
    symbol.id = artusd;
    symbol.name = Name{"ARTUSD"};
    symbol.base = AssetId{1};
    symbol.quote = AssetId{2};
    must({}, symbol);
    hub.start();
  }
  ~VenueWithDoors() {
    hub.stop();
    if (server) server->stop();
    venue.stop();
  }

  /// Once `router` has its routes.
  std::uint16_t serve() {
    http::ServerOptions wanted;
    wanted.threads = 1;
    http::Listener listener;
    listener.port = 0;
    listener.router = &router;
    wanted.listeners.push_back(listener);
    server.emplace(wanted, clock);
    REQUIRE(server->start().has_value());
    return server->port();
  }

  /// Its sequence.
  Sequence must(AccountId account, CommandBody body) {
    const auto done = submit_and_wait(venue, account, std::move(body), [](const Outcome& outcome) {
      return std::pair{outcome.command.sequence, outcome.reject()};
    });
    REQUIRE(done.has_value());
    CHECK(done->second == Reject::none);
    return done->first;
  }
  void fund(AccountId account) {
    must(account, AdjustBalance{AssetId{1}, 1'000'000});
    must(account, AdjustBalance{AssetId{2}, 1'000'000'000});
  }
  static PlaceOrder order(Side side, std::uint32_t price, std::uint32_t quantity) {
    PlaceOrder out;
    out.symbol = artusd;
    out.side = side;
    out.price = Price{price};
    out.quantity = Quantity{quantity};
    return out;
  }

  ClockAhead clock;
  journal::MemoryFileSystem files;
  Venue venue;
  Directory directory;
  ListenKeys keys;
  StreamHub hub;
  http::Router router;
  std::optional<http::Server> server;

 private:
  static VenueOptions options() {
    VenueOptions options;
    options.journal.folder = "/exchange";
    options.journal.segment_bytes = 1U << 16U;
    return options;
  }
};

}  // namespace mainstay::exchange::test
