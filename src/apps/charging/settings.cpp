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
  };
}

}  // namespace mainstay::charging
