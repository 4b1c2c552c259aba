#include "apps/clusters/domain/reflector.hpp"

#include <algorithm>

namespace mainstay::clusters {
namespace {

constexpr int status_gone = 410;
constexpr Millis dead_watch_grace{5'000};  // behind the timeout that the server was told
constexpr Millis gone_again_within{10'000};
constexpr Millis shortest_watch{1'000};  // one that ends sooner, untold, is a failure

/// The server cannot do it, whenever it is asked.
bool is_refusal(const ReflectorFailure& failure) {
  return failure.status == 400 || failure.status == 406 || failure.status == 415 ||
         failure.status == 422;
}

}  // namespace

Reflector::Reflector(ReflectorOptions options, Random random)
    : options_(options),
      random_(random),
      streaming_(options.streaming_lists),
      backoff_(options.backoff_first) {}

Reflector::Step Reflector::next(SteadyTime now) {
  if (wait_until_ && *wait_until_ > now) {
    // Rounded up, or whoever waits would be back too early.
    return Wait{std::chrono::ceil<Millis>(*wait_until_ - now)};
  }
  wait_until_.reset();
  if (phase_ == Phase::list && streaming_) phase_ = Phase::initial_events;
  if (phase_ == Phase::watch || phase_ == Phase::initial_events) return watch(now);
  return list_page();
}

Reflector::ListPage Reflector::list_page() {
  if (phase_ == Phase::pages) return {{}, continue_, options_.page_size};
  if (any_version_) return {"0", {}, options_.page_size};
  return {newest_only_ ? std::string{} : version_, {}, options_.page_size};
}

Reflector::Watch Reflector::watch(SteadyTime now) {
  const bool initial = phase_ == Phase::initial_events;
  const auto spread = static_cast<std::uint64_t>((options_.watch_max - options_.watch_min).count());
  const Millis lasts = options_.watch_min + Millis{random_.below(spread + 1)};
  watch_began_ = now;
  watch_had_events_ = false;
  return {.resource_version = initial && newest_only_ ? std::string{} : version_,
          .timeout = std::chrono::duration_cast<Seconds>(lasts),
          .initial_events = initial,
          .quiet_max = lasts + dead_watch_grace};
}

bool Reflector::page(std::string_view resource_version, std::string_view continue_token,
                     SteadyTime now) {
  static_cast<void>(now);
  continue_ = continue_token;
  if (!continue_.empty()) {
    phase_ = Phase::pages;
    return false;
  }
  version_ = resource_version;
  synced();
  return true;
}

void Reflector::synced() {
  phase_ = Phase::watch;
  any_version_ = false;
  newest_only_ = false;
  follows_ = true;
  problem_.clear();
}

Reflector::Effect Reflector::event(Event kind, std::string_view resource_version,
                                   bool initial_events_end) {
  watch_had_events_ = true;
  const bool initial = phase_ == Phase::initial_events;
  // Versions of objects in initial events are in no order: the bookmark's is the list's.
  if (!resource_version.empty() && (!initial || initial_events_end)) version_ = resource_version;
  if (!initial) {
    follows_ = true;
    problem_.clear();
  }
  if (kind == Event::bookmark) {
    if (!initial || !initial_events_end) return Effect::none;
    synced();
    return Effect::replace;
  }
  if (initial) return Effect::buffer;
  return kind == Event::deleted ? Effect::remove : Effect::put;
}

void Reflector::stream_ended(SteadyTime now) {
  if (phase_ == Phase::initial_events) {
    // It ended before it had told all: pages are the surer way.
    failed({.status = 400, .text = "the streaming list ended early"}, now);
    return;
  }
  if (!watch_had_events_ && now - watch_began_ < shortest_watch) {
    failed({.text = "a watch ended at once"}, now);
    return;
  }
  follows_ = true;
  problem_.clear();
}

void Reflector::failed(const ReflectorFailure& failure, SteadyTime now) {
  follows_ = false;
  problem_ = failure.text;
  const bool gone = failure.status == status_gone || failure.version_too_large;
  const bool was_streaming_list = phase_ == Phase::initial_events;
  const bool gone_again = gone && last_gone_ && now - *last_gone_ < gone_again_within;
  if (was_streaming_list && is_refusal(failure)) {
    streaming_ = false;
    begin_list(!gone);
    return;  // pages at once: nothing is wrong
  }
  if (gone) {
    begin_list(false);
    last_gone_ = now;
    if (!gone_again) return;  // at once; a server that goes on like this gets time
  } else if (phase_ != Phase::watch || failure.status == 404) {
    // A list begins anew; its pages may have expired by then.
    begin_list(!newest_only_);
  }
  back_off(failure, now);
}

void Reflector::begin_list(bool version_known) {
  phase_ = Phase::list;
  continue_.clear();
  if (!version_known) {
    newest_only_ = true;
    any_version_ = false;
  }
}

void Reflector::back_off(const ReflectorFailure& failure, SteadyTime now) {
  if (last_failure_ && now - *last_failure_ >= options_.backoff_forgotten_after) {
    backoff_ = options_.backoff_first;
  }
  last_failure_ = now;
  const auto stretch = random_.below(static_cast<std::uint64_t>(backoff_.count()) + 1);
  Millis wait = backoff_ + Millis{stretch};
  if (failure.retry_after) wait = std::max(wait, *failure.retry_after);
  backoff_ = std::min(backoff_ * 2, options_.backoff_max);
  wait_until_ = now + wait;
}

}  // namespace mainstay::clusters
