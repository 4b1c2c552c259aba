#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
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

  // Recovery: load() into an empty one, then the records in their order, then service. A record
  // that the snapshot holds already changes nothing.
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
  static bool apply(State& state, const EventRemoved& record);
  static std::size_t apply(State& state, const EventsRemovedUpto& record);
  template <class R>
  void replay_in_order(std::uint64_t sequence, const R& record);

  RecordLog* log_;
  std::size_t events_max_;
  Locked<State> state_;
};

}  // namespace mainstay::apim
