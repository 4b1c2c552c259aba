#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/exchange/ports/primary_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::exchange {

/// PrimaryStore in the relational store (tables exchange_investors, _artists, _allocations,
/// _matches, _payments), on either engine.
class SqlPrimaryStore final : public PrimaryStore {
 public:
  explicit SqlPrimaryStore(store::Store& store, PrimaryBounds bounds = {})
      : store_(store), bounds_(bounds) {}

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
  Result<std::vector<store::Row>> rows(std::string_view sql,
                                       std::initializer_list<store::Value> params);

  store::Store& store_;
  const PrimaryBounds bounds_;
};

}  // namespace mainstay::exchange
