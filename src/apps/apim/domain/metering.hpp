#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/notices.hpp"
#include "apps/apim/domain/report.hpp"
#include "apps/apim/ports/metering_ledger.hpp"
#include "base/clock.hpp"

namespace mainstay::apim {

/// Counts a provider's own calls ("backend hits") on its application in the master service, which
/// is found by the user key that equals the provider key. Without a master service, or for a
/// provider without such an application, nothing is counted. Any thread.
///
/// A call is taken down at once and counted later, with others, in the windows of its minute:
/// when `batch_calls` have gathered, or at the owner's next flush(). Every answered call is taken
/// down once, a repeated one too: it is the provider's calls that are metered, not its consumers'
/// usage.
class MasterMeter {
 public:
  struct Names {
    std::string service_id;  // empty: no metering
    std::string transactions = "transactions";
    std::string authorize = "transactions/authorize";
  };

  MasterMeter(MeteringLedger& ledger, Notices& notices, Names names, std::size_t batch_calls)
      : ledger_(ledger), notices_(notices), names_(std::move(names)), batch_calls_(batch_calls) {}

  /// `thread`: of the call, as MeteringLedger::add() has it.
  void count(const Catalog& catalog, std::size_t thread, const MeteredCalls& call, SystemTime now);

  /// Counts what waits. Does nothing while another thread is at it.
  void flush(const Catalog& catalog);

 private:
  void settle(const Service* master, const MeteringLedger::Batch& batch);
  void settle(const Service* master, const MeteringLedger::Batch& batch, ReportCharges& charges);

  MeteringLedger& ledger_;
  Notices& notices_;
  Names names_;
  std::size_t batch_calls_;
  std::atomic_flag flushing_;
};

}  // namespace mainstay::apim
