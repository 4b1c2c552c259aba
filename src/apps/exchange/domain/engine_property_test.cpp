#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/command_mix.hpp"
#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/engine_invariants.hpp"

namespace mainstay::exchange::engine_property_test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int batches = 100;  // ten times slower, and there for something else
#else
constexpr int batches = 1'000;
#endif

EngineOptions options(BookKind kind) {
  return {.book = kind, .orders_per_account_max = 90, .trades_kept = 500, .references_kept = 100};
}

Engine reloaded(const Engine& engine, BookKind kind) {
  std::string saved;
  engine.save(saved);
  auto loaded = Engine::load(as_bytes(saved), options(kind));
  REQUIRE(loaded.has_value());
  REQUIRE(loaded->state_hash() == engine.state_hash());
  return std::move(*loaded);
}

std::vector<AccountId> all_accounts() {
  std::vector<AccountId> out;
  for (std::uint64_t i = 0; i <= CommandMix::accounts; ++i) out.push_back(AccountId{i});
  return out;
}

/// What is wrong with an order whoever places it. 302 is found with the balance too.
bool is_of_order(Reject reason) {
  const auto number = static_cast<unsigned>(reason);
  return (number >= 104 && number <= 107) || number / 100 == 2 || reason == Reject::no_liquidity;
}

Reject reason_of(const Events& events) {
  return events.front().kind == EventKind::rejected ? events.front().reason : Reject::none;
}

}  // namespace

TEST_CASE("engine: what is found in an order by checking it is what placing it finds") {
  std::map<Reject, int> found;
  for (std::uint64_t seed = 11; seed <= 14; ++seed) {
    CommandMix mix{seed};
    Engine engine{options(seed % 2 == 0 ? BookKind::naive : BookKind::fast)};
    Events events;
    for (int i = 0; i < 10'000; ++i) {
      const Command command = mix.next();
      const auto* placed = std::get_if<PlaceOrder>(&command.body);
      const Reject checked = placed == nullptr ? Reject::none : engine.check(*placed);
      events.clear();
      engine.apply(command, events);
      if (placed == nullptr) continue;
      const Reject got = reason_of(events);
      const bool before = got == Reject::account_unknown || got == Reject::account_suspended ||
                          got == Reject::expiry_in_the_past;  // time may have gone on
      if (before) continue;
      CAPTURE(seed);
      CAPTURE(i);
      if (checked != Reject::none) {
        REQUIRE(got == checked);
      } else if (placed->post_only != PostOnly::slide) {  // which the book may move
        REQUIRE(!is_of_order(got));
      }
      ++found[checked];
    }
  }
  CHECK(found[Reject::none] > 1'000);
  CHECK(found.size() >= 10);
}

TEST_CASE("engine: the invariants hold after every command of the full mix") {
  std::set<EventKind> kinds;
  std::set<CancelCause> causes;
  std::map<Reject, int> rejects;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CommandMix mix{seed};
    Engine engine{options(seed % 2 == 0 ? BookKind::naive : BookKind::fast)};
    Invariants invariants{all_accounts()};
    Events events;
    for (int i = 0; i < 1'500; ++i) {
      events.clear();
      engine.apply(mix.next(), events);
      const std::string wrong = invariants.check(engine, events);
      REQUIRE_MESSAGE(wrong.empty(), "seed ", seed, ", command ", i + 1, ": ", wrong);
      for (const Event& event : events) {
        kinds.insert(event.kind);
        if (event.kind == EventKind::canceled) causes.insert(event.cause);
        if (event.kind == EventKind::rejected) ++rejects[event.reason];
        if (event.kind == EventKind::indicative) {
          const auto now = engine.indicative(event.symbol);
          REQUIRE(now.has_value());
          REQUIRE((now->price == event.price && now->volume == event.quantity.get()));
        }
      }
    }
  }
  CHECK(kinds.size() == 15);
  CHECK(causes.size() >= 8);
  CHECK(rejects.size() >= 18);
}

TEST_CASE("engine: a million commands give the same on fast and naive books") {
  CommandMix mix{7};
  Engine fast{options(BookKind::fast)};
  Engine naive{options(BookKind::naive)};
  std::vector<Command> commands;
  Events fast_events;
  Events naive_events;
  constexpr int batch = 1'000;
  for (int i = 1; i <= batches; ++i) {
    commands.clear();
    fast_events.clear();
    naive_events.clear();
    while (commands.size() < batch) commands.push_back(mix.next());
    for (const Command& command : commands) fast.apply(command, fast_events);
    for (const Command& command : commands) naive.apply(command, naive_events);
    REQUIRE(fast_events == naive_events);
    if (i % 20 != 0) continue;
    REQUIRE(fast.state_hash() == naive.state_hash());
    // What went through a file goes on alike, on the other kind of book too.
    if (i % 100 == 0) fast = reloaded(fast, BookKind::fast);
  }
}

}  // namespace mainstay::exchange::engine_property_test
