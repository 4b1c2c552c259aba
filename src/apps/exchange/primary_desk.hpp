#pragma once

#include <memory>
#include <string>

#include "apps/exchange/ports/account_owners.hpp"
#include "apps/exchange/ports/primary_store.hpp"
#include "apps/exchange/venue.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::exchange {

/// Where a new investor's money and units are.
enum class InvestorAccount : std::uint8_t {
  natural,  // the owner's account, where he trades; when another investor is there, an own one
  mine,
  own
};

struct DeskOptions {
  std::size_t jobs_max = 256;             // that wait; beyond, they are refused
  std::size_t runs_max = 8;               // allocations that wait
  std::size_t investors_a_run_max = 250;  // the others are tried by the next one
};

/// The primary market: who creates investors and artists, and allocates, comes here. Two lanes: one
/// asks the store, the other runs the models; no answer is given on an I/O thread or computed on
/// the venue's lane.
///
/// Answers come on a lane, once. Where too much waits the callback is dropped uncalled, which its
/// owner should take for "busy". Life: construct, start() when the venue has, stop() before it.
class PrimaryDesk {
 public:
  /// All of it outlives the desk. `failed` hears of errors that nobody waits for.
  PrimaryDesk(PrimaryStore& store, AccountOwners& owners, Venue& venue, const Clock& clock,
              UniqueFunction<void(const Error&)> failed, DeskOptions options = {});
  ~PrimaryDesk();

  void start();
  void stop();
  /// Any thread, now and then: goes on with payments that did not go through.
  void tick();

  template <class T>
  using Answer = UniqueFunction<void(Result<T>)>;

  /// Checked as models::new_investor does. `account`: on the owner's own account, at most one
  /// investor. Answers when the principal is in the account, or cannot be brought there now.
  void add_investor(InvestorRecord wanted, InvestorAccount account, bool bounded,
                    Answer<InvestorRecord> answer);
  /// Checked as models::new_asset does; ticker_taken when the market has an asset or symbol of that
  /// name. Answers when the symbol is there, or cannot be now.
  void add_artist(ArtistRecord wanted, bool bounded, Answer<ArtistRecord> answer);
  /// Runs the model of `wanted.method` over those who wait, of `investors_of` (empty: of all), and
  /// the open artists. Answers when the units are issued, or cannot be now. The same request_key
  /// gives what it gave before.
  void allocate(AllocationRecord wanted, std::string investors_of, Answer<AllocationRecord> answer);
  /// Runs `ask` on the store's lane.
  void ask(UniqueFunction<void(PrimaryStore&)> ask);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // answers of the venue and the store may come behind its end
};

}  // namespace mainstay::exchange
