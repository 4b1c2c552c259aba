#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/limits.hpp"
#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/ports/consumer_notices.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// The notices of the process; each change takes its place in the log under the queue's lock. Any
/// thread.
class NoticeQueue final : public ConsumerNotices {
 public:
  explicit NoticeQueue(RecordLog& log, std::size_t notices_max = Limits::webhook_notices_max)
      : log_(&log), notices_max_(notices_max) {}

  void add(std::string_view service_id, std::string_view application_id, UnixSeconds at,
           std::string_view body) override;
  [[nodiscard]] std::vector<std::uint64_t> ids() const override;
  [[nodiscard]] std::optional<ConsumerNotice> find(std::uint64_t id) const override;
  void remove(std::uint64_t id) override;
  [[nodiscard]] std::size_t size() const override;
  [[nodiscard]] std::uint64_t dropped() const override;

  /// One that comes with something else, in one record: `append(notice)`, with its id, puts that
  /// into the log, and gives its sequence, while the queue is held.
  template <class Append>
  std::uint64_t add_with(NoticeAdded notice, Append append) {
    auto state = state_.lock();
    notice.id = state->id_last + 1;
    state->sequence = append(notice);
    apply(*state, notice);
    return state->sequence;
  }

  // Recovery: load() into an empty one, then the records in their order, then service. A record
  // that the snapshot holds already changes nothing.
  void replay(std::uint64_t sequence, const NoticeAdded& record);
  void replay(std::uint64_t sequence, const NoticeRemoved& record);
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
  struct State {
    std::map<std::uint64_t, ConsumerNotice> by_id;
    std::uint64_t id_last = 0;
    std::uint64_t sequence = 0;  // of the last record applied
    std::uint64_t dropped = 0;
  };
  void apply(State& state, const NoticeAdded& record) const;

  RecordLog* log_;
  std::size_t notices_max_;
  Locked<State> state_;
};

}  // namespace mainstay::apim
