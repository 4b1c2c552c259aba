#include "apps/apim/outbound/memory/journaled_ledger.hpp"

#include <utility>

#include "apps/apim/domain/usage.hpp"

namespace mainstay::apim {
namespace {

Error ledger_malformed(std::string_view what) {
  return Error{RecordErrc::snapshot_malformed, "metering ledger: " + std::string{what}};
}

}  // namespace

void JournaledLedger::add(std::size_t thread, UnixSeconds minute, const MeteredCalls& call) {
  const std::size_t place = thread % slot_count;
  {
    auto slot = (*slots_)[place].lock();
    SlotCalls& of = slot->metered.of;
    of.slot = static_cast<std::uint8_t>(place);
    of.minute = minute;
    of.calls.assign(1, call);
    slot->record.clear();
    encode(slot->record, slot->metered);
    slot->sequence = log_.append(slot->record);
    slot->add(minute, call);
  }
  waiting_.fetch_add(1, std::memory_order_relaxed);
}

std::vector<MeteringLedger::Batch> JournaledLedger::pending() {
  waiting_.store(0, std::memory_order_relaxed);
  std::vector<Batch> all;
  for (std::size_t place = 0; place < slot_count; ++place) {
    auto slot = (*slots_)[place].lock();
    for (const auto& [minute, sums] : slot->minutes) {
      const std::size_t first = all.size();
      for (const auto& [provider, sum] : sums) {
        if (all.size() == first || all.back().entries.size() == batch_entries_max) {
          all.push_back({place, minute, {}});
        }
        all.back().entries.push_back({provider, sum.authorizations, sum.transactions});
      }
    }
  }
  return all;
}

void JournaledLedger::settle(const Batch& batch, std::span<const Charge> charges,
                             std::span<Traffic> traffic) {
  UsageRider rider;
  SlotCalls& settled = rider.settled.emplace();
  settled.slot = static_cast<std::uint8_t>(batch.slot);
  settled.minute = batch.minute;
  for (const Batch::Entry& entry : batch.entries) {
    settled.calls.push_back({entry.provider_key, entry.authorizations, entry.transactions});
  }
  auto slot = (*slots_)[batch.slot].lock();
  slot->sequence = counters_.charge_with(&rider, charges, batch.minute, traffic);
  for (const MeteredCalls& one : settled.calls) slot->strike(batch.minute, one);
}

void JournaledLedger::replay(std::uint64_t sequence, const CallsMetered& record) {
  auto slot = (*slots_)[record.of.slot % slot_count].lock();
  if (slot->sequence >= sequence) return;
  slot->sequence = sequence;
  for (const MeteredCalls& call : record.of.calls) slot->add(record.of.minute, call);
}

void JournaledLedger::replay(std::uint64_t sequence, const UsageCharged& record) {
  if (!record.rider.settled) return;
  const SlotCalls& settled = *record.rider.settled;
  auto slot = (*slots_)[settled.slot % slot_count].lock();
  if (slot->sequence >= sequence) return;
  slot->sequence = sequence;
  for (const MeteredCalls& call : settled.calls) slot->strike(settled.minute, call);
}

/// Slots in order: sequence, then sums, each behind a 1; a 0 ends them.
void JournaledLedger::save(std::string& out) const {
  std::string saved;
  for (const OwnLine& line : *slots_) {
    saved.clear();
    {
      auto slot = line.lock();
      ByteWriter writer{saved};
      writer.u64(slot->sequence);
      for (const auto& [minute, sums] : slot->minutes) {
        for (const auto& [provider, sum] : sums) {
          writer.u8(1);
          writer.i64(minute);
          writer.text(provider);
          writer.varint(static_cast<std::uint64_t>(sum.authorizations));
          writer.varint(static_cast<std::uint64_t>(sum.transactions));
        }
      }
      writer.u8(0);
    }
    out.append(saved);
  }
}

Result<> JournaledLedger::load(ByteReader& in) {
  for (OwnLine& line : *slots_) {
    auto slot = line.lock();
    slot->sequence = in.u64();
    std::uint8_t more = in.u8();
    for (; more == 1; more = in.u8()) {
      const UnixSeconds minute = in.i64();
      MeteredCalls sum;
      sum.provider_key = in.text();
      sum.authorizations = static_cast<std::int64_t>(in.varint());
      sum.transactions = static_cast<std::int64_t>(in.varint());
      if (!in.ok() || sum.authorizations < 0 || sum.transactions < 0)
        return ledger_malformed("a sum");
      slot->add(minute, sum);
    }
    if (!in.ok() || more != 0) return ledger_malformed("the end of a slot");
  }
  return {};
}

void JournaledLedger::Slot::add(UnixSeconds minute, const MeteredCalls& one) {
  Sums& sums = minutes[minute];
  auto at = sums.find(one.provider_key);
  if (at == sums.end()) at = sums.try_emplace(std::string{one.provider_key}).first;
  at->second.authorizations = saturating_add(at->second.authorizations, one.authorizations);
  at->second.transactions = saturating_add(at->second.transactions, one.transactions);
}

void JournaledLedger::Slot::strike(UnixSeconds minute, const MeteredCalls& one) {
  const auto sums = minutes.find(minute);
  if (sums == minutes.end()) return;
  const auto at = sums->second.find(one.provider_key);
  if (at == sums->second.end()) return;
  at->second.authorizations -= one.authorizations;
  at->second.transactions -= one.transactions;
  if (at->second.authorizations <= 0 && at->second.transactions <= 0) sums->second.erase(at);
  if (sums->second.empty()) minutes.erase(sums);
}

}  // namespace mainstay::apim
