#include "apps/exchange/directory.hpp"

#include <algorithm>

namespace mainstay::exchange {

std::shared_ptr<const Listings> Directory::current() const {
  auto listings = listings_.lock();
  return *listings;
}

void Directory::refresh(const Views& views) {
  auto made = std::make_shared<const Listings>(views.engine.symbols(), views.engine.assets());
  auto listings = listings_.lock();
  listings->swap(made);  // what was here before goes without the lock
}

void Directory::on_outcome(const Outcome& outcome) {
  stale_ = stale_ || std::ranges::any_of(outcome.events, [](const Event& event) {
             return event.kind == EventKind::defined || event.kind == EventKind::phase_changed;
           });
}

void Directory::on_batch_end(const Views& views) {
  if (!stale_) return;
  stale_ = false;
  refresh(views);
}

}  // namespace mainstay::exchange
