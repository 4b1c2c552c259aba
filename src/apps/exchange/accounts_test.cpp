#include "apps/exchange/accounts.hpp"

#include <future>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/outbound/sqlite/account_owner_rows.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::exchange {
std::span<const store::Migration> migrations();  // generated from migrations/
}

namespace mainstay::exchange::accounts_test {

namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};

AccountId ask(Accounts& accounts, std::string_view user) {
  std::promise<AccountId> told;
  accounts.find(user, start, [&](Result<AccountId> account) {
    told.set_value(account ? *account : AccountId{0});
  });
  return told.get_future().get();
}

TEST_CASE("accounts: who was asked for is remembered, and seen once") {
  const store::SqliteOnFile database;
  auto store = database.open({});
  store::Migrator migrator{*store, migrations()};
  REQUIRE(migrator.up(start).has_value());
  SqlAccountOwners owners{*store};
  std::vector<AccountId> seen;
  bool is_busy = false;
  Accounts accounts{owners, [&](AccountId account) {
                      if (!is_busy) seen.push_back(account);
                      return !is_busy;
                    }};
  CHECK(!accounts.remembered("ann").has_value());
  const AccountId ann = ask(accounts, "ann");
  CHECK(accounts.remembered("ann") == ann);
  CHECK(ask(accounts, "ann") == ann);
  CHECK(ask(accounts, "bob") != ann);
  CHECK(seen.size() == 2);
  CHECK(seen.front() == ann);
  is_busy = true;  // who could not be given anything is asked for again
  CHECK(ask(accounts, "cleo") == AccountId{0});
  CHECK(!accounts.remembered("cleo").has_value());
  is_busy = false;
  const AccountId cleo = ask(accounts, "cleo");
  CHECK(seen.back() == cleo);
  store->stop();
  CHECK(ask(accounts, "ann") == ann);
  CHECK(ask(accounts, "eve") == AccountId{0});  // the store's error is told
}

}  // namespace
}  // namespace mainstay::exchange::accounts_test
