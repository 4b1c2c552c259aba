#include "apps/apim/outbound/mirror/counters_mirror.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::apim {
namespace {

constexpr std::size_t rows_erased_at_once = 1'000;
constexpr std::size_t read_back_at_once = 200;

Micros between(SteadyTime begin, SteadyTime end) {
  return std::chrono::duration_cast<Micros>(end - begin);
}

}  // namespace

Result<> CountersMirror::tick() {
  const SteadyTime began = clock_.steady();
  steady_clock_.steady_for(clock_.wall(), began);
  if (began < next_) return {};
  const bool failed_before = retry_after_ > Millis{0};
  Result<> done = step();
  pause_after(began, done.has_error());
  if (done.has_value()) return {};
  ++failures_;
  if (failed_before) return {};
  return done;
}

/// The share of a core: as long as a step took, so many times longer it rests. Waiting for the disk
/// counts as work.
void CountersMirror::pause_after(SteadyTime began, bool failed) {
  const SteadyTime now = clock_.steady();
  if (failed) {
    retry_after_ = std::clamp(2 * retry_after_, options_.retry_first, options_.retry_max);
    next_ = now + retry_after_;
    return;
  }
  retry_after_ = Millis{0};
  const double rest =
      static_cast<double>(between(began, now).count()) * (1 / options_.share_max - 1);
  next_ = now + Micros{static_cast<Micros::rep>(rest)};
}

Result<> CountersMirror::step() {
  if (!batch_.rows.empty()) return write_batch();
  if (!batch_.partial.empty()) return read_back();
  MS_TRY(const bool erased_some, erase_some());
  if (erased_some) return {};
  if (in_pass_ || clock_.steady() >= pass_began_ + options_.every) {
    if (take_changes()) return {};
  }
  MS_TRY([[maybe_unused]] const bool busy, keep_house());
  return {};
}

/// True when something is to be written or read back.
bool CountersMirror::take_changes() {
  if (!in_pass_) {
    pass_began_ = clock_.steady();
    pass_is_whole_ = true;
  }
  in_pass_ = counters_.take_changes(options_.rows_per_write, batch_);
  // What is read back is written by the next pass.
  if (!batch_.partial.empty()) pass_is_whole_ = false;
  const bool found = !batch_.rows.empty() || !batch_.partial.empty();
  if (!found) note_end_of_pass();
  return found;
}

Result<> CountersMirror::write_batch() {
  // First, so that what the history holds is what recovery brings back, or less.
  MS_TRY_VOID(sync_log_());
  MS_TRY_VOID(history_.write(batch_.rows));
  rows_written_ += batch_.rows.size();
  batch_.rows.clear();
  note_end_of_pass();
  return {};
}

void CountersMirror::note_end_of_pass() {
  if (!in_pass_ && pass_is_whole_) mirrored_upto_ = pass_began_.time_since_epoch().count();
}

Result<> CountersMirror::read_back() {
  for (std::size_t i = 0; i < read_back_at_once && !batch_.partial.empty(); ++i) {
    UsageRow& row = batch_.partial.back();
    MS_TRY(const auto points, history_.series({row.service_id, row.application_id}, row.metric_id,
                                              row.period, row.begin, row.begin + 1, 1));
    row.value = points.empty() ? 0 : points.front().value;
    counters_.restore(row);
    batch_.partial.pop_back();
  }
  return {};
}

/// True while there is something to erase.
Result<bool> CountersMirror::erase_some() {
  if (erasing_.empty()) {
    for (auto& erasure : counters_.pending_erasures()) {
      MS_TRY_VOID(begin_erasure(erasure));
      break;
    }
    if (erasing_.empty()) return false;
  }
  const StripedCounters::Erasure& erasure = erasing_.front();
  MS_TRY(const bool none_left, history_.erase_some(erasure.service_id, rows_erased_at_once));
  if (!none_left) return true;
  // Every deletion whose mark we saw has its record by now: that is to survive before the mark
  // goes.
  MS_TRY_VOID(sync_log_());
  MS_TRY_VOID(deleted_.forget(erasing_marks_));
  counters_.history_erased(erasure);
  erasing_.clear();
  return true;
}

Result<> CountersMirror::begin_erasure(const StripedCounters::Erasure& erasure) {
  // Those made from now on belong to a later erasure.
  MS_TRY(erasing_marks_, deleted_.list());
  std::erase_if(erasing_marks_,
                [&](const DeletedService& mark) { return mark.service_id != erasure.service_id; });
  MS_TRY_VOID(sync_log_());  // the erasure itself is to survive what it does
  erasing_ = {erasure};
  purging_ = true;
  return {};
}

/// True while there is more to do at once.
Result<bool> CountersMirror::keep_house() {
  const SteadyTime now = clock_.steady();
  const SystemTime wall = clock_.wall();
  const Seconds steady_for = steady_clock_.steady_for(wall, now);
  if (purging_) {
    purging_ = !counters_.purge_some();
    return purging_;
  }
  if (now >= next_let_go_ && steady_for >= options_.let_go_after) {
    counters_.let_go(unix_seconds(wall));
    next_let_go_ = now + options_.let_go_every;
  }
  if (steady_for >= options_.expire_after && (expiring_ || now >= next_expiry_)) {
    MS_TRY(const bool none_left, history_.expire_some(unix_seconds(wall), rows_erased_at_once));
    expiring_ = !none_left;
    next_expiry_ = now + options_.expire_every;
  }
  return expiring_;
}

Micros CountersMirror::lag() const {
  const SteadyTime upto{SteadyTime::duration{mirrored_upto_.load()}};
  return between(upto, clock_.steady());
}

}  // namespace mainstay::apim
