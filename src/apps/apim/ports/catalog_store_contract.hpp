#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_dump.hpp"
#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/domain/random_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/ports/catalog_store.hpp"

namespace mainstay::apim {

/// What every CatalogStore must do. An Engine is default-made with an empty store: `CatalogStore&
/// store()`. Run with TEST_CASE_TEMPLATE_INVOKE(catalog_store_contract, Engine).

/// Writes and waits for the outcome.
inline Result<> write_and_wait(CatalogStore& store, CatalogStore::Work work) {
  std::promise<Result<>> promise;
  auto outcome = promise.get_future();
  store.write(std::move(work),
              [&promise](Result<> result) { promise.set_value(std::move(result)); });
  return outcome.get();
}

inline Result<> write_rows(CatalogStore& store, const std::vector<RowChange>& rows) {
  return write_and_wait(store, [&rows](CatalogTables& tables) -> Result<> {
    for (const RowChange& row : rows) MS_TRY_VOID(tables.apply(row));
    return {};
  });
}

inline std::string stored(CatalogStore& store) {
  const auto catalog = store.load();
  REQUIRE_MESSAGE(catalog.has_value(), (catalog ? "" : catalog.error().message()));
  return dump(*catalog);
}

TEST_CASE_TEMPLATE_DEFINE("catalog store: holds the contract", Engine, catalog_store_contract) {
  Engine engine;
  CatalogStore& store = engine.store();

  SUBCASE("an empty store, an empty catalog") { CHECK(stored(store).empty()); }

  SUBCASE("random edits: what is loaded is what the edits made") {
    for (std::uint64_t seed = 100; seed < 103; ++seed) {
      Engine fresh;
      RandomEdit random_edit{seed};
      Catalog catalog;
      std::vector<RowChange> rows;
      for (int i = 1; i <= 400; ++i) {
        auto edit = random_edit(catalog);
        if (edit.has_value()) {
          rows.insert(rows.end(), edit->rows.begin(), edit->rows.end());
          catalog = std::move(edit->next);
        }
        if (i % 40 != 0) continue;
        REQUIRE(write_rows(fresh.store(), rows).has_value());
        rows.clear();
        REQUIRE(stored(fresh.store()) == dump(catalog));
      }
    }
  }

  SUBCASE("odd text comes back as it was") {
    ServiceChange change;
    change.provider_key = ProviderKey{"' OR 1=1 -- \xC3\xA9 \xF0\x9F\x98\x80"};
    const auto edit = put_service({}, ServiceId{"$1 ? %s \"'"}, change);
    REQUIRE(edit.has_value());
    REQUIRE(write_rows(store, edit->rows).has_value());
    CHECK(stored(store) == dump(edit->next));
  }

  SUBCASE("a failed work undoes its own rows only") {
    const RowChange token{RowChange::Kind::put, ServiceTokenRow{ServiceId{"1"}, ServiceToken{"t"}}};
    const RowChange other{RowChange::Kind::put, ServiceTokenRow{ServiceId{"1"}, ServiceToken{"u"}}};
    REQUIRE(write_rows(store, {token}).has_value());
    const auto failed = write_and_wait(store, [&other](CatalogTables& tables) -> Result<> {
      MS_TRY_VOID(tables.apply(other));
      return catalog_error(CatalogErrc::too_many);
    });
    REQUIRE(failed.has_error());
    CHECK(failed.error().is(CatalogErrc::too_many));
    CHECK(store.load()->tokens.size() == 1);
  }

  SUBCASE("erasing what is not there, putting what is, no error") {
    const AlertLimitRow limit{ServiceId{"1"}, 50};
    const ServiceRow service{ServiceId{"1"}, ProviderKey{"p"}, "", "active", false};
    CHECK(write_rows(store, {{RowChange::Kind::erase, limit},
                             {RowChange::Kind::put, service},
                             {RowChange::Kind::put, limit},
                             {RowChange::Kind::put, limit}})
              .has_value());
    CHECK(store.load()->services.find("1")->alert_limits == std::vector<int>{50});
  }

  SUBCASE("works run and finish in the order of the calls") {
    std::vector<int> order;
    std::promise<void> finished;
    for (int i = 0; i < 20; ++i) {
      store.write(
          [&order, i](CatalogTables&) -> Result<> {
            order.push_back(i);
            return {};
          },
          [&finished, i](Result<>) {
            if (i == 19) finished.set_value();
          });
    }
    finished.get_future().wait();
    for (int i = 0; i < 20; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  }
}

}  // namespace mainstay::apim
