#include "apps/exchange/outbound/sqlite/account_owner_rows.hpp"

#include <future>
#include <set>
#include <vector>

#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::exchange {
std::span<const store::Migration> migrations();  // generated from migrations/
}

namespace mainstay::exchange::account_owner_rows_test {

namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};

std::future<AccountId> ask(AccountOwners& owners, std::string_view user) {
  auto promise = std::make_shared<std::promise<AccountId>>();
  owners.account_of(user, start, [promise](Result<AccountId> account) {
    CHECK_MESSAGE(account.has_value(), (account ? "" : account.error().message()));
    promise->set_value(account ? *account : AccountId{0});
  });
  return promise->get_future();
}

TEST_CASE_TEMPLATE("account owners: a user has one account, made once", Database,
                   store::SqliteOnFile, store::PostgresSchema) {
  Database database;
  if (!database.is_there()) return;
  auto store = database.open({});
  store::Migrator migrator{*store, migrations()};
  REQUIRE(migrator.up(start).has_value());
  SqlAccountOwners owners{*store};
  CHECK(ask(owners, "ann").get() == AccountId{first_user_account});
  CHECK(ask(owners, "bob").get() == AccountId{first_user_account + 1});
  CHECK(ask(owners, "ann").get() == AccountId{first_user_account});

  // Asked for by many at once.
  std::vector<std::future<AccountId>> asked;
  for (int i = 0; i < 40; ++i) asked.push_back(ask(owners, i % 2 == 0 ? "cleo" : "dan"));
  std::set<AccountId> found;
  for (auto& one : asked) found.insert(one.get());
  CHECK(found.size() == 2);

  SqlAccountOwners again{*store};
  CHECK(ask(again, "bob").get() == AccountId{first_user_account + 1});
  store->stop();
  bool refused = false;
  owners.account_of("eve", start, [&](Result<AccountId> account) { refused = !account; });
  CHECK(refused);
}

}  // namespace
}  // namespace mainstay::exchange::account_owner_rows_test
