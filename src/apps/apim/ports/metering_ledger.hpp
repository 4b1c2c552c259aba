#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/ports/counters.hpp"

namespace mainstay::apim {

/// What a provider's calls of one minute come to.
struct MeteredCalls {
  std::string_view provider_key;
  std::int64_t authorizations = 0;
  std::int64_t transactions = 0;
};

/// Providers' calls that were made and not yet counted for them in the master service.
///
/// Obligations: what was added survives as the counters do, once the answer's commit is through;
/// each call is settled once, whatever dies between. Any thread; pending() and settle() by one at a
/// time.
class MeteringLedger {
 public:
  virtual ~MeteringLedger() = default;

  /// Takes down one call. `thread`: whose call it is, so that threads do not meet here.
  virtual void add(std::size_t thread, UnixSeconds minute, const MeteredCalls& call) = 0;

  /// Calls taken down since the last pending().
  [[nodiscard]] virtual std::size_t calls_waiting() const = 0;

  /// Some calls of one minute, summed up by provider.
  struct Batch {
    struct Entry {
      std::string provider_key;
      std::int64_t authorizations = 0;
      std::int64_t transactions = 0;
    };
    std::size_t slot = 0;  // the ledger's own
    UnixSeconds minute = 0;
    std::vector<Entry> entries;  // at most batch_entries_max
  };
  static constexpr std::size_t batch_entries_max = 256;

  /// Everything that waits.
  virtual std::vector<Batch> pending() = 0;

  /// Counts `charges` and strikes the batch out: both or neither. `traffic[i]` belongs to
  /// `charges[i]`.
  virtual void settle(const Batch& batch, std::span<const Charge> charges,
                      std::span<Traffic> traffic) = 0;
};

}  // namespace mainstay::apim
