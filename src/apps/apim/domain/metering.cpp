#include "apps/apim/domain/metering.hpp"

#include <vector>

namespace mainstay::apim {
namespace {

/// Ids in one record: small, so that a flush holds locks for a moment only.
constexpr std::size_t settled_bytes_max = 1U << 20U;

/// Adds the calls of one metric; nothing when the master lacks the application or the metric. Spike
/// limits do not apply: when in its minute a call came is not known.
void add(ReportCharges& charges, const Service& master, std::string_view provider_key,
         std::string_view metric, std::int64_t amount, UnixSeconds minute) {
  if (amount == 0) return;
  const std::string value = std::to_string(amount);
  ReportedTransaction transaction;
  transaction.user_key = provider_key;
  transaction.usage.push_back({metric, value});
  (void)charges.add(master, transaction, Hierarchy::propagate, minute);
}

}  // namespace

void MasterMeter::count(const Catalog& catalog, std::size_t thread, const MeteredCalls& call,
                        SystemTime now) {
  if (names_.service_id.empty() || (call.authorizations == 0 && call.transactions == 0)) return;
  const Service* master = catalog.services.find(names_.service_id);
  if (master == nullptr || master->user_keys.find(call.provider_key) == nullptr) return;
  ledger_.add(thread, windows_at(unix_seconds(now))[index(Period::minute)].begin, call);
  if (ledger_.calls_waiting() >= batch_calls_) flush(catalog);
}

void MasterMeter::flush(const Catalog& catalog) {
  if (flushing_.test_and_set()) return;
  struct Clear {
    std::atomic_flag& flag;
    ~Clear() { flag.clear(); }
  } const at_the_end{flushing_};
  const Service* master = catalog.services.find(names_.service_id);
  for (const MeteringLedger::Batch& batch : ledger_.pending()) settle(master, batch);
}

/// In one record, or in several when the ids are long. A master that is gone counts nothing.
void MasterMeter::settle(const Service* master, const MeteringLedger::Batch& batch) {
  MeteringLedger::Batch part{batch.slot, batch.minute, {}};
  ReportCharges charges;
  for (const MeteringLedger::Batch::Entry& entry : batch.entries) {
    part.entries.push_back(entry);
    if (master != nullptr) {
      add(charges, *master, entry.provider_key, names_.authorize, entry.authorizations,
          batch.minute);
      add(charges, *master, entry.provider_key, names_.transactions, entry.transactions,
          batch.minute);
    }
    if (charges.bytes() < settled_bytes_max) continue;
    settle(master, part, charges);
    part.entries.clear();
    charges.clear();
  }
  if (!part.entries.empty()) settle(master, part, charges);
}

void MasterMeter::settle(const Service* master, const MeteringLedger::Batch& batch,
                         ReportCharges& charges) {
  const std::vector<Charge> all =
      master != nullptr ? charges.charges(*master) : std::vector<Charge>{};
  std::vector<Traffic> traffic(all.size());
  ledger_.settle(batch, all, traffic);
  for (std::size_t i = 0; i < all.size(); ++i) {
    notices_.after_charge(*master, charges.application(i), batch.minute);
  }
}

}  // namespace mainstay::apim
