#include "platform/search/sql_index.hpp"

#include <doctest/doctest.h>

#include "platform/search/index_contract.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::search::sql_index_test {
namespace {

constexpr SystemTime noon{Micros{1'795'262'400'000'000}};

template <class Database>
class InStore {
 public:
  InStore() {
    if (!is_there()) return;
    store_ = database_.open({});
    REQUIRE(store::Migrator{*store_, migrations()}.up(noon).has_value());
  }
  [[nodiscard]] bool is_there() const { return database_.is_there(); }
  std::unique_ptr<Index> open(const Shape& shape) { return make_sql_index(*store_, shape); }
  store::Store& store() { return *store_; }

 private:
  Database database_;
  std::unique_ptr<store::Store> store_;
};

using OnSqlite = InStore<store::SqliteOnFile>;
using OnPostgres = InStore<store::PostgresSchema>;

TEST_CASE_TEMPLATE_INVOKE(search_contract_words, OnSqlite, OnPostgres);
TEST_CASE_TEMPLATE_INVOKE(search_contract_changes, OnSqlite, OnPostgres);
TEST_CASE_TEMPLATE_INVOKE(search_contract_hostile, OnSqlite, OnPostgres);
TEST_CASE_TEMPLATE_INVOKE(search_contract_rebuild, OnSqlite, OnPostgres);

TEST_CASE_TEMPLATE("sql index: another shape needs a rebuild, which serves it", Engine, OnSqlite,
                   OnPostgres) {
  Engine engine;
  if (!engine.is_there()) return;
  auto old = engine.open(contract_shape());
  put_sample(*old);
  Shape wider = contract_shape();
  wider.fields.push_back({"note"});
  wider.language = Language::english;
  auto index = engine.open(wider);
  const auto refused = index->find({.text = "red"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::needs_rebuild));
  CHECK(index->put(std::vector<Document>{document("4", "x")}).has_error());
  auto rebuild = index->rebuild();
  REQUIRE(rebuild.has_value());
  put(*index, {document("5", "walking shoes")});  // is in what is being built
  require_done((*rebuild)->put(std::vector<Document>{document("4", "walked home")}));
  require_done((*rebuild)->finish());
  CHECK(ids(*index, "walk") == Ids{"4", "5"});
  CHECK(ids(*index, "shoe") == Ids{"5"});
}

TEST_CASE_TEMPLATE("sql index: a finished rebuild leaves one generation's tables", Engine,
                   OnSqlite) {
  Engine engine;
  auto index = engine.open(contract_shape());
  put_sample(*index);
  auto rebuild = index->rebuild();
  REQUIRE(rebuild.has_value());
  require_done((*rebuild)->finish());
  require_done(engine.store().read([](store::Session& session) -> Result<> {
    MS_TRY(const auto rows,
           session.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE "
                         "'search_things_1%'"));
    CHECK(rows.empty());
    return {};
  }));
}

}  // namespace
}  // namespace mainstay::search::sql_index_test
