#include "apps/exchange/outbound/sqlite/primary_rows.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "apps/exchange/outbound/sqlite/primary_row_values.hpp"

namespace mainstay::exchange {
namespace {

using store::Row;
using store::Session;
using store::Value;
using Params = std::initializer_list<Value>;

Result<std::int64_t> number(Session& session, std::string_view sql, Params params = {}) {
  MS_TRY(const auto rows, session.query(sql, params));
  return std::get<std::int64_t>(rows.at(0).at(0));
}

// Works of the store's writer come one after the other: nobody takes the number in between. With
// several nodes on one PostgreSQL one of two loses by the table's constraint.
Result<std::uint64_t> next_id(Session& session, const std::string& table) {
  MS_TRY(const auto highest, number(session, "SELECT COALESCE(MAX(id), 0) FROM " + table));
  return static_cast<std::uint64_t>(highest) + 1;
}

Result<> check_room(Session& session, const std::string& table, const std::string& owner,
                    std::size_t most, std::size_t of_an_owner_max) {
  MS_TRY(const auto all, number(session, "SELECT COUNT(*) FROM " + table));
  if (std::cmp_greater_equal(all, most)) {
    return Error{PrimaryErrc::too_many, std::to_string(most) + " are the most"};
  }
  MS_TRY(const auto own,
         number(session, "SELECT COUNT(*) FROM " + table + " WHERE owner_id = $1", {owner}));
  if (std::cmp_greater_equal(own, of_an_owner_max)) {
    return Error{PrimaryErrc::too_many,
                 std::to_string(of_an_owner_max) + " are the most of one owner"};
  }
  return {};
}

Result<std::uint64_t> owe(Session& session, const Payment& payment) {
  MS_TRY(const auto id, next_id(session, "exchange_payments"));
  MS_TRY_VOID(session.execute(
      "INSERT INTO exchange_payments VALUES ($1, $2, $3, $4, $5, $6, $7, "
      "$8, 0)",
      {value_of(id), value_of(payment.match), value_of(payment.from), value_of(payment.to),
       payment.amount, payment.ticker, payment.units, payment.unit_price}));
  return id;
}

Result<InvestorRecord> investor_where(Session& session, std::string_view condition, Params params) {
  MS_TRY(const auto rows, session.query(select_investor + std::string{condition}, params));
  if (rows.empty()) return PrimaryErrc::unknown;
  return investor_in(rows.front());
}

Result<> insert_investor(Session& session, InvestorRecord& one) {
  MS_TRY(const auto id, next_id(session, "exchange_investors"));
  one.user.id = models::InvestorUserId{id};
  if (one.account == AccountId{}) one.account = account_of(one.user.id);
  MS_TRY(const auto there,
         number(session, "SELECT COUNT(*) FROM exchange_investors WHERE account = $1",
                {value_of(one.account)}));
  if (there != 0) return PrimaryErrc::account_taken;
  Payment principal;
  principal.to = one.account;
  principal.amount = one.user.principal;
  MS_TRY(const auto payment, owe(session, principal));
  MS_TRY_VOID(session.execute(
      "INSERT INTO exchange_investors VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, "
      "$12)",
      {value_of(id), one.owner, key_value(one.request_key), value_of(one.account), one.user.mu,
       one.user.sigma, one.user.principal, one.user.remaining_principal, one.user.genre,
       value_of(one.user.time_horizon), value_of(one.created_at), value_of(payment)}));
  return {};
}

Result<> insert_artist(Session& session, ArtistRecord& one) {
  MS_TRY(const auto there,
         number(session, "SELECT COUNT(*) FROM exchange_artists WHERE ticker = $1", {one.ticker}));
  if (there != 0) return Error{PrimaryErrc::ticker_taken, one.ticker};
  MS_TRY(const auto id, next_id(session, "exchange_artists"));
  one.user.id = models::AssetUserId{id};
  one.account = account_of(one.user.id);
  Payment listing;
  listing.ticker = one.ticker;
  listing.unit_price = one.user.unit_price;
  MS_TRY(const auto payment, owe(session, listing));
  const models::AssetUser& user = one.user;
  MS_TRY_VOID(session.execute(
      "INSERT INTO exchange_artists VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
      "$13, $14, $15, $16)",
      {value_of(id), one.owner, one.ticker, value_of(one.account), user.mu, user.sigma,
       user.ranking, user.genre, value_of(user.expiration_date), value_of(user.pricing_date),
       user.total_fund, user.remaining_fund, user.unit_price, history_text(user.history),
       value_of(one.created_at), value_of(payment)}));
  return {};
}

// --- a run ---------------------------------------------------------------------------------------

/// Takes the amounts from what is left; changed_meanwhile when one is more.
template <class Id>
Result<> take(Session& session, const std::string& table, const std::map<Id, Amount>& amounts) {
  const std::string sql =
      "UPDATE " + table + " SET remaining = remaining - $2 WHERE id = $1 AND remaining >= $2";
  for (const auto& [id, amount] : amounts) {
    MS_TRY(const auto changed, session.execute(sql, {value_of(id), amount}));
    if (changed == 0) return PrimaryErrc::changed_meanwhile;
  }
  return {};
}

Result<> insert_matches(Session& session, const RunOutput& run, std::uint64_t allocation) {
  MS_TRY(std::uint64_t next, next_id(session, "exchange_matches"));
  std::map<models::AssetUserId, ArtistRecord> artists;
  std::map<models::InvestorUserId, AccountId> accounts;
  for (const models::CashFlowMatch& match : run.matches) {
    if (!artists.contains(match.asset)) {
      MS_TRY(const auto rows,
             session.query(select_artist + "WHERE a.id = $1", {value_of(match.asset)}));
      if (rows.empty()) return PrimaryErrc::changed_meanwhile;
      artists.emplace(match.asset, artist_in(rows.front()));
    }
    if (!accounts.contains(match.investor)) {
      MS_TRY(const auto one,
             investor_where(session, "WHERE i.id = $1", {value_of(match.investor)}));
      accounts.emplace(match.investor, one.account);
    }
    const ArtistRecord& artist = artists.at(match.asset);
    MS_TRY_VOID(session.execute("INSERT INTO exchange_matches VALUES ($1, $2, $3, $4, $5, $6, 0)",
                                {value_of(next), value_of(allocation), value_of(match.investor),
                                 value_of(match.asset), match.amount, match.units}));
    Payment payment;
    payment.match = next++;
    payment.from = accounts.at(match.investor);
    payment.to = artist.account;
    payment.amount = match.amount;
    payment.ticker = artist.ticker;
    payment.units = match.units;
    payment.unit_price = artist.user.unit_price;
    MS_TRY_VOID(owe(session, payment));
  }
  return {};
}

Result<> settle(Session& session, const RunOutput& run, AllocationRecord& out) {
  std::map<models::InvestorUserId, Amount> paid;
  std::map<models::AssetUserId, Amount> raised;
  for (const models::CashFlowMatch& match : run.matches) {
    paid[match.investor] += match.amount;
    raised[match.asset] += match.amount;
    out.amount += match.amount;
  }
  out.matches = run.matches.size();
  out.investors = run.tried.size();
  MS_TRY_VOID(take(session, "exchange_investors", paid));
  MS_TRY_VOID(take(session, "exchange_artists", raised));
  MS_TRY(out.id, next_id(session, "exchange_allocations"));
  MS_TRY_VOID(
      session.execute("INSERT INTO exchange_allocations VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                      {value_of(out.id), out.owner, key_value(out.request_key),
                       std::string{method_name(out.method)}, value_of(out.created_at),
                       value_of(out.investors), value_of(out.matches), out.amount}));
  for (const models::InvestorUserId id : run.tried) {
    MS_TRY_VOID(session.execute("UPDATE exchange_investors SET last_run = $2 WHERE id = $1",
                                {value_of(id), value_of(out.id)}));
  }
  for (const auto& [id, ranking] : run.rankings) {
    MS_TRY_VOID(
        session.execute("UPDATE exchange_artists SET ranking = $2 WHERE id = $1 AND ranking <> $2",
                        {value_of(id), ranking}));
  }
  return insert_matches(session, run, out.id);
}

// --- payments ------------------------------------------------------------------------------------

Result<> void_match(Session& session, std::uint64_t payment) {
  MS_TRY(const auto rows,
         session.query("SELECT m.allocation, m.id, m.investor, m.artist, m.amount, m.units, "
                       "m.state FROM exchange_payments p JOIN exchange_matches m "
                       "ON m.id = p.match_id WHERE p.id = $1",
                       {value_of(payment)}));
  if (rows.empty()) return {};
  const models::CashFlowMatch match = match_in(rows.front()).match;
  MS_TRY_VOID(
      session.execute("UPDATE exchange_matches SET state = 2 WHERE id = $1", {value_of(match.id)}));
  MS_TRY_VOID(
      session.execute("UPDATE exchange_investors SET remaining = remaining + $2 WHERE id = $1",
                      {value_of(match.investor), match.amount}));
  MS_TRY_VOID(
      session.execute("UPDATE exchange_artists SET remaining = remaining + $2 WHERE id = $1",
                      {value_of(match.asset), match.amount}));
  return {};
}

Result<> record_one(Session& session, const PaymentStep& step) {
  MS_TRY(const auto changed,
         session.execute("UPDATE exchange_payments SET state = $2 WHERE id = $1 AND state < 2",
                         {value_of(step.id), value_of(step.state)}));
  if (changed == 0) return {};
  if (step.state == Payment::State::refused) return void_match(session, step.id);
  if (step.state != Payment::State::done) return {};
  MS_TRY_VOID(
      session.execute("UPDATE exchange_matches SET state = 1 WHERE id = (SELECT match_id "
                      "FROM exchange_payments WHERE id = $1)",
                      {value_of(step.id)}));
  return {};
}

constexpr std::string_view page_condition =
    ".id > $1 AND (CAST($2 AS TEXT) = '' OR owner_id = $2) ORDER BY ";

std::string paged(const std::string& select, std::string_view table) {
  const std::string name{table};
  return select + "WHERE " + name + std::string{page_condition} + name + ".id LIMIT $3";
}

}  // namespace

