#include "apps/exchange/settings.hpp"

namespace mainstay::exchange {

using settings::Kind;

std::vector<settings::Spec> setting_specs() {
  return {
      {.key = "apps.exchange.enabled",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "run the simulated exchange under /exchange; --demo does, with a small market"},
      {.key = "apps.exchange.listen",
       .help = "address:port of a listener for the exchange alone; empty: the common one"},
      {.key = "apps.exchange.queue_max",
       .kind = Kind::integer,
       .fallback = "65536",
       .help = "commands and queries that wait for the exchange's lane; beyond, 503",
       .least = 16,
       .most = 16'777'216},
      {.key = "apps.exchange.orders_max",
       .kind = Kind::integer,
       .fallback = "16777216",
       .help = "live orders of all accounts; beyond, an order is refused",
       .least = 1,
       .most = 268'435'456},
      {.key = "apps.exchange.orders_per_account_max",
       .kind = Kind::integer,
       .fallback = "100000",
       .help = "live orders of one account; beyond, an order is refused",
       .least = 1,
       .most = 268'435'456},
      {.key = "apps.exchange.weight_per_minute",
       .kind = Kind::integer,
       .fallback = "6000000",
       .help = "request weight that one address may use up in a minute; beyond, 429; 0: any",
       .least = 0,
       .most = 10'000'000},
      {.key = "apps.exchange.orders_per_10s",
       .kind = Kind::integer,
       .fallback = "1000000",
       .help = "new orders of one account in ten seconds by REST; beyond, 429; 0: any",
       .least = 0,
       .most = 10'000'000},
      {.key = "apps.exchange.new_accounts_get",
       .help = "what a user's new account begins with, such as \"USD:10000 LUNA:50\"; empty: "
               "nothing"},
      {.key = "apps.exchange.page",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "the page /exchange"},
  };
}

}  // namespace mainstay::exchange
