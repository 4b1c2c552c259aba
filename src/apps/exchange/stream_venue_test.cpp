#include "apps/exchange/stream_venue.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/command_codec.hpp"
#include "base/random.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::exchange::stream_venue_test {

namespace {

std::vector<StreamRecord> random_stream(std::size_t count, std::uint32_t lowest_price) {
  Random random{5};
  std::vector<StreamRecord> records;
  const auto small = [&](std::uint64_t bound) {
    return static_cast<std::uint32_t>(random.below(bound));
  };
  for (std::uint64_t id = 0; id < count; ++id) {
    StreamRecord record{.side = static_cast<std::uint8_t>(small(2)),
                        .symbol = small(3) * 1'000'000'007U,
                        .id = id,
                        .price = lowest_price + small(8),
                        .quantity = small(20),
                        .account = small(4)};
    const std::uint64_t dice = random.below(100);
    if (dice >= 50) {
      record.op = dice < 65 ? StreamOp::cancel : dice < 75 ? StreamOp::reduce : StreamOp::move;
      record.id = id - std::min<std::uint64_t>(id, small(60));
      record.account = 77;  // does not count
    } else {
      record.tif = dice < 5;
    }
    records.push_back(record);
  }
  return records;
}

void check_as_the_matcher(std::uint32_t lowest_price) {
  const auto records = random_stream(5'000, lowest_price);
  StreamMatcher matcher;
  matcher.apply(records);
  journal::MemoryFileSystem files;
  journal::Options options;
  options.folder = "/journal";
  std::vector<Command> commands;
  Sequence next = 1;
  const auto replay = [&] {
    journal::Replay read;
    read.on_snapshot = [](Bytes, journal::Sequence) { return Result<>{}; };
    read.on_record = [&](journal::Sequence, Bytes record) -> Result<> {
      MS_TRY_VOID(read_batch(record, commands));
      for (const Command& command : commands) REQUIRE(command.sequence == next++);
      return {};
    };
    journal::Options same;
    same.folder = options.folder;
    return journal::Journal::open(std::move(same), files, std::move(read));
  };
  const ManualClock clock{SystemTime{Micros{1'795'262'400'000'000}}};
  {
    const auto journal = replay();
    REQUIRE(journal.has_value());
    StreamVenue venue{**journal, clock, live_orders_max(records)};
    REQUIRE(venue.open(records).has_value());
    REQUIRE(venue.run(records).has_value());
    CHECK(venue.totals().fills > 500);
    CHECK(venue.totals().fills == matcher.totals().fills);
    CHECK(venue.totals().quantity == matcher.totals().quantity);
    CHECK(venue.totals().hash == matcher.totals().hash);
    CHECK(venue.refused() == 0);
  }
  REQUIRE(replay().has_value());
  CHECK(next > records.size());  // all commands are there, in their order
}

/// Each look at it takes a microsecond.
class TickingClock final : public Clock {
 public:
  [[nodiscard]] SystemTime wall() const override { return SystemTime{Micros{++ticks_}}; }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime{Micros{++ticks_}}; }

 private:
  mutable std::int64_t ticks_ = 0;
};

}  // namespace

TEST_CASE("stream venue: gives the matcher's fills, and all commands are in the journal") {
  check_as_the_matcher(1'000);
  check_as_the_matcher(0);
  check_as_the_matcher(0xFFFFFFFFU - 7);
}

TEST_CASE("stream venue: at a rate, each record's delay counts from its own time") {
  const auto records = random_stream(1'000, 50);
  StreamMatcher matcher;
  matcher.apply(records);
  const TickingClock clock;
  const auto run_at = [&](Micros interval) {
    journal::MemoryFileSystem files;
    journal::Options options;
    options.folder = "/journal";
    const auto journal = journal::Journal::open(std::move(options), files, {});
    StreamVenue venue{**journal, clock, 100};
    REQUIRE(venue.open(records).has_value());
    auto taken = venue.run_at(records, interval);
    REQUIRE(taken.has_value());
    CHECK(venue.totals().hash == matcher.totals().hash);
    return *std::move(taken);
  };
  // Two looks at the clock a record: one microsecond late when they are rare enough.
  const auto rare = run_at(Micros{10});
  CHECK(rare.front() == Micros{2});
  CHECK(rare[10] == Micros{1});
  // Too often: who waits behind others waits from its own time on.
  const auto often = run_at(Micros{1});
  CHECK(often.front() == Micros{2});
  CHECK(often.back() > Micros{900});
}

}  // namespace mainstay::exchange::stream_venue_test
