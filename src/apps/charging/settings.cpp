#include "apps/charging/settings.hpp"

namespace mainstay::charging {

using settings::Kind;

std::vector<settings::Spec> setting_specs() {
  return {
      {.key = "apps.charging.enabled",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "run the charging network under /charging; --demo does, with a small one"},
      {.key = "apps.charging.listen",
       .help = "address:port of a listener for charging alone; empty: the common one"},
      {.key = "apps.charging.heartbeat_seconds",
       .kind = Kind::integer,
       .fallback = "300",
       .help = "how often accepted stations are told to send a Heartbeat",
       .least = 10,
       .most = 86'400},
      {.key = "apps.charging.accept_unknown_tags",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "charge for tags that nobody registered: for tests and sites that are open to all"},
      {.key = "apps.charging.webhooks_private",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "webhooks of operators may lead to addresses of your own network"},
      {.key = "apps.charging.currency",
       .fallback = "EUR",
       .help = "of what costs nothing and has no tariff: a code of ISO 4217"},
      {.key = "apps.charging.invoicing",
       .fallback = "charge",
       .help = "an invoice for each charge, or one a driver, currency and month",
       .choices = {"charge", "month"}},
      {.key = "apps.charging.visit_hold",
       .kind = Kind::integer,
       .fallback = "50",
       .help = "what is held for somebody without an account, in whole units of the tariff's "
               "currency, unless the tariff has a max_price",
       .least = 1,
       .most = 1'000'000},
      {.key = "apps.charging.visit_patience",
       .kind = Kind::duration,
       .fallback = "10m",
       .help = "how long somebody without an account may take to plug in before the payment is "
               "let go",
       .least = 60'000,
       .most = 3'600'000},
  };
}

}  // namespace mainstay::charging
