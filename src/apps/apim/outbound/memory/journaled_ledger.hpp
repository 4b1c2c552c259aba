#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/outbound/memory/striped_counters.hpp"
#include "apps/apim/ports/metering_ledger.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

/// The metering ledger of the process: sums in memory, a record for each call, and one for what is
/// settled, which holds the usage that it was counted as. In slots that know the last record they
/// were changed by; a thread has one of its own, unless there are more threads than slots.
class JournaledLedger final : public MeteringLedger {
 public:
  JournaledLedger(RecordLog& log, StripedCounters& counters) : log_(log), counters_(counters) {}

  void add(std::size_t thread, UnixSeconds minute, const MeteredCalls& call) override;
  [[nodiscard]] std::size_t calls_waiting() const override {
    return waiting_.load(std::memory_order_relaxed);
  }
  std::vector<Batch> pending() override;
  void settle(const Batch& batch, std::span<const Charge> charges,
              std::span<Traffic> traffic) override;

  // Recovery: load() into an empty one, then the records in their order.
  void replay(std::uint64_t sequence, const CallsMetered& record);
  void replay(std::uint64_t sequence, const UsageCharged& record);
  /// Appends everything; holds one slot at a time.
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
  static constexpr std::size_t slot_count = 64;

  struct Sum {
    std::int64_t authorizations = 0;
    std::int64_t transactions = 0;
  };
  using Sums = std::unordered_map<std::string, Sum, StringHash, std::equal_to<>>;  // by provider
  struct Slot {
    std::uint64_t sequence = 0;
    std::map<UnixSeconds, Sums> minutes;  // none without a provider
    std::string record;                   // scratch
    CallsMetered metered;                 // scratch

    void add(UnixSeconds minute, const MeteredCalls& call);
    void strike(UnixSeconds minute, const MeteredCalls& call);
  };
  struct alignas(64) OwnLine : Locked<Slot> {};

  RecordLog& log_;
  StripedCounters& counters_;
  std::atomic<std::size_t> waiting_{0};
  std::unique_ptr<std::array<OwnLine, slot_count>> slots_ =
      std::make_unique<std::array<OwnLine, slot_count>>();
};

}  // namespace mainstay::apim
