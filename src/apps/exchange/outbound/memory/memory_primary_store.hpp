#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/exchange/ports/primary_store.hpp"
#include "base/locked.hpp"

namespace mainstay::exchange {

/// PrimaryStore in memory: for tests, which make some of it fail. Any thread.
class MemoryPrimaryStore : public PrimaryStore {
 public:
  explicit MemoryPrimaryStore(PrimaryBounds bounds = {}) : bounds_(bounds) {}

  Result<InvestorRecord> add_investor(const InvestorRecord& wanted, bool bounded) override;
  Result<ArtistRecord> add_artist(const ArtistRecord& wanted, bool bounded) override;
  Result<std::vector<InvestorRecord>> investors(const PageOf& page) override;
  Result<std::vector<ArtistRecord>> artists(const PageOf& page) override;
  Result<std::vector<AllocationRecord>> allocations(const PageOf& page) override;
  Result<InvestorRecord> investor(models::InvestorUserId id) override;
  Result<ArtistRecord> artist(models::AssetUserId id) override;
  Result<AllocationRecord> allocation(std::uint64_t id) override;
  Result<std::optional<AllocationRecord>> allocation(const std::string& owner,
                                                     const std::string& request_key) override;
  Result<std::vector<MatchRecord>> matches(MatchesOf of, std::uint64_t id, std::uint64_t after,
                                           std::size_t limit) override;
  Result<std::vector<IssuedUnits>> holdings(models::InvestorUserId id) override;
  Result<RunInput> run_input(const std::string& owner, std::size_t investors_max,
                             SystemTime now) override;
  Result<AllocationRecord> commit_run(const RunOutput& run) override;
  Result<std::vector<Payment>> due(std::size_t limit) override;
  Result<> record(std::span<const PaymentStep> steps) override;
  Result<> repeat_newest(std::size_t count) override;

 private:
  struct Investor {
    InvestorRecord record;
    std::uint64_t payment = 0;
    std::uint64_t last_run = 0;
  };
  struct Artist {
    ArtistRecord record;
    std::uint64_t payment = 0;
  };
  struct Tables {
    std::map<std::uint64_t, Investor> investors;
    std::map<std::uint64_t, Artist> artists;
    std::map<std::uint64_t, AllocationRecord> allocations;
    std::map<std::uint64_t, MatchRecord> matches;
    std::map<std::uint64_t, Payment> payments;

    std::uint64_t owe(Payment payment);
    [[nodiscard]] InvestorRecord seen(const Investor& one) const;
    [[nodiscard]] ArtistRecord seen(const Artist& one) const;
    void add_match(std::uint64_t allocation, models::CashFlowMatch match);
    void record(const PaymentStep& step);
  };

  Locked<Tables> tables_;
  const PrimaryBounds bounds_;
};

}  // namespace mainstay::exchange
