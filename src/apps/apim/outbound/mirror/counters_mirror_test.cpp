#include "apps/apim/outbound/mirror/counters_mirror.hpp"

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/apim_state.hpp"
#include "apps/apim/outbound/memory/counters_commands.hpp"
#include "apps/apim/outbound/memory/memory_usage_history.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"
#include "base/random.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::apim::counters_mirror_test {
namespace {

constexpr UnixSeconds start = 1'795'000'000;
constexpr UnixSeconds day = 86'400;

SystemTime at(UnixSeconds seconds) { return SystemTime{Seconds{seconds}}; }

/// A history that fails when told to.
class FragileHistory final : public UsageHistory {
 public:
  Result<> write(std::span<const UsageRow> rows) override {
    if (is_broken) return broken();
    ++writes;
    return sound.write(rows);
  }
  Result<std::vector<UsagePoint>> series(const Subject& subject, std::string_view metric_id,
                                         Period period, UnixSeconds from, UnixSeconds until,
                                         std::size_t count_max) const override {
    if (is_broken) return broken();
    return sound.series(subject, metric_id, period, from, until, count_max);
  }
  Result<std::vector<ApplicationUsage>> top(std::string_view service_id, std::string_view metric_id,
                                            Period period, UnixSeconds from, UnixSeconds until,
                                            std::size_t offset,
                                            std::size_t count_max) const override {
    return sound.top(service_id, metric_id, period, from, until, offset, count_max);
  }
  Result<> each(std::string_view service_id,
                const std::function<void(const UsageRow&)>& visit) const override {
    return sound.each(service_id, visit);
  }
  Result<bool> erase_some(std::string_view service_id, std::size_t) override {
    if (is_broken) return broken();
    return sound.erase_some(service_id, 20);  // so that it takes some calls
  }
  Result<bool> expire_some(UnixSeconds now, std::size_t rows_max) override {
    if (is_broken) return broken();
    ++expiries;
    return sound.expire_some(now, rows_max);
  }

  bool is_broken = false;
  int writes = 0;
  int expiries = 0;
  MemoryUsageHistory sound;

 private:
  static Error broken() { return Error{RecordErrc::malformed, "broken on purpose"}; }
};

class MarksInMemory final : public DeletedServices {
 public:
  Result<std::vector<DeletedService>> list() const override { return marks; }
  Result<> forget(const std::vector<DeletedService>& gone) override {
    for (const DeletedService& mark : gone) {
      std::erase_if(marks, [&](const DeletedService& one) { return one.id == mark.id; });
    }
    return {};
  }
  std::vector<DeletedService> marks;
};

/// A process with its state and its mirror, which can die and be started again; the history, the
/// clock and the disk stay.
struct Life {
  explicit Life(CountersMirror::Options with = {}) : options(with) { begin(); }

  void begin() {
    ApimState::Options of_state;
    of_state.journal.folder = "/apim";
    of_state.journal.segment_bytes = 64U << 10U;
    of_state.journal.sync_every = Millis{3'600'000};
    auto opened = ApimState::open(std::move(of_state), files);
    REQUIRE(opened.has_value());
    state = std::move(*opened);
    mirror = std::make_unique<CountersMirror>(
        counters(), history, deleted, clock, [this] { return state->sync(); }, options);
  }
  void kill() {
    state->commit([] {});
    files.kill_process();
    mirror.reset();
    state.reset();
    files.restart();
    begin();
  }
  StripedCounters& counters() { return state->counters(); }
  void count(std::int64_t amount, UnixSeconds when, std::string_view service = "s",
             bool is_set = false) {
    const MetricCharge hit{"hits", {amount, is_set}};
    Traffic traffic;
    counters().check_and_charge({}, {{service, "a"}, when, {&hit, 1}, 0}, when, traffic);
  }
  std::int64_t stored(Period period, UnixSeconds when, std::string_view service = "s") {
    const UnixSeconds begins = windows_at(when)[index(period)].begin;
    const auto points = history.sound.series({service, "a"}, "hits", period, begins, begins + 1, 1);
    return points->empty() ? 0 : points->front().value;
  }
  void tick(int times = 50) {
    for (int i = 0; i < times; ++i) {
      CHECK(mirror->tick().has_value());
      clock.advance(options.every);
    }
  }

  /// Until the history has everything.
  void mirror_all() {
    do {
      tick(1);
    } while (!counters().pending_erasures().empty());
    const SteadyTime now = clock.steady();
    while (clock.steady() - mirror->lag() < now) tick(1);
  }

