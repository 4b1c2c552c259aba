#include "apps/exchange/outbound/memory/memory_primary_store.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::exchange {
namespace {

std::uint64_t next_id(const auto& table) {
  return table.empty() ? 1 : std::prev(table.end())->first + 1;
}

template <class Table>
Result<> check_room(const Table& table, const std::string& owner, std::size_t most,
                    std::size_t of_an_owner_max) {
  const auto is_own = [&](const auto& row) { return row.second.record.owner == owner; };
  if (table.size() >= most) {
    return Error{PrimaryErrc::too_many, std::to_string(most) + " are the most"};
  }
  if (std::cmp_greater_equal(std::ranges::count_if(table, is_own), of_an_owner_max)) {
    return Error{PrimaryErrc::too_many,
                 std::to_string(of_an_owner_max) + " are the most of one owner"};
  }
  return {};
}

/// What `record_of` makes of the rows that the page is about.
template <class Record, class Table, class RecordOf>
std::vector<Record> page_of(const Table& table, const PageOf& page, RecordOf record_of) {
  std::vector<Record> out;
  for (auto at = table.upper_bound(page.after); at != table.end(); ++at) {
    if (out.size() >= page.limit) break;
    Record record = record_of(at->second);
    if (page.owner.empty() || record.owner == page.owner) out.push_back(std::move(record));
  }
  return out;
}

template <class Table>
Result<const typename Table::mapped_type*> find(const Table& table, std::uint64_t id) {
  const auto found = table.find(id);
  if (found == table.end()) return PrimaryErrc::unknown;
  return &found->second;
}

}  // namespace

std::uint64_t MemoryPrimaryStore::Tables::owe(Payment payment) {
  payment.id = next_id(payments);
  payments.emplace(payment.id, payment);
  return payment.id;
}

InvestorRecord MemoryPrimaryStore::Tables::seen(const Investor& one) const {
  InvestorRecord out = one.record;
  out.paid = payments.at(one.payment).state == Payment::State::done;
  return out;
}

ArtistRecord MemoryPrimaryStore::Tables::seen(const Artist& one) const {
  ArtistRecord out = one.record;
  out.listed = payments.at(one.payment).state == Payment::State::done;
  return out;
}

Result<InvestorRecord> MemoryPrimaryStore::add_investor(const InvestorRecord& wanted,
                                                        bool bounded) {
  auto tables = tables_.lock();
  const auto made_before = [&](const auto& row) {
    const InvestorRecord& one = row.second.record;
    return !wanted.request_key.empty() && one.owner == wanted.owner &&
           one.request_key == wanted.request_key;
  };
  const auto before = std::ranges::find_if(tables->investors, made_before);
  if (before != tables->investors.end()) return tables->seen(before->second);
  MS_TRY_VOID(check_room(tables->investors, wanted.owner, bounds_.investors_max,
                         bounded ? bounds_.of_an_owner_max : bounds_.investors_max));
  Investor made{.record = wanted};
  InvestorRecord& record = made.record;
  record.user.id = models::InvestorUserId{next_id(tables->investors)};
  if (record.account == AccountId{}) record.account = account_of(record.user.id);
  const auto has_account = [&](const auto& row) {
    return row.second.record.account == record.account;
  };
  if (std::ranges::any_of(tables->investors, has_account)) return PrimaryErrc::account_taken;
  Payment principal;
  principal.to = record.account;
  principal.amount = record.user.principal;
  made.payment = tables->owe(std::move(principal));
  const auto [at, added] = tables->investors.emplace(record.user.id.get(), made);
  return tables->seen(at->second);
}

Result<ArtistRecord> MemoryPrimaryStore::add_artist(const ArtistRecord& wanted, bool bounded) {
  auto tables = tables_.lock();
  MS_TRY_VOID(check_room(tables->artists, wanted.owner, bounds_.artists_max,
                         bounded ? bounds_.of_an_owner_max : bounds_.artists_max));
  const auto has_ticker = [&](const auto& row) {
    return row.second.record.ticker == wanted.ticker;
  };
  if (std::ranges::any_of(tables->artists, has_ticker)) {
    return Error{PrimaryErrc::ticker_taken, wanted.ticker};
  }
  Artist made{.record = wanted};
  made.record.user.id = models::AssetUserId{next_id(tables->artists)};
  made.record.account = account_of(made.record.user.id);
  Payment listing;
  listing.ticker = wanted.ticker;
  listing.unit_price = wanted.user.unit_price;
  made.payment = tables->owe(std::move(listing));
  const auto [at, added] = tables->artists.emplace(made.record.user.id.get(), made);
  return tables->seen(at->second);
}

