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
  if (is_of_batch_) return;
  const bool changes = std::ranges::any_of(outcome.events, [](const Event& event) {
    return event.kind == EventKind::defined || event.kind == EventKind::phase_changed;
  });
  if (!changes) return;
  refresh(outcome.views);  // now: who is told of a symbol next may ask for it at once
  is_of_batch_ = true;
}

void Directory::on_batch_end(const Views& views) {
  if (is_new_) refresh(views);
  is_new_ = is_of_batch_ = false;
}

}  // namespace mainstay::exchange
