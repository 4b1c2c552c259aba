#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/outbound/memory/alert_marks.hpp"
#include "apps/apim/outbound/memory/error_lists.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/journaled_ledger.hpp"
#include "apps/apim/outbound/memory/notice_queue.hpp"
#include "apps/apim/outbound/memory/striped_counters.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::apim {

/// What the app keeps in memory and must not lose, with the journal that it survives in. open()
/// brings back the newest snapshot and every record behind it. Any thread, but snapshot() and
/// close() one at a time.
class ApimState final : public CounterWindows {
 public:
  struct Options {
    journal::Options journal;
    std::uint64_t snapshot_after_bytes = 256U << 20U;  // of log behind the newest snapshot
    std::size_t idempotency_keys_max = IdempotencyKeys::keys_max_default;
  };

  /// Errors: the journal's, and RecordErrc when what it holds is not ours or is newer.
  static Result<std::unique_ptr<ApimState>> open(Options options, journal::FileSystem& files);

  StripedCounters& counters() { return counters_; }
  IdempotencyKeys& keys() { return counters_.keys(); }
  MeteringLedger& metering() { return ledger_; }
  Events& events() { return events_; }
  ErrorLists& errors() { return errors_; }
  AlertMarks& alert_marks() { return alert_marks_; }
  ConsumerNotices& notices() { return notices_; }
  [[nodiscard]] const RecordLog& log() const { return log_; }

  /// The barrier before an answer leaves: journal::Journal::commit().
  bool commit(UniqueFunction<void()> when_durable) {
    return journal_->commit(std::move(when_durable));
  }

  void put_windows(const Subject& subject, std::string_view metric_id,
                   std::span<const CounterWindow> windows, UnixSeconds now) override {
    counters_.put_windows(subject, metric_id, windows, now);
  }
  void each_window(const Visit& visit) const override { counters_.each_window(visit); }
  /// Blocks until everything so far is on disk.
  Result<> sync() override { return journal_->sync(); }

  /// Whether open() replayed anything: the process before did not end in order.
  [[nodiscard]] bool has_replayed() const { return journal_->recovered().records > 0; }

  /// What open() cut off the log's end, and where, for the log line of the start; empty: nothing.
  [[nodiscard]] const std::string& torn_tail() const { return journal_->recovered().torn_tail; }

  /// Of the journal; see there.
  [[nodiscard]] Result<> health() const { return journal_->health(); }
  [[nodiscard]] journal::Journal::Stats stats() const { return journal_->stats(); }

  [[nodiscard]] bool needs_snapshot() const {
    return journal_->bytes_since_snapshot() > snapshot_after_bytes_;
  }
  /// Serving goes on meanwhile. Call from a lane: it encodes everything, writes and syncs.
  Result<> snapshot();

  /// Leaves a snapshot of everything, so that the next open() has nothing to replay. Nothing may be
  /// changed any more.
  Result<> close();

 private:
  struct Log final : RecordLog {
    std::uint64_t append(std::string_view record) override;
    [[nodiscard]] bool accepts() const override { return journal->accepts(); }
    journal::Journal* journal = nullptr;  // null while recovering, when nothing is appended
  };

  explicit ApimState(const Options& options)
      : snapshot_after_bytes_(options.snapshot_after_bytes),
        counters_(log_, options.idempotency_keys_max, &events_) {}
  Result<> load(Bytes snapshot);
  Result<> replay(journal::Sequence sequence, Bytes payload);
  void choose_key_secret();

  std::uint64_t snapshot_after_bytes_;
  Log log_;
  EventQueue events_{log_};
  StripedCounters counters_;
  JournaledLedger ledger_{log_, counters_};
  JournaledErrorLists errors_{log_};
  NoticeQueue notices_{log_};
  JournaledAlertMarks alert_marks_{log_, events_, notices_};
  std::unique_ptr<journal::Journal> journal_;
};

}  // namespace mainstay::apim
