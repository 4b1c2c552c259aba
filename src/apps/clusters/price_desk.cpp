#include "apps/clusters/price_desk.hpp"

#include <optional>
#include <utility>

namespace mainstay::clusters {

PriceDesk::PriceDesk(Parts parts, const RefreshSchedule& schedule, InstanceTypeSet shipped,
                     std::string source_name, std::uint64_t seed)
    : parts_(std::move(parts)),
      schedule_(schedule),
      source_name_(std::move(source_name)),
      random_(seed) {
  put_in_force(std::move(shipped));
}

void PriceDesk::load() {
  const SystemTime now = parts_.clock.wall();
  auto kept = parts_.keep.load();
  std::string error = kept.has_error() ? kept.error().message() : std::string{};
  next_at_ = now;
  if (kept && *kept) {
    const InstanceTypeOrigin& origin = (*kept)->origin();
    if (origin.source == source_name_) {
      next_at_ = schedule_.after_restart(now, origin.taken_at, random_);
    }
    put_in_force(**std::move(kept));
  }
  auto state = state_.lock();
  state->status.last_error = std::move(error);
  state->status.next_at = parts_.source != nullptr ? next_at_ : SystemTime{};
}

void PriceDesk::tick() {
  if (parts_.keep.has_news()) take_news();
  const SystemTime now = parts_.clock.wall();
  if (parts_.source != nullptr && now >= next_at_) refresh(now);
}

void PriceDesk::take_news() {
  auto kept = parts_.keep.load();
  std::string error = kept.has_error() ? kept.error().message() : std::string{};
  if (kept && *kept) put_in_force(**std::move(kept));
  {
    auto state = state_.lock();
    state->status.last_error = std::move(error);
  }
  parts_.on_outcome(status());
}

void PriceDesk::refresh(SystemTime now) {
  const InstanceTypeOrigin known = current()->origin();
  // What came from elsewhere says nothing of what this source has.
  auto fetched =
      parts_.source->fetch(known.source == source_name_ ? known : InstanceTypeOrigin{}, now);
  if (fetched.has_error()) return finish_refresh(fetched.error().message(), now);
  if (*fetched) {
    const auto saved = parts_.keep.save(**fetched);
    put_in_force(**std::move(fetched));
    // In force all the same: the next start begins without it.
    if (saved.has_error()) return finish_refresh(saved.error().message(), now);
  }
  finish_refresh({}, now);
}

void PriceDesk::put_in_force(InstanceTypeSet set) {
  auto shared = std::make_shared<const InstanceTypeSet>(std::move(set));
  auto state = state_.lock();
  state->status.origin = shared->origin();
  state->status.types = shared->types().size();
  state->status.priced = shared->priced();
  state->set.swap(shared);  // the old one goes behind the lock
}

void PriceDesk::finish_refresh(std::string error, SystemTime now) {
  const bool is_good = error.empty();
  next_at_ =
      is_good ? schedule_.after_success(now, random_) : schedule_.after_failure(now, random_);
  {
    auto state = state_.lock();
    state->status.last_error = std::move(error);
    state->status.next_at = next_at_;
    if (is_good) state->status.checked_at = now;
  }
  parts_.on_outcome(status());
}

std::shared_ptr<const InstanceTypeSet> PriceDesk::current() const {
  auto state = state_.lock();
  return state->set;
}

InstanceCatalogue::Status PriceDesk::status() const {
  auto state = state_.lock();
  return state->status;
}

}  // namespace mainstay::clusters
