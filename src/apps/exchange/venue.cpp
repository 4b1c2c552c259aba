#include "apps/exchange/venue.hpp"

namespace mainstay::exchange {

Reject Outcome::reject() const {
  const bool refused = !events.empty() && events.front().kind == EventKind::rejected;
  return refused ? events.front().reason : Reject::none;
}

}  // namespace mainstay::exchange
