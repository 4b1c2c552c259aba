#include "apps/clusters/outbound/sqlite/change_rows.hpp"

#include <future>
#include <memory>
#include <optional>
#include <span>

#include "apps/clusters/outbound/memory/memory_change_store.hpp"
#include "apps/clusters/outbound/sqlite/audit_rows.hpp"
#include "apps/clusters/ports/change_store_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::clusters

namespace mainstay::clusters::change_rows_test {
namespace {

const SystemTime now{Micros{1'700'000'000'000'000}};

template <class Database>
class SqlHolder {
 public:
  SqlHolder() {
    if (!is_there()) return;
    database_ = database.open({});
    store::Migrator migrator{*database_, migrations()};
    REQUIRE(migrator.up(now).has_value());
    store_.emplace(*database_, tls::sha256);
    log_.emplace(*database_, clock_, tls::sha256);
  }
  [[nodiscard]] bool is_there() const { return database.is_there(); }
  ChangeStore& store() { return *store_; }
  AuditLog& log() { return *log_; }
  store::Store& sql() { return *database_; }
  static Digest sha256() { return tls::sha256; }
  std::vector<AuditRecord> audit(std::int64_t after = 0, std::size_t limit = 100) {
    std::promise<Result<std::vector<AuditRecord>>> promise;
    log_->read(after, limit, [&](Result<std::vector<AuditRecord>> records) {
      promise.set_value(std::move(records));
    });
    auto records = promise.get_future().get();
    REQUIRE_MESSAGE(records.has_value(), (records ? "" : records.error().message()));
    return std::move(*records);
  }

 private:
  Database database;
  ManualClock clock_{now};
  std::unique_ptr<store::Store> database_;
  std::optional<SqlChangeStore> store_;
  std::optional<SqlAuditLog> log_;
};

class MemoryHolder {
 public:
  [[nodiscard]] static bool is_there() { return true; }
  ChangeStore& store() { return store_; }
  static Digest sha256() { return tls::sha256; }
  std::vector<AuditRecord> audit() { return store_.audit(); }

 private:
  MemoryChangeStore store_{tls::sha256};
};

TEST_CASE_TEMPLATE("change store contract", Holder, MemoryHolder, SqlHolder<store::SqliteOnFile>,
                   SqlHolder<store::PostgresSchema>) {
  ChangeStoreContract<Holder>{}.run();
}

TEST_CASE_TEMPLATE("audit rows: appended, read by pages, and a change in the table shows", Database,
                   store::SqliteOnFile, store::PostgresSchema) {
  SqlHolder<Database> holder;
  if (!holder.is_there()) return;
  for (int n = 0; n < 5; ++n) {
    std::promise<Result<>> done;
    holder.log().append({.actor = "ann",
                         .action = "change.refused",
                         .outcome = "refused",
                         .more = {{"n", std::to_string(n)}, {"why", "\"quoted\"\nlines"}}},
                        [&](Result<> result) { done.set_value(std::move(result)); });
    REQUIRE(done.get_future().get().has_value());
  }
  const auto page = holder.audit(2, 2);
  REQUIRE(page.size() == 2);
  CHECK(page[0].sequence == 3);
  CHECK(page[0].at == now);
  AuditChain later{tls::sha256, 2, page[0].previous};
  CHECK(later.next(page[0]) == std::nullopt);
  REQUIRE(holder.sql()
              .write_now([](store::Session& session) -> Result<> {
                MS_TRY_VOID(
                    session.execute("UPDATE clusters_audit SET entry = REPLACE(entry, "
                                    "'ann', 'eve') WHERE sequence = 2"));
                return {};
              })
              .has_value());
  AuditChain chain{tls::sha256};
  const auto records = holder.audit();
  CHECK(chain.next(records[0]) == std::nullopt);
  CHECK(chain.next(records[1]).has_value());
}

}  // namespace
}  // namespace mainstay::clusters::change_rows_test
