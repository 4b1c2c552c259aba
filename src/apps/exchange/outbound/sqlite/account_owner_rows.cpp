#include "apps/exchange/outbound/sqlite/account_owner_rows.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mainstay::exchange {
namespace {

constexpr std::string_view find_sql = "SELECT account FROM exchange_accounts WHERE user_id = $1";
// Works of the store's writer come one after the other: nobody takes the number in between. With
// several nodes on one PostgreSQL one of two loses by the table's constraint and is asked again.
constexpr std::string_view make_sql =
    "INSERT INTO exchange_accounts (user_id, account, created_at) SELECT "
    "CAST($1 AS TEXT), COALESCE((SELECT MAX(account) + 1 FROM exchange_accounts), "
    "CAST($2 AS BIGINT)), CAST($3 AS BIGINT) "
    "WHERE NOT EXISTS (SELECT 1 FROM exchange_accounts WHERE user_id = $1)";

AccountId account_in(const store::Row& row) {
  return AccountId{static_cast<std::uint64_t>(std::get<std::int64_t>(row.at(0)))};
}

}  // namespace

void SqlAccountOwners::account_of(std::string_view user_id, SystemTime now, Found found) {
  std::string user{user_id};
  std::vector<store::Value> params{user};
  store_.select(std::string{find_sql}, std::move(params),
                [this, user = std::move(user), now,
                 found = std::move(found)](Result<std::vector<store::Row>> rows) mutable {
                  if (rows.has_error()) return found(std::move(rows).error());
                  if (!rows->empty()) return found(account_in(rows->front()));
                  make(std::move(user), now, std::move(found));
                });
}

void SqlAccountOwners::make(std::string user_id, SystemTime now, Found found) {
  auto made = std::make_shared<AccountId>();
  store_.write(
      [made, user = std::move(user_id), now](store::Session& session) -> Result<> {
        const std::int64_t at = now.time_since_epoch().count();
        const auto first = static_cast<std::int64_t>(first_user_account);
        MS_TRY([[maybe_unused]] const auto rows, session.execute(make_sql, {user, first, at}));
        MS_TRY(const auto own, session.query(find_sql, {user}));
        if (own.empty()) return store::Errc::constraint;
        *made = account_in(own.front());
        return {};
      },
      [made, found = std::move(found)](Result<> done) {
        if (done.has_error()) return found(std::move(done).error());
        found(*made);
      });
}

}  // namespace mainstay::exchange
