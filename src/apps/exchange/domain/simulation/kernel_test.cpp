#include "apps/exchange/domain/simulation/kernel.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace mainstay::exchange::simulation::kernel_test {
namespace {

const SymbolId symbol{0};

/// Does what the test says, and keeps what it was told.
class Scripted final : public Agent {
 public:
  using Step = std::function<void(Desk&)>;
  Scripted(std::vector<std::string>& log, std::string name, Step start, Step wake = nullptr)
      : log_(log), name_(std::move(name)), start_(std::move(start)), wake_(std::move(wake)) {}

  void on_start(Desk& desk) override { start_(desk); }
  void on_wake(Desk& desk) override {
    log_.push_back(name_ + " wakes at " + std::to_string(desk.now()));
    if (wake_) wake_(desk);
  }
  void on_report(Desk& desk, const Report& report) override {
    constexpr const char* words[] = {"traded", "gone", "refused"};
    log_.push_back(name_ + " " + words[static_cast<int>(report.kind)] + " " +
                   std::to_string(report.quantity.get()) + "@" +
                   std::to_string(report.price.get()) + " at " + std::to_string(desk.now()));
  }
  void on_market(Desk& desk, SymbolId which) override {
    log_.push_back(name_ + " sees " + std::to_string(desk.top(which).bid.price.get()) + "/" +
                   std::to_string(desk.top(which).ask.price.get()) + " at " +
                   std::to_string(desk.now()));
  }

 private:
  std::vector<std::string>& log_;
  std::string name_;
  Step start_;
  Step wake_;
};

/// Places and takes at random; half of the time it changes its mind.
class Restless final : public Agent {
 public:
  void on_start(Desk& desk) override { again(desk); }
  void on_wake(Desk& desk) override {
    auto& random = desk.random();
    const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
    const Price price{static_cast<std::uint32_t>(random.between(90, 110))};
    const OrderId id = desk.place(symbol, OrderAct::limit, side, price, Quantity{3});
    if (random.below(2) == 0) desk.cancel(symbol, id);
    again(desk);
  }

