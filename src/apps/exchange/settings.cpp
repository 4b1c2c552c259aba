#include "apps/exchange/settings.hpp"

#include <utility>

namespace mainstay::exchange {

namespace {

using settings::Kind;

std::vector<settings::Spec> market_specs() {
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
      {.key = "apps.exchange.trading_day",
       .help = "when markets enter which phase, every day (UTC): \"08:00 opening_call, 08:10 "
               "continuous, 16:30 closing_call, 16:35 closed\"; empty: operators set phases"},
      {.key = "apps.exchange.keep_journal",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "keep the journal's files behind snapshots too, so that `exchange replay --at` "
               "reaches every command: about 50 bytes of disk each"},
      {.key = "apps.exchange.page",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "the page /exchange"},
  };
}

std::vector<settings::Spec> fix_specs() {
  return {
      {.key = "apps.exchange.fix_listen",
       .help = "address:port on which FIX 4.4 is spoken; empty: not at all; plain text on loopback "
               "only"},
      {.key = "apps.exchange.fix_comp_id",
       .fallback = "MAINSTAY",
       .help = "our CompID: TargetCompID (56) of what FIX clients send"},
      {.key = "apps.exchange.fix_tls_certificate",
       .help = "PEM file with the certificate chain for FIX; empty: http.tls_certificate, on "
               "loopback plain text"},
      {.key = "apps.exchange.fix_tls_key", .help = "PEM file with its private key"},
      {.key = "apps.exchange.fix_kept_messages",
       .kind = Kind::integer,
       .fallback = "16384",
       .help = "newest messages to a FIX session that are kept to be sent again, 4 MiB at most",
       .least = 1,
       .most = 1'000'000},
  };
}

}  // namespace

std::vector<settings::Spec> setting_specs() {
  auto specs = market_specs();
  for (auto& spec : fix_specs()) specs.push_back(std::move(spec));
  return specs;
}

}  // namespace mainstay::exchange
