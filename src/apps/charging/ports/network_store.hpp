#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/network.hpp"
#include "apps/charging/domain/network_rows.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// Which transactions to list: the newest numbers first, below `before`.
struct TransactionFilter {
  std::int32_t before = 0;  // 0: from the newest on
  std::size_t limit = 100;
  StationId station{};  // 0: all
  std::string tag{};    // empty: all
  std::string owner{};  // empty: all
  std::optional<TransactionState> state{};
  std::optional<SystemTime> from{};  // began then or later
  std::optional<SystemTime> to{};    // began before
};

/// Which tags to list: in their order as texts, behind `after`.
struct TagFilter {
  std::string after{};
  std::size_t limit = 100;
  std::string begins{};  // in capitals; empty: all
  std::string owner{};   // empty: all
  std::optional<bool> is_blocked{};
};

/// Readings of a transaction, or of those of a station that no transaction is known of.
struct MeterFilter {
  std::int64_t transaction = 0;  // negative: of that station, loose
  std::int64_t after = 0;        // rows behind this one
  std::size_t limit = 1'000;
};

/// Which reservations to list: the newest numbers first, below `before`.
struct ReservationFilter {
  std::int32_t before = 0;  // 0: from the newest on
  std::size_t limit = 100;
  std::string owner{};   // empty: all
  StationId station{};   // 0: all
  bool is_open = false;  // asked and active ones only, also behind their end
};

struct EventFilter {
  std::int64_t after = 0;
  std::size_t limit = 100;
  StationId station{};             // 0: all
  std::vector<EventKind> kinds{};  // none: all
};

/// So many failures in a row make a webhook dead: nothing is sent until somebody has it tried
/// again.
inline constexpr std::int32_t webhook_failures_max = 20;

/// Where events go. `sent_to` is the newest event that is delivered or of no kind it wants.
struct WebhookRow {
  std::int64_t id = 0;
  std::string url{};
  std::string secret{};  // base64 of the key
  std::string kinds{};   // names between commas, as ",a,b,"; empty: all
  SystemTime made_at{};
  std::int64_t sent_to = 0;
  std::int32_t failures = 0;  // in a row
  std::string last_error{};
  /// The end of the message that was sent last; beyond sent_to: nobody said that it came.
  std::int64_t tried_to = 0;

  [[nodiscard]] bool is_dead() const { return failures >= webhook_failures_max; }
};

/// Where the network's rows are. Several threads may call; nothing but load() blocks. Answers of
/// one kind come on threads of the store and should be short.
class NetworkStore {
 public:
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~NetworkStore() = default;

  /// What there is, for a start. Blocks.
  virtual Result<NetworkRows> load() = 0;
  /// All of it or nothing, behind what was committed before. `done` once it is on disk. The changes
  /// stay as they are until then.
  virtual void commit(std::shared_ptr<const Changes> changes,
                      UniqueFunction<void(Result<>)> done) = 0;
  /// For commands: commits beside a server that may run, which then looks again. Blocks.
  virtual Result<> commit_outside(const Changes& changes, SystemTime now) = 0;
  /// The number of the newest change that was made beside this program, by a command.
  virtual void newest_outside(Done<std::int64_t> done) = 0;
  /// The transaction of a lookup, behind all commits before.
  virtual void find(StationId station, const ocpp::StartTransaction& start,
                    Done<std::optional<TransactionRow>> done) = 0;
  /// Of the thousand that began last before it.
  virtual void find(StationId station, const ocpp::StopTransaction& stop,
                    Done<std::optional<TransactionRow>> done) = 0;
  virtual void find(TransactionId id, Done<std::optional<TransactionRow>> done) = 0;

  virtual void transactions(const TransactionFilter& filter,
                            Done<std::vector<TransactionRow>> done) = 0;
  virtual void tags(const TagFilter& filter, Done<std::vector<TagRow>> done) = 0;
  virtual void meters(const MeterFilter& filter, Done<std::vector<MeterRow>> done) = 0;
  /// The oldest first, those behind `after`; `all`: the settled ones too.
  virtual void unknown_stops(std::int64_t after, std::size_t limit, bool all,
                             Done<std::vector<UnknownStopRow>> done) = 0;
  virtual void unknown_stop(std::int64_t id, Done<std::optional<UnknownStopRow>> done) = 0;
  /// For commands: sets one aside, also beside a server that runs, whose word counts when it
  /// attaches the stop at the same time. unknown_stop_unknown, unknown_stop_settled. Blocks.
  virtual Result<> dismiss_stop(std::int64_t id) = 0;
  virtual void reservations(const ReservationFilter& filter,
                            Done<std::vector<ReservationRow>> done) = 0;
  /// The oldest first. NetworkErrc::events_gone when some behind `after` are kept no longer; 0
  /// begins with the oldest there is.
  virtual void events(const EventFilter& filter, Done<std::vector<EventRow>> done) = 0;
  /// The number of the newest one that is on disk; 0: there was none yet.
  virtual void newest_event(Done<std::int64_t> done) = 0;
  /// The newest first, below `before` (0: from the newest on).
  virtual void operations(std::int64_t before, std::size_t limit,
                          Done<std::vector<OperationRow>> done) = 0;
  virtual void operation(OperationId id, Done<std::optional<OperationRow>> done) = 0;
  /// How many stations are in each StepState.
  using StepCounts = std::array<std::int64_t, 5>;
  virtual void step_counts(OperationId operation, Done<StepCounts> done) = 0;
  /// By station, those behind `after`.
  virtual void steps(OperationId operation, StationId after, std::size_t limit,
                     Done<std::vector<StepRow>> done) = 0;
  /// Of operations that had not ended. Blocks.
  struct OpenOperation {
    OperationRow row{};
    std::vector<StepRow> open{};  // waiting or sent
  };
  virtual Result<std::vector<OpenOperation>> open_operations() = 0;

  /// Gives it a number.
  virtual void add_webhook(WebhookRow wanted, std::size_t most, Done<WebhookRow> done) = 0;
  virtual void remove_webhook(std::int64_t id, UniqueFunction<void(Result<>)> done) = 0;
  virtual void webhooks(Done<std::vector<WebhookRow>> done) = 0;
  /// sent_to, failures, last_error and tried_to.
  virtual void note_webhook(const WebhookRow& row, UniqueFunction<void(Result<>)> done) = 0;
};

}  // namespace mainstay::charging
