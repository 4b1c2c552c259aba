#include "apps/charging/domain/network_rows.hpp"

#include <iterator>
#include <utility>

namespace mainstay::charging {
namespace {

template <class Row>
void move_to(std::vector<Row>& to, std::vector<Row>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
}

}  // namespace

bool Changes::empty() const {
  return stations.empty() && connectors.empty() && tags.empty() && started.empty() &&
         ended.empty() && meters.empty() && unknown_stops.empty() && settled_stops.empty() &&
         reservations.empty() && operations.empty() && steps.empty() && events.empty() &&
         removed.stations.empty() && removed.tags.empty() && adopters.empty();
}

void Changes::append(Changes&& other) {
  move_to(stations, std::move(other.stations));
  move_to(connectors, std::move(other.connectors));
  move_to(tags, std::move(other.tags));
  move_to(started, std::move(other.started));
  move_to(ended, std::move(other.ended));
  move_to(meters, std::move(other.meters));
  move_to(unknown_stops, std::move(other.unknown_stops));
  move_to(settled_stops, std::move(other.settled_stops));
  move_to(reservations, std::move(other.reservations));
  move_to(operations, std::move(other.operations));
  move_to(steps, std::move(other.steps));
  move_to(events, std::move(other.events));
  move_to(removed.stations, std::move(other.removed.stations));
  move_to(removed.tags, std::move(other.removed.tags));
  move_to(adopters, std::move(other.adopters));
}

}  // namespace mainstay::charging