 private:
  static void again(Desk& desk) { desk.wake_in(desk.random().between(0, 2'000)); }
};

struct Run {
  std::uint64_t digest = 0;
  std::uint64_t venue = 0;
  KernelCounts counts;
};

Run run_restless(std::uint64_t seed, std::uint64_t slice, int agents = 20) {
  TestVenue venue{200};
  Kernel kernel{{.seed = seed}, venue};
  for (int i = 0; i < agents; ++i) kernel.add(std::make_unique<Restless>(), {100, 50});
  while (!kernel.run_until(100'000, slice)) {
  }
  return {kernel.digest(), venue.state_hash(), kernel.counts()};
}

}  // namespace

TEST_CASE("kernel: orders and reports travel, and time jumps") {
  TestVenue venue{200};
  std::vector<std::string> log;
  Kernel kernel{{.start_ns = 1'000}, venue};
  kernel.add(std::make_unique<Scripted>(log, "a",
                                        [](Desk& desk) {
                                          desk.place(symbol, OrderAct::limit, Side::sell,
                                                     Price{100}, Quantity{5});
                                        }),
             {10, 0});
  kernel.add(std::make_unique<Scripted>(
                 log, "b", [](Desk& desk) { desk.wake_in(20); },
                 [](Desk& desk) {
                   CHECK(desk.top(symbol).ask.quantity == 5U);
                   desk.place(symbol, OrderAct::immediate, Side::buy, Price{101}, Quantity{7});
                 }),
             {3, 0});
  CHECK(kernel.run_until(2'000));
  CHECK(log == std::vector<std::string>{"b wakes at 1020", "b traded 5@100 at 1026",
                                        "b gone 0@101 at 1026", "a traded 5@100 at 1033"});
  CHECK(kernel.now() == 2'000);
  CHECK(kernel.counts().messages() == 6U);
}

TEST_CASE("kernel: what happens at one time happens in the order in which it was sent") {
  TestVenue venue{200};
  std::vector<std::string> log;
  Kernel kernel{{}, venue};
  for (const char* name : {"a", "b", "c"}) {
    kernel.add(std::make_unique<Scripted>(log, name, [](Desk& desk) { desk.wake_in(5); }), {});
  }
  CHECK(kernel.run_until(5));
  CHECK(log == std::vector<std::string>{"a wakes at 5", "b wakes at 5", "c wakes at 5"});
}

TEST_CASE("kernel: the last wake that was asked for counts") {
  TestVenue venue{200};
  std::vector<std::string> log;
  Kernel kernel{{}, venue};
  kernel.add(std::make_unique<Scripted>(log, "a",
                                        [](Desk& desk) {
                                          desk.wake_in(5);
                                          desk.wake_in(9);
                                          desk.wake_in(7);
                                        }),
             {});
  CHECK(kernel.run_until(50));
  CHECK(log == std::vector<std::string>{"a wakes at 7"});
  CHECK(kernel.counts().wakes == 1U);
}

TEST_CASE("kernel: an agent's orders do not overtake each other, whatever the jitter") {
  TestVenue venue{200};
  std::vector<std::string> log;
  Kernel kernel{{}, venue};
  kernel.add(std::make_unique<Scripted>(log, "a",
                                        [](Desk& desk) {
                                          for (int i = 0; i < 50; ++i) {
                                            const auto id =
                                                desk.place(symbol, OrderAct::limit, Side::buy,
                                                           Price{50}, Quantity{1});
                                            desk.cancel(symbol, id);
                                          }
                                        }),
             {10, 1'000});
  CHECK(kernel.run_until(5'000));
  CHECK(log.size() == 50);
  for (const auto& line : log) CHECK(line.starts_with("a gone"));
  CHECK(venue.live() == 0U);
}

TEST_CASE("kernel: who subscribes hears of a change once, however many there were on the way") {
  TestVenue venue{200};
  std::vector<std::string> log;
  Kernel kernel{{}, venue};
  kernel.add(std::make_unique<Scripted>(log, "a",
                                        [](Desk& desk) {
                                          desk.subscribe(symbol);
                                          desk.subscribe(symbol);
                                        }),
             {100, 0});
  kernel.add(std::make_unique<Scripted>(
                 log, "b", [](Desk& desk) { desk.wake_in(1); },
                 [](Desk& desk) {
                   const auto at = static_cast<std::uint32_t>(desk.now());
                   desk.place(symbol, OrderAct::limit, Side::buy, Price{at}, Quantity{1});
                   if (at < 3) desk.wake_in(1);
                   if (at == 3) desk.wake_in(150 - 3);
                 }),
             {});
  CHECK(kernel.run_until(1'000));
  CHECK(log == std::vector<std::string>{"b wakes at 1", "b wakes at 2", "b wakes at 3",
                                        "a sees 3/0 at 101", "b wakes at 150",
                                        "a sees 150/0 at 250"});
}

TEST_CASE("kernel: the same seed gives the same messages, in slices too; another seed others") {
  const auto whole = run_restless(1, UINT64_MAX);
  const auto sliced = run_restless(1, 7);
  CHECK(whole.counts.orders > 1'000);
  CHECK(whole.digest == sliced.digest);
  CHECK(whole.venue == sliced.venue);
  CHECK(run_restless(2, UINT64_MAX).digest != whole.digest);
  CHECK(run_restless(1, UINT64_MAX, 19).digest != whole.digest);
}

TEST_CASE("kernel: more on the way than allowed is dropped and counted") {
  TestVenue venue{200};
  std::vector<std::string> log;
  Kernel kernel{{.pending_max = 10}, venue};
  kernel.add(std::make_unique<Scripted>(log, "a",
                                        [](Desk& desk) {
                                          for (int i = 0; i < 15; ++i) {
                                            desk.place(symbol, OrderAct::limit, Side::buy,
                                                       Price{50}, Quantity{1});
                                          }
                                        }),
             {10, 0});
  CHECK(kernel.run_until(100));
  CHECK(kernel.counts().orders == 10U);
  CHECK(kernel.counts().dropped == 5U);
}

}  // namespace mainstay::exchange::simulation::kernel_test
