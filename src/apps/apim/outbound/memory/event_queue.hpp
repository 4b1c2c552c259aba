#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// The events of the process; each change takes its place in the log under the queue's lock. Any
/// thread.
class EventQueue final : public Events {
 public:
  explicit EventQueue(RecordLog& log, std::size_t events_max = Limits::events_max)
      : log_(&log), events_max_(events_max) {}

  std::uint64_t add(std::string_view type, UnixSeconds at, std::string_view object) override;
  [[nodiscard]] std::vector<Event> list(std::size_t count_max) const override;
  bool remove(std::uint64_t id) override;
  std::size_t remove_upto(std::uint64_t id) override;
  [[nodiscard]] std::size_t size() const override;

  // Events that come with something else, in one record: `append(...)` puts that into the log, and
  // gives its sequence, while the queue is held.

  /// `append(event)` with its id.
  template <class Append>
  std::uint64_t add_with(EventAdded event, Append append) {
    auto state = state_.lock();
    event.id = state->id_last + 1;
    state->sequence = append(event);
    apply(*state, event);
    return state->sequence;
  }
  /// First traffic, with the usage that it is: `append(told)`.
  template <class Append>
  std::uint64_t add_firsts(std::span<const Charge> charges, UnixSeconds now,
                           std::vector<FirstTraffic> firsts, Append append) {
    auto state = state_.lock();
    const FirstsTold told{state->id_last + 1, std::move(firsts)};
    state->sequence = append(told);
    apply(*state, charges, now, told);
    return state->sequence;
  }

  // Recovery: load() into an empty one, then the records in their order, then service. A record
  // that the snapshot holds already changes nothing.
  void replay(std::uint64_t sequence, const UsageCharged& record);
  void replay(std::uint64_t sequence, const EventAdded& record);
  void replay(std::uint64_t sequence, const EventRemoved& record);
  void replay(std::uint64_t sequence, const EventsRemovedUpto& record);
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
  struct State {
    std::map<std::uint64_t, Event> by_id;
    std::uint64_t id_last = 0;
    std::uint64_t sequence = 0;  // of the last record applied
  };

  void apply(State& state, const EventAdded& record) const;
  void apply(State& state, std::span<const Charge> charges, UnixSeconds now,
             const FirstsTold& told) const;
  static bool apply(State& state, const EventRemoved& record);
  static std::size_t apply(State& state, const EventsRemovedUpto& record);
  template <class R>
  void replay_in_order(std::uint64_t sequence, const R& record);

  RecordLog* log_;
  std::size_t events_max_;
  Locked<State> state_;
};

}  // namespace mainstay::apim
