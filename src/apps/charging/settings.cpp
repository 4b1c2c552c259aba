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
  };
}

}  // namespace mainstay::charging
