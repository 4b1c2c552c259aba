#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/charging/ports/network_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// NetworkStore in the relational store (tables charging_*), on either engine. A commit is one work
/// of the store's group commit, with several rows a statement.
class SqlNetworkStore : public NetworkStore {
 public:
  explicit SqlNetworkStore(store::Store& store);
  ~SqlNetworkStore() override;

  Result<NetworkRows> load() override;
  void commit(std::shared_ptr<const Changes> changes, UniqueFunction<void(Result<>)> done) override;
  void newest_outside(Done<std::int64_t> done) override;
  Result<> commit_outside(const Changes& changes, SystemTime now) override;
  void find(StationId station, const ocpp::StartTransaction& start,
            Done<std::optional<TransactionRow>> done) override;
  void find(StationId station, const ocpp::StopTransaction& stop,
            Done<std::optional<TransactionRow>> done) override;
  void find(TransactionId id, Done<std::optional<TransactionRow>> done) override;
  void transactions(const TransactionFilter& filter,
                    Done<std::vector<TransactionRow>> done) override;
  void tags(const TagFilter& filter, Done<std::vector<TagRow>> done) override;
  void meters(const MeterFilter& filter, Done<std::vector<MeterRow>> done) override;
  void unknown_stops(std::int64_t after, std::size_t limit, bool all,
                     Done<std::vector<UnknownStopRow>> done) override;
  void unknown_stop(std::int64_t id, Done<std::optional<UnknownStopRow>> done) override;
  Result<> dismiss_stop(std::int64_t id) override;
  void reservations(const ReservationFilter& filter,
                    Done<std::vector<ReservationRow>> done) override;
  void events(const EventFilter& filter, Done<std::vector<EventRow>> done) override;
  void newest_event(Done<std::int64_t> done) override;
  void operations(std::int64_t before, std::size_t limit,
                  Done<std::vector<OperationRow>> done) override;
  void operation(OperationId id, Done<std::optional<OperationRow>> done) override;
  void step_counts(OperationId operation, Done<StepCounts> done) override;
  void steps(OperationId operation, StationId after, std::size_t limit,
             Done<std::vector<StepRow>> done) override;
  Result<std::vector<OpenOperation>> open_operations() override;
  void add_webhook(WebhookRow wanted, std::size_t most, Done<WebhookRow> done) override;
  void remove_webhook(std::int64_t id, UniqueFunction<void(Result<>)> done) override;
  void webhooks(Done<std::vector<WebhookRow>> done) override;
  void note_webhook(const WebhookRow& row, UniqueFunction<void(Result<>)> done) override;

 private:
  struct Statements;

  store::Store& store_;
  std::shared_ptr<const Statements> statements_;  // works may come behind its end
};

/// The rows of a statement that selects these columns; for commands, which wait.
inline constexpr std::string_view transaction_columns =
    "id, station_id, connector, tag, tag_status, owner_id, reservation_id, meter_start, "
    "started_at, received_at, state, meter_stop, stopped_at, stop_reason, stop_tag";

}  // namespace mainstay::charging
