// exchange_mix [COMMANDS]: a seeded mix of all kinds of commands (command_mix.hpp), ten million of
// them, to an engine with the fast books and to one with the naive ones. Their events must be the
// same all the way, and the hash of their states at the end. Prints what a command took of each.
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "apps/exchange/domain/command_mix.hpp"
#include "apps/exchange/domain/engine.hpp"

namespace {

using namespace mainstay::exchange;

constexpr std::uint64_t commands_wanted = 10'000'000;
constexpr std::size_t batch = 10'000;
constexpr std::uint64_t seed = 20261122;

struct Run {
  Engine engine;
  Events events;
  std::chrono::steady_clock::duration taken{};

  explicit Run(BookKind book) : engine({.book = book}) {}
  void apply(const std::vector<Command>& commands) {
    events.clear();
    const auto begin = std::chrono::steady_clock::now();
    for (const Command& command : commands) engine.apply(command, events);
    taken += std::chrono::steady_clock::now() - begin;
  }
  [[nodiscard]] double ns_per(std::uint64_t commands) const {
    return std::chrono::duration<double, std::nano>(taken).count() / static_cast<double>(commands);
  }
};

int differ(std::uint64_t applied) {
  std::fprintf(stderr, "exchange_mix: the engines differ by command %" PRIu64 " at the latest\n",
               applied);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t wanted = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : commands_wanted;
  CommandMix mix{seed};
  Run fast{BookKind::fast};
  Run naive{BookKind::naive};
  std::vector<Command> commands;
  std::uint64_t applied = 0;
  std::uint64_t events = 0;
  while (applied < wanted) {
    commands.clear();
    while (commands.size() < batch) commands.push_back(mix.next());
    fast.apply(commands);
    naive.apply(commands);
    applied += commands.size();
    events += fast.events.size();
    if (fast.events != naive.events) return differ(applied);
  }
  const std::uint64_t hash = fast.engine.state_hash();
  if (hash != naive.engine.state_hash()) return differ(applied);
  std::printf("commands=%" PRIu64 " events=%" PRIu64 " fast_ns=%.1f naive_ns=%.1f hash=%016" PRIx64
              "\n",
              applied, events, fast.ns_per(applied), naive.ns_per(applied), hash);
  return 0;
}