Result<std::vector<InvestorRecord>> MemoryPrimaryStore::investors(const PageOf& page) {
  auto tables = tables_.lock();
  return page_of<InvestorRecord>(tables->investors, page,
                                 [&](const Investor& one) { return tables->seen(one); });
}

Result<std::vector<ArtistRecord>> MemoryPrimaryStore::artists(const PageOf& page) {
  auto tables = tables_.lock();
  return page_of<ArtistRecord>(tables->artists, page, [&](const Artist& one) {
    ArtistRecord record = tables->seen(one);
    record.user.history.clear();
    return record;
  });
}

Result<std::vector<AllocationRecord>> MemoryPrimaryStore::allocations(const PageOf& page) {
  auto tables = tables_.lock();
  return page_of<AllocationRecord>(tables->allocations, page,
                                   [](const AllocationRecord& one) { return one; });
}

Result<InvestorRecord> MemoryPrimaryStore::investor(models::InvestorUserId id) {
  auto tables = tables_.lock();
  MS_TRY(const auto* found, find(tables->investors, id.get()));
  return tables->seen(*found);
}

Result<ArtistRecord> MemoryPrimaryStore::artist(models::AssetUserId id) {
  auto tables = tables_.lock();
  MS_TRY(const auto* found, find(tables->artists, id.get()));
  return tables->seen(*found);
}

Result<AllocationRecord> MemoryPrimaryStore::allocation(std::uint64_t id) {
  auto tables = tables_.lock();
  MS_TRY(const auto* found, find(tables->allocations, id));
  return *found;
}

Result<std::optional<AllocationRecord>> MemoryPrimaryStore::allocation(
    const std::string& owner, const std::string& request_key) {
  auto tables = tables_.lock();
  for (const auto& [id, one] : tables->allocations) {
    if (one.owner == owner && one.request_key == request_key) return std::optional{one};
  }
  return std::optional<AllocationRecord>{};
}

Result<std::vector<MatchRecord>> MemoryPrimaryStore::matches(MatchesOf of, std::uint64_t id,
                                                             std::uint64_t after,
                                                             std::size_t limit) {
  auto tables = tables_.lock();
  std::vector<MatchRecord> out;
  for (auto at = tables->matches.upper_bound(after); at != tables->matches.end(); ++at) {
    if (out.size() >= limit) break;
    const MatchRecord& one = at->second;
    const std::uint64_t own = of == MatchesOf::allocation ? one.allocation
                              : of == MatchesOf::investor ? one.match.investor.get()
                                                          : one.match.asset.get();
    if (own == id) out.push_back(one);
  }
  return out;
}

Result<std::vector<IssuedUnits>> MemoryPrimaryStore::holdings(models::InvestorUserId id) {
  auto tables = tables_.lock();
  std::map<models::AssetUserId, IssuedUnits> sums;
  for (const auto& [key, one] : tables->matches) {
    if (one.match.investor != id || one.state == MatchState::void_) continue;
    IssuedUnits& sum = sums[one.match.asset];
    sum.artist = one.match.asset;
    sum.ticker = tables->artists.at(one.match.asset.get()).record.ticker;
    sum.units += one.match.units;
    sum.amount += one.match.amount;
  }
  std::vector<IssuedUnits> out;
  for (auto& [artist, sum] : sums) out.push_back(std::move(sum));
  return out;
}

Result<RunInput> MemoryPrimaryStore::run_input(const std::string& owner, std::size_t investors_max,
                                               SystemTime now) {
  auto tables = tables_.lock();
  std::vector<std::pair<std::uint64_t, const Investor*>> waiting;
  for (const auto& [id, one] : tables->investors) {
    const InvestorRecord record = tables->seen(one);
    const bool wanted = owner.empty() || record.owner == owner;
    if (wanted && is_waiting(record) && record.user.time_horizon > now) {
      waiting.emplace_back(one.last_run, &one);
    }
  }
  std::ranges::stable_sort(waiting, {}, &std::pair<std::uint64_t, const Investor*>::first);
  RunInput out;
  for (const auto& [last_run, one] : waiting) {
    if (out.investors.size() >= investors_max) break;
    out.investors.push_back(tables->seen(*one));
  }
  for (const auto& [id, one] : tables->artists) {
    const models::AssetUser& user = one.record.user;
    if (user.units_left() > 0 && user.expiration_date > now) {
      out.artists.push_back(tables->seen(one));
    }
  }
  return out;
}

