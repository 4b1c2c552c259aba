#include "apps/exchange/commands/commands.hpp"

#include <cstdint>

#include "apps/exchange/commands/key.hpp"

namespace mainstay::exchange {

std::vector<mainstay::Command> commands() {
  return {
      {.name = "exchange", .help = "the simulated exchange: streams of orders, its journal"},
      {.name = "exchange match",
       .help = "match a file of 32-byte order records, and print speed, fills and their hash: "
               "{u8 op (1 new, 2 cancel, 3 reduce, 4 move), u8 side (0 buy, 1 sell), u8 tif "
               "(0 GTC, 1 IOC), u8 0, u32 symbol, u64 id, u32 price, u32 quantity, u64 account}, "
               "little-endian",
       .arguments = {required_text("file", "the records, one after the other"),
                     flag("--matcher-only", "books alone: no accounts, events and journal"),
                     mainstay::text(
                         "--journal",
                         "where to make the journal's folder, which is removed at the end "
                         "(default: the system's temporary folder)"),
                     number("--rate",
                            "with accounts: offer so many a second, and print how long after its "
                            "time each was carried out, in percentiles",
                            1, 100'000'000),
                     flag("--verbose", "say also how many records had no effect")},
       .run = run_match,
       .reads_settings = false},
      {.name = "exchange replay",
       .help = "carry the journal's commands out anew and print the state's hash; beside a running "
               "server too",
       .arguments = {number(
           "--at",
           "the sequence to stop behind (default: the last one); before the newest "
           "snapshot it needs apps.exchange.keep_journal",
           1, INT64_MAX)},
       .run = run_replay},
      {.name = "exchange simulate",
       .help = "run a market of agents in simulated time; the same file and seed give the same "
               "hashes",
       .arguments = {required_text("file", "a scenario, as in docs/exchange_simulation.md"),
                     number("--seed", "in the place of the file's", 0, INT64_MAX),
                     number("--seconds", "of simulated time, in the place of the file's", 1,
                            31'622'400),
                     mainstay::text("--trades", "write every trade into this CSV file")},
       .run = run_simulate,
       .reads_settings = false},
      key_command(),
  };
}

}  // namespace mainstay::exchange
