#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// One transaction of a report. Views live as long as the request; empty means absent.
struct ReportedTransaction {
  std::string_view app_id;
  std::string_view user_key;
  std::vector<UsageParameter> usage;
  std::string_view timestamp;
  int response_code = 0;
};

/// Transactions of a service, looked up one by one into what the counters are charged with.
class ReportCharges {
 public:
  /// States and limits are not looked at. Either credential is taken, whatever the service's
  /// version. Errors, after which nothing was added: authentication_error, user_key_invalid,
  /// application_not_found, metric_invalid, usage_value_invalid, transaction_timestamp_too_old and
  /// _too_new.
  Result<> add(const Service& service, const ReportedTransaction& transaction, Hierarchy hierarchy,
               UnixSeconds now);
  /// That what was added last fills its plan's spike limits, at most to a full burst. What carries
  /// no time of its own was used now.
  void add_spikes(const Service& service, SystemTime now);

  /// In the order of adding; valid until the next add(), and as long as the service.
  [[nodiscard]] std::vector<Charge> charges(const Service& service);
  [[nodiscard]] const Application& application(std::size_t place) const {
    return *added_[place].application;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  // as charge_bytes()
  void clear();

 private:
  /// A transaction whose parts are all known.
  struct Added {
    const Application* application;
    UnixSeconds at;
    int response_code;
    std::size_t first_metric;
    std::size_t metric_count;
    std::size_t windows;  // place in windows_, when the service has a zone
    std::size_t first_spike;
    std::size_t spike_count;
  };
  void note_windows(UnixSeconds at, const TimeZone& zone);

  std::vector<Added> added_;
  std::vector<Windows> windows_;
  std::vector<MetricCharge> metrics_;  // of all of them
  std::vector<SpikeProbe> spikes_;     // likewise
  std::size_t bytes_ = 0;
  ResolvedUsage usage_;
};

/// Counts a batch of transactions: all of them, or, when one is wrong, none; the error says why,
/// and `wrong` is the place of the transaction that it is about, left alone when it is about all.
/// Spike limits fill up, at most to a full burst.
/// Whose transactions were counted, for the notices that follow. With an idempotency key the batch
/// is counted once: none are returned when that was before.
/// Errors: those of ReportCharges, usage_too_large; with a key idempotency_key_reused and
/// idempotency_store_full.
Result<std::vector<const Application*>> count_report(Counters& counters, const Service& service,
                                                     std::span<const ReportedTransaction> batch,
                                                     Hierarchy hierarchy, SystemTime now,
                                                     std::string_view idempotency_key = {},
                                                     std::optional<std::size_t>* wrong = nullptr);

}  // namespace mainstay::apim