  CountersMirror::Options options;
  journal::MemoryFileSystem files;
  FragileHistory history;
  MarksInMemory deleted;
  ManualClock clock{at(start)};
  std::unique_ptr<ApimState> state;
  std::unique_ptr<CountersMirror> mirror;
};

TEST_CASE("counters mirror: what was counted, a pass later in the history, minutes never") {
  Life life;
  life.count(3, start);
  life.tick();
  CHECK(life.stored(Period::hour, start) == 3);
  CHECK(life.stored(Period::eternity, start) == 3);
  CHECK(life.stored(Period::minute, start) == 0);
  CHECK(life.mirror->rows_written() == 6);
  life.tick();
  CHECK(life.mirror->rows_written() == 6);
  life.count(2, start);
  life.tick();
  CHECK(life.stored(Period::hour, start) == 5);
  CHECK(life.stored(Period::hour, start, "") == 0);
}

TEST_CASE("counters mirror: lag, grows until everything is in the history") {
  Life life;
  life.tick(3);
  CHECK(life.mirror->lag() <= 2 * Seconds{1});
  life.history.is_broken = true;
  life.count(1, start);
  CHECK(life.mirror->tick().has_value());
  life.clock.advance(Seconds{100});
  CHECK(life.mirror->lag() >= Seconds{100});
}

TEST_CASE("counters mirror: a history that fails, said once, tried again later and later") {
  Life life;
  life.count(3, start);
  life.history.is_broken = true;
  int errors = 0;
  for (int i = 0; i < 600; ++i) {
    if (life.mirror->tick().has_error()) ++errors;
    life.clock.advance(Seconds{1});
  }
  CHECK(errors == 1);
  CHECK(life.mirror->failures() > 5);
  CHECK(life.mirror->failures() < 20);
  life.count(4, start);
  life.counters().let_go(start + 99 * day);  // what was taken is still in memory, or in the batch
  life.history.is_broken = false;
  life.tick(100);
  CHECK(life.stored(Period::hour, start) == 7);
  CHECK(life.mirror->lag() <= 2 * Seconds{1});
}

TEST_CASE("counters mirror: rests as long as its share of a core wants") {
  CountersMirror::Options options;
  options.rows_per_write = 6;
  Life life{options};
  for (const char* service : {"s", "t", "u"}) life.count(1, start, service);
  life.clock.advance(Seconds{2});
  for (int i = 0; i < 99; ++i) CHECK(life.mirror->tick().has_value());
  CHECK(life.history.writes == 3);  // with a clock that stands still: no work took any time
}

TEST_CASE("counters mirror: let go of and counted in again, restored to what it was") {
  Life life;
  life.count(3, start);
  life.count(1, start + 5 * day);
  life.tick();
  life.counters().let_go(start + 5 * day);
  CHECK(life.counters().value({"s", "a"}, "hits", Period::hour, start) == 0);
  life.count(4, start);
  life.tick();
  CHECK(life.counters().value({"s", "a"}, "hits", Period::hour, start) == 7);
  CHECK(life.stored(Period::hour, start) == 7);
  CHECK(life.stored(Period::day, start) == 7);
  CHECK(life.stored(Period::eternity, start) == 8);
  life.kill();
  life.tick();
  CHECK(life.stored(Period::hour, start) == 7);
  life.counters().let_go(start + 9 * day);
  life.count(0, start, "s", true);  // '#0'
  life.tick();
  CHECK(life.stored(Period::hour, start) == 0);
  CHECK(life.stored(Period::eternity, start) == 0);
}

TEST_CASE("counters mirror: killed when the history has a restored window, nothing twice") {
  Life life;
  life.count(3, start);
  life.count(1, start + 5 * day);
  life.tick();
  life.counters().let_go(start + 5 * day);
  REQUIRE(life.state->snapshot().has_value());
  life.count(4, start);
  life.tick();
  for (int i = 0; i < 3; ++i) {
    life.kill();
    life.tick();
    CHECK(life.stored(Period::hour, start) == 7);
  }
}

TEST_CASE("counters mirror: an erased service, gone from the history, what follows is not") {
  Life life;
  for (int i = 0; i < 40; ++i) life.count(1, start + i * 3'600);
  life.count(1, start, "t");
  life.tick();
  life.deleted.marks = {{1, "s"}, {2, "t"}};
  life.counters().erase_service("s");
  life.count(5, start);
  life.tick(1);
  life.kill();  // in its midst
  life.tick(100);
  CHECK(life.stored(Period::hour, start) == 5);
  CHECK(life.stored(Period::hour, start + 3'600) == 0);
  CHECK(life.stored(Period::hour, start, "t") == 1);
  CHECK_FALSE(life.counters().is_erasure_pending("s"));
  REQUIRE(life.deleted.marks.size() == 1);
  CHECK(life.deleted.marks[0].service_id == "t");
}

TEST_CASE("counters mirror: drops what is old by a clock that ran steadily alone") {
  CountersMirror::Options options;
  options.every = Millis{60'000};
  Life life{options};
  life.count(1, start);
  life.tick(70);
  CHECK(life.history.expiries > 0);
  const int before = life.history.expiries;
  life.clock.set_wall(at(start + 365 * day));
  life.count(1, start + 365 * day);
  life.tick(9);
  CHECK(life.history.expiries == before);
  CHECK(life.counters().value({"s", "a"}, "hits", Period::hour, start) == 1);
  life.clock.set_wall(at(start + 3'600));
  life.tick(20);
  CHECK(life.counters().value({"s", "a"}, "hits", Period::hour, start) == 1);
  CHECK(life.history.expiries == before);
}

/// Whether the history has exactly what was counted in windows of an hour and longer.
bool has_all(const UsageHistory& history, const NaiveCounters& counted) {
  bool same = true;
  std::map<std::tuple<std::string, std::string, std::string, Period>, std::size_t> windows;
  counted.for_each([&](const Subject& subject, const std::string& metric_id, Period period,
                       UnixSeconds begin, std::int64_t value) {
    if (period == Period::minute || value == 0) return;
    const auto found = history.series(subject, metric_id, period, begin, begin + 1, 1);
    same = same && found->size() == 1 && found->front().value == value;
    ++windows[{std::string{subject.service_id}, std::string{subject.application_id}, metric_id,
               period}];
  });
  for (const auto& [key, count] : windows) {
    const auto& [service_id, application_id, metric_id, period] = key;
    const auto all = history.series({service_id, application_id}, metric_id, period,
                                    std::numeric_limits<UnixSeconds>::min(),
                                    std::numeric_limits<UnixSeconds>::max(), 1'000'000);
    same = same && all->size() == count;
  }
  return same;
}

/// Counters without limits: what a limit sees of a window that memory let go of is a part until the
/// mirror has restored it, so the two would decide otherwise.
class Unlimited final : public Counters {
 public:
  explicit Unlimited(Counters& counters) : counters_(counters) {}
  bool check_and_charge(std::span<LimitProbe>, const Charge& charge, UnixSeconds now,
                        Traffic& traffic) override {
    return counters_.check_and_charge({}, charge, now, traffic);
  }
  bool check(const Subject&, const Moment&, std::span<LimitProbe>) const override { return true; }
  void charge(std::span<const Charge> charges, UnixSeconds now,
              std::span<Traffic> traffic) override {
    counters_.charge(charges, now, traffic);
  }
  Keyed check_and_charge_once(const CallKey& key, std::span<LimitProbe>, const Charge& charge,
                              UnixSeconds now, Traffic& traffic) override {
    return counters_.check_and_charge_once(key, {}, charge, now, traffic);
  }
  Keyed charge_once(const CallKey& key, std::span<const Charge> charges, UnixSeconds now,
                    std::span<Traffic> traffic) override {
    return counters_.charge_once(key, charges, now, traffic);
  }
  [[nodiscard]] bool was_counted(const CallKey& key, UnixSeconds now) const override {
    return counters_.was_counted(key, now);
  }
  [[nodiscard]] std::int64_t value(const Subject&, std::string_view, Period,
                                   const Moment&) const override {
    return 0;
  }
  void windows(const Subject&, std::string_view, Period, UnixSeconds, UnixSeconds,
               std::vector<UsagePoint>&) const override {}
  void erase_service(std::string_view service_id) override { counters_.erase_service(service_id); }
  [[nodiscard]] bool is_erasure_pending(std::string_view) const override { return false; }
  [[nodiscard]] std::uint64_t state_hash() const override { return counters_.state_hash(); }

 private:
  Counters& counters_;
};

/// Random commands with a clock that jumps by minutes, days and years, a mirror that works in
/// between, memory that lets go by that clock, snapshots, failures and deaths at any point.
void compare_with_naive(std::uint64_t seed, int commands_count) {
  CountersMirror::Options options;
  options.rows_per_write = 5;
  options.expire_after = Seconds{std::numeric_limits<std::int32_t>::max()};  // naive keeps all
  Life life{options};
  NaiveCounters naive;
  CountersCommands commands{seed};
  Random random{seed};
  for (int i = 0; i < commands_count; ++i) {
    commands.next();
    Unlimited plain{naive};
    Unlimited mirrored{life.counters()};
    CHECK(commands.run(plain) == commands.run(mirrored));
    life.history.is_broken = random.below(8) == 0;
    if (random.below(2) == 0) (void)life.mirror->tick();
    life.clock.advance(Millis{1'000 + static_cast<Millis::rep>(random.below(2'000))});
    // What the mirror has not written yet must not go; its own housekeeping sees to that.
    if (random.below(40) == 0) {
      life.clock.set_wall(at(commands.now()));
      life.clock.advance(Seconds{700});
      life.history.is_broken = false;
      for (int n = 0; n < 60; ++n) {
        (void)life.mirror->tick();
        life.clock.advance(Seconds{61});
      }
    }
    if (random.below(60) == 0) CHECK(life.state->snapshot().has_value());
    if (random.below(50) == 0) life.kill();
    if (i % 500 == 499) {
      life.history.is_broken = false;
      life.mirror_all();
      REQUIRE(has_all(life.history.sound, naive));
    }
  }
}

TEST_CASE("counters mirror: jumping clocks and deaths at any point, nothing lost, nothing twice") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    compare_with_naive(seed, 2'000);
  }
}

}  // namespace
}  // namespace mainstay::apim::counters_mirror_test