// --- the port ------------------------------------------------------------------------------------

Result<std::vector<Row>> SqlPrimaryStore::rows(std::string_view sql, Params params) {
  std::vector<Row> out;
  auto done = store_.read([&](Session& session) -> Result<> {
    MS_TRY(out, session.query(sql, params));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<InvestorRecord> SqlPrimaryStore::add_investor(const InvestorRecord& wanted, bool bounded) {
  InvestorRecord out = wanted;
  const std::size_t own_max = bounded ? bounds_.of_an_owner_max : bounds_.investors_max;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    if (!wanted.request_key.empty()) {
      auto before = investor_where(session, "WHERE i.owner_id = $1 AND i.request_key = $2",
                                   {wanted.owner, wanted.request_key});
      if (before.has_value()) {
        out = std::move(*before);
        return {};
      }
      if (!before.error().is(PrimaryErrc::unknown)) return before.error();
    }
    MS_TRY_VOID(
        check_room(session, "exchange_investors", wanted.owner, bounds_.investors_max, own_max));
    return insert_investor(session, out);
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<ArtistRecord> SqlPrimaryStore::add_artist(const ArtistRecord& wanted, bool bounded) {
  ArtistRecord out = wanted;
  const std::size_t own_max = bounded ? bounds_.of_an_owner_max : bounds_.artists_max;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY_VOID(
        check_room(session, "exchange_artists", wanted.owner, bounds_.artists_max, own_max));
    return insert_artist(session, out);
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<std::vector<InvestorRecord>> SqlPrimaryStore::investors(const PageOf& page) {
  MS_TRY(const auto found, rows(paged(select_investor, "i"),
                                {value_of(page.after), page.owner, value_of(page.limit)}));
  return records_in(found, investor_in);
}

Result<std::vector<ArtistRecord>> SqlPrimaryStore::artists(const PageOf& page) {
  MS_TRY(const auto found,
         rows(paged(select_artist, "a"), {value_of(page.after), page.owner, value_of(page.limit)}));
  return records_in(found, artist_in);
}

Result<std::vector<AllocationRecord>> SqlPrimaryStore::allocations(const PageOf& page) {
  MS_TRY(const auto found, rows(paged(select_allocation, "exchange_allocations"),
                                {value_of(page.after), page.owner, value_of(page.limit)}));
  return records_in(found, allocation_in);
}

Result<InvestorRecord> SqlPrimaryStore::investor(models::InvestorUserId id) {
  MS_TRY(const auto found, rows(select_investor + "WHERE i.id = $1", {value_of(id)}));
  if (found.empty()) return PrimaryErrc::unknown;
  return investor_in(found.front());
}

Result<ArtistRecord> SqlPrimaryStore::artist(models::AssetUserId id) {
  MS_TRY(const auto found, rows(select_artist_with_history + "WHERE a.id = $1", {value_of(id)}));
  if (found.empty()) return PrimaryErrc::unknown;
  return artist_with_history_in(found.front());
}

Result<AllocationRecord> SqlPrimaryStore::allocation(std::uint64_t id) {
  MS_TRY(const auto found, rows(select_allocation + "WHERE id = $1", {value_of(id)}));
  if (found.empty()) return PrimaryErrc::unknown;
  return allocation_in(found.front());
}

Result<std::optional<AllocationRecord>> SqlPrimaryStore::allocation(
    const std::string& owner, const std::string& request_key) {
  MS_TRY(const auto found, rows(select_allocation + "WHERE owner_id = $1 AND request_key = $2",
                                {owner, request_key}));
  if (found.empty()) return std::optional<AllocationRecord>{};
  return std::optional{allocation_in(found.front())};
}

Result<std::vector<MatchRecord>> SqlPrimaryStore::matches(MatchesOf of, std::uint64_t id,
                                                          std::uint64_t after, std::size_t limit) {
  const std::string_view column = of == MatchesOf::allocation ? "allocation"
                                  : of == MatchesOf::investor ? "investor"
                                                              : "artist";
  MS_TRY(const auto found,
         rows("SELECT allocation, id, investor, artist, amount, units, state FROM exchange_matches "
              "WHERE " +
                  std::string{column} + " = $1 AND id > $2 ORDER BY id LIMIT $3",
              {value_of(id), value_of(after), value_of(limit)}));
  return records_in(found, match_in);
}

Result<std::vector<IssuedUnits>> SqlPrimaryStore::holdings(models::InvestorUserId id) {
  MS_TRY(const auto found,
         rows("SELECT a.id, a.ticker, CAST(SUM(m.units) AS BIGINT), CAST(SUM(m.amount) AS BIGINT) "
              "FROM exchange_matches m JOIN exchange_artists a ON a.id = m.artist "
              "WHERE m.investor = $1 AND m.state <> 2 GROUP BY a.id, a.ticker ORDER BY a.id",
              {value_of(id)}));
  std::vector<IssuedUnits> out;
  for (const Row& row : found) {
    const auto artist = static_cast<std::uint64_t>(std::get<std::int64_t>(row.at(0)));
    out.push_back({models::AssetUserId{artist}, std::get<std::string>(row.at(1)),
                   std::get<std::int64_t>(row.at(2)), std::get<std::int64_t>(row.at(3))});
  }
  return out;
}

Result<RunInput> SqlPrimaryStore::run_input(const std::string& owner, std::size_t investors_max,
                                            SystemTime now) {
  RunInput out;
  auto done = store_.read([&](Session& session) -> Result<> {
    MS_TRY(const auto investors,
           session.query(select_investor + "WHERE p.state = 2 AND i.remaining * 100 >= i.principal "
                                           "AND i.time_horizon > $3 "
                                           "AND (CAST($1 AS TEXT) = '' OR i.owner_id = $1) "
                                           "ORDER BY i.last_run, i.id LIMIT $2",
                         {owner, value_of(investors_max), value_of(now)}));
    out.investors = records_in(investors, investor_in);
    MS_TRY(const auto artists,
           session.query(select_artist_with_history +
                             "WHERE a.remaining >= a.unit_price AND a.expiration_date > $1 "
                             "ORDER BY a.id",
                         {value_of(now)}));
    out.artists = records_in(artists, artist_with_history_in);
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<AllocationRecord> SqlPrimaryStore::commit_run(const RunOutput& run) {
  AllocationRecord out;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    out = run.allocation;
    return settle(session, run, out);
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<std::vector<Payment>> SqlPrimaryStore::due(std::size_t limit) {
  MS_TRY(const auto found,
         rows("SELECT id, match_id, from_account, to_account, amount, ticker, units, unit_price, "
              "state FROM exchange_payments WHERE state < 2 ORDER BY id LIMIT $1",
              {value_of(limit)}));
  return records_in(found, payment_in);
}

Result<> SqlPrimaryStore::record(std::span<const PaymentStep> steps) {
  return store_.write_now([&](Session& session) -> Result<> {
    for (const PaymentStep& step : steps) MS_TRY_VOID(record_one(session, step));
    return {};
  });
}

Result<> SqlPrimaryStore::repeat_newest(std::size_t count) {
  return store_.write_now([&](Session& session) -> Result<> {
    MS_TRY_VOID(
        session.execute("UPDATE exchange_payments SET state = 0 WHERE state = 2 AND id > "
                        "(SELECT COALESCE(MAX(id), 0) FROM exchange_payments) - $1",
                        {value_of(count)}));
    return {};
  });
}

}  // namespace mainstay::exchange