Result<AllocationRecord> MemoryPrimaryStore::commit_run(const RunOutput& run) {
  auto tables = tables_.lock();
  std::map<models::InvestorUserId, Amount> paid;
  std::map<models::AssetUserId, Amount> raised;
  AllocationRecord out = run.allocation;
  for (const models::CashFlowMatch& match : run.matches) {
    paid[match.investor] += match.amount;
    raised[match.asset] += match.amount;
    out.amount += match.amount;
  }
  for (const auto& [id, amount] : paid) {
    const auto found = tables->investors.find(id.get());
    if (found == tables->investors.end() ||
        found->second.record.user.remaining_principal < amount) {
      return PrimaryErrc::changed_meanwhile;
    }
  }
  for (const auto& [id, amount] : raised) {
    const auto found = tables->artists.find(id.get());
    if (found == tables->artists.end() || found->second.record.user.remaining_fund < amount) {
      return PrimaryErrc::changed_meanwhile;
    }
  }
  out.id = next_id(tables->allocations);
  out.matches = run.matches.size();
  out.investors = run.tried.size();
  tables->allocations.emplace(out.id, out);
  for (const models::InvestorUserId id : run.tried) {
    tables->investors.at(id.get()).last_run = out.id;
  }
  for (const auto& [id, ranking] : run.rankings) {
    tables->artists.at(id.get()).record.user.ranking = ranking;
  }
  for (const models::CashFlowMatch& match : run.matches) tables->add_match(out.id, match);
  return out;
}

void MemoryPrimaryStore::Tables::add_match(std::uint64_t allocation, models::CashFlowMatch match) {
  match.id = next_id(matches);
  InvestorRecord& investor = investors.at(match.investor.get()).record;
  ArtistRecord& artist = artists.at(match.asset.get()).record;
  investor.user.remaining_principal -= match.amount;
  artist.user.remaining_fund -= match.amount;
  matches.emplace(match.id, MatchRecord{allocation, match, MatchState::agreed});
  Payment payment;
  payment.match = match.id;
  payment.from = investor.account;
  payment.to = artist.account;
  payment.amount = match.amount;
  payment.ticker = artist.ticker;
  payment.units = match.units;
  payment.unit_price = artist.user.unit_price;
  owe(std::move(payment));
}

Result<std::vector<Payment>> MemoryPrimaryStore::due(std::size_t limit) {
  auto tables = tables_.lock();
  std::vector<Payment> out;
  for (const auto& [id, one] : tables->payments) {
    if (out.size() >= limit) break;
    if (one.state < Payment::State::done) out.push_back(one);
  }
  return out;
}

Result<> MemoryPrimaryStore::record(std::span<const PaymentStep> steps) {
  auto tables = tables_.lock();
  for (const PaymentStep& step : steps) tables->record(step);
  return {};
}

void MemoryPrimaryStore::Tables::record(const PaymentStep& step) {
  const auto found = payments.find(step.id);
  if (found == payments.end() || found->second.state >= Payment::State::done) return;
  found->second.state = step.state;
  const auto match = matches.find(found->second.match);
  if (match == matches.end()) return;
  MatchRecord& record = match->second;
  if (step.state == Payment::State::done) record.state = MatchState::issued;
  if (step.state != Payment::State::refused) return;
  record.state = MatchState::void_;
  investors.at(record.match.investor.get()).record.user.remaining_principal += record.match.amount;
  artists.at(record.match.asset.get()).record.user.remaining_fund += record.match.amount;
}

Result<> MemoryPrimaryStore::repeat_newest(std::size_t count) {
  auto tables = tables_.lock();
  for (auto at = tables->payments.rbegin(); at != tables->payments.rend(); ++at) {
    if (at->first + count < next_id(tables->payments)) break;
    if (at->second.state == Payment::State::done) at->second.state = Payment::State::due;
  }
  return {};
}

}  // namespace mainstay::exchange
