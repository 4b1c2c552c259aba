// paced_floor MESSAGES RATE BUSY_NS
// What this machine does to a program that does nothing: as many messages at fixed times as
// `mainstay exchange match --rate` gets, each of which keeps the core busy for BUSY_NS. A message
// that takes a fraction of its interval is late only where the machine took the core away.
// Prints {"p50_ns":N,"p99_ns":N,"p99.9_ns":N,"max_ns":N}.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: paced_floor MESSAGES RATE BUSY_NS\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  using std::chrono::nanoseconds;
  const auto count = static_cast<std::size_t>(std::atoll(argv[1]));
  const nanoseconds interval{1'000'000'000 / std::max(1LL, std::atoll(argv[2]))};
  const nanoseconds busy{std::atoll(argv[3])};
  if (count == 0 || busy >= interval) {
    std::fprintf(stderr, "paced_floor: BUSY_NS must be less than the interval of RATE\n");
    return 2;
  }
  std::vector<std::int64_t> taken(count);
  // The last time that it saw.
  const auto wait_until = [](Clock::time_point time) {
    auto now = Clock::now();
    while (now < time) now = Clock::now();
    return now;
  };
  const auto start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    const auto time = start + interval * static_cast<std::int64_t>(i);
    const auto begun = wait_until(time);
    taken[i] = nanoseconds{wait_until(begun + busy) - time}.count();
  }
  std::ranges::sort(taken);
  const auto at = [&](std::size_t of_thousand) {
    return static_cast<long long>(taken[(count - 1) * of_thousand / 1'000]);
  };
  std::printf("{\"p50_ns\":%lld,\"p99_ns\":%lld,\"p99.9_ns\":%lld,\"max_ns\":%lld}\n", at(500),
              at(990), at(999), at(1'000));
  return 0;
}
