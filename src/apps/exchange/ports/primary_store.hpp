#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/exchange/domain/models/primary_market.hpp"
#include "apps/exchange/domain/models/settlement.hpp"
#include "apps/exchange/domain/models/users.hpp"
#include "apps/exchange/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// Accounts from here on belong to investors (even ones) and artists (odd ones), not to users.
inline constexpr std::uint64_t first_primary_account = 1'000'000'000;

AccountId account_of(models::InvestorUserId id);
AccountId account_of(models::AssetUserId id);

enum class PrimaryErrc : std::uint8_t {
  ticker_taken = 1,
  account_taken,  // another investor stands on that account
  too_many,
  changed_meanwhile,  // what a run was planned with is not so any more: run again
  unknown,
};
const ErrorRow& error_row(PrimaryErrc code);

struct PrimaryBounds {
  std::size_t investors_max = 10'000;
  std::size_t artists_max = 1'000;
  std::size_t of_an_owner_max = 100;  // investors, and artists, of a caller who is bounded
};

struct InvestorRecord {
  models::InvestorUser user{};  // its `investments` stay empty: see matches
  std::string owner{};
  std::string request_key{};  // empty: none
  AccountId account{};        // 0 in a wish: one of its own
  SystemTime created_at{};
  bool paid = false;  // the principal is in the account
};

struct ArtistRecord {
  models::AssetUser user{};  // its `investors` stay empty: see matches
  std::string owner{};
  std::string ticker{};  // the asset's name, and with the quote asset's behind it the symbol's
  AccountId account{};   // where what is raised goes
  SystemTime created_at{};
  bool listed = false;  // asset and symbol are there
};

struct AllocationRecord {
  std::uint64_t id = 0;
  std::string owner{};
  std::string request_key{};
  models::AllocationMethod method{};
  SystemTime created_at{};
  std::uint64_t investors = 0;  // who were tried
  std::uint64_t matches = 0;
  Amount amount = 0;
};

enum class MatchState : std::uint8_t { agreed, issued, void_ };

struct MatchRecord {
  std::uint64_t allocation = 0;
  models::CashFlowMatch match{};
  MatchState state = MatchState::agreed;
};

/// What an investor bought of an artist, without void matches.
struct IssuedUnits {
  models::AssetUserId artist{};
  std::string ticker{};
  std::int64_t units = 0;
  Amount amount = 0;
};

/// A change of the market's accounts that is owed: `from` (0: nobody) gives `amount` to `to` (0:
/// nobody) and gets `units` newly issued ones of `ticker` for it. What is taken comes first, and
/// may be refused: then the rest does not happen.
struct Payment {
  enum class State : std::uint8_t { due, debited, done, refused };
  std::uint64_t id = 0;
  std::uint64_t match = 0;  // 0: of an investor's or artist's beginning
  AccountId from{};
  AccountId to{};
  Amount amount = 0;
  std::string ticker{};  // to be there first; empty: none
  std::int64_t units = 0;
  Amount unit_price = 0;
  State state = State::due;
};

struct PaymentStep {
  std::uint64_t id = 0;
  Payment::State state{};
};

/// What to list: the smallest ids first, behind `after`.
struct PageOf {
  std::string owner{};  // empty: everybody's
  std::uint64_t after = 0;
  std::size_t limit = 100;
};

enum class MatchesOf : std::uint8_t { allocation, investor, artist };

/// What a run of a method made of RunInput.
struct RunInput {
  std::vector<InvestorRecord> investors;
  std::vector<ArtistRecord> artists;
};
struct RunOutput {
  AllocationRecord allocation;                 // its id and sums are the store's to give
  std::vector<models::InvestorUserId> tried;   // who wait behind the others the next time
  std::vector<models::CashFlowMatch> matches;  // ids are the store's to give
  std::vector<std::pair<models::AssetUserId, double>> rankings;
};

/// Investors, artists, allocations, and the payments that follow from them. Every change is atomic
/// and on disk behind its return, with the payments that it owes. Blocks: for lanes. Several
/// threads may call.
class PrimaryStore {
 public:
  virtual ~PrimaryStore() = default;

  /// Gives it an id, an account unless it has one, and owes the account its principal. What the
  /// owner made under the same request_key before is given back instead, as it is now. too_many,
  /// account_taken.
  virtual Result<InvestorRecord> add_investor(const InvestorRecord& wanted, bool bounded) = 0;
  /// Gives it an id and an account, and owes a symbol. too_many, ticker_taken.
  virtual Result<ArtistRecord> add_artist(const ArtistRecord& wanted, bool bounded) = 0;

  virtual Result<std::vector<InvestorRecord>> investors(const PageOf& page) = 0;
  /// Without their histories.
  virtual Result<std::vector<ArtistRecord>> artists(const PageOf& page) = 0;
  virtual Result<std::vector<AllocationRecord>> allocations(const PageOf& page) = 0;
  // PrimaryErrc::unknown.
  virtual Result<InvestorRecord> investor(models::InvestorUserId id) = 0;
  virtual Result<ArtistRecord> artist(models::AssetUserId id) = 0;
  virtual Result<AllocationRecord> allocation(std::uint64_t id) = 0;
  virtual Result<std::optional<AllocationRecord>> allocation(const std::string& owner,
                                                             const std::string& request_key) = 0;
  virtual Result<std::vector<MatchRecord>> matches(MatchesOf of, std::uint64_t id,
                                                   std::uint64_t after, std::size_t limit) = 0;
  /// By artist.
  virtual Result<std::vector<IssuedUnits>> holdings(models::InvestorUserId id) = 0;

  /// Of the owner (empty: of all) those who have their principal and wait for more, the ones first
  /// that were not tried for longest; and all artists who are not expired at `now` and have units
  /// left, with their histories.
  virtual Result<RunInput> run_input(const std::string& owner, std::size_t investors_max,
                                     SystemTime now) = 0;
  /// Settles all of it, and owes a payment for each match; changed_meanwhile, and nothing done,
  /// when somebody has not enough left. Under a request_key that the owner has used: constraint
  /// errors of the store.
  virtual Result<AllocationRecord> commit_run(const RunOutput& run) = 0;

  /// Payments to be worked off, the oldest first.
  virtual Result<std::vector<Payment>> due(std::size_t limit) = 0;
  /// How far they are; of ones that are done or refused already nothing changes. A refused one
  /// makes its match void: both sides have back what it took.
  virtual Result<> record(std::span<const PaymentStep> steps) = 0;
  /// The newest payments that are done are due again: whoever works them off tells repetitions by
  /// their references, and what it forgot in a crash it learns once more.
  virtual Result<> repeat_newest(std::size_t count) = 0;
};

/// Who is not worth another search (models::InvestorUser::is_done) does not wait.
bool is_waiting(const InvestorRecord& investor);

}  // namespace mainstay::exchange
