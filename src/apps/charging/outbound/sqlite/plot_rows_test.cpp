#include "apps/charging/outbound/sqlite/plot_rows.hpp"

#include <memory>
#include <optional>
#include <span>

#include "apps/charging/ports/plot_store_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::charging

namespace mainstay::charging::plot_rows_test {

namespace {

template <class Database>
class Holder {
 public:
  Holder() {
    if (!is_there()) return;
    database_ = database.open({});
    store::Migrator migrator{*database_, migrations()};
    REQUIRE(migrator.up(test_time).has_value());
    store_.emplace(*database_);
  }
  [[nodiscard]] bool is_there() const { return database.is_there(); }
  PlotStore& store() { return *store_; }

 private:
  Database database;
  std::unique_ptr<store::Store> database_;
  std::optional<SqlPlotStore> store_;
};

TEST_CASE_TEMPLATE("plot store contract", Database, store::SqliteOnFile, store::PostgresSchema) {
  PlotStoreContract<Holder<Database>>{}.run();
}

}  // namespace
}  // namespace mainstay::charging::plot_rows_test
