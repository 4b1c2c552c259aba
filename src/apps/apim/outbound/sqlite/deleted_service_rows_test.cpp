#include "apps/apim/outbound/sqlite/deleted_service_rows.hpp"

#include <doctest/doctest.h>

#include "apps/apim/outbound/sqlite/catalog_rows.hpp"
#include "apps/apim/outbound/sqlite/migrated_store.hpp"
#include "apps/apim/ports/catalog_store_contract.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim::deleted_service_rows_test {

TEST_CASE("deleted services: marked with the deletion or not at all, until forgotten") {
  MigratedStore database;
  zones::TimeZones zones;
  SqlCatalogStore catalog{database.store(), zones};
  SqlDeletedServices deleted{database.store()};
  const ServiceRow one{ServiceId{"one"}, ProviderKey{"p"}, "", "", false};
  const ServiceRow two{ServiceId{"two"}, ProviderKey{"p"}, "", "", false};
  using Kind = RowChange::Kind;
  REQUIRE(write_rows(catalog, {{Kind::put, one}, {Kind::put, two}}).has_value());
  CHECK(deleted.list()->empty());
  const auto failed = write_and_wait(catalog, [&](CatalogTables& tables) -> Result<> {
    MS_TRY_VOID(tables.apply({Kind::erase, one}));
    return Error{CatalogErrc::rows_inconsistent, "on purpose"};
  });
  CHECK(failed.has_error());
  CHECK(deleted.list()->empty());
  REQUIRE(write_rows(catalog, {{Kind::erase, one}, {Kind::put, one}}).has_value());
  REQUIRE(write_rows(catalog, {{Kind::erase, two}, {Kind::erase, one}}).has_value());
  auto marks = *deleted.list();
  REQUIRE(marks.size() == 3);
  CHECK(marks[0].service_id == "one");
  CHECK(marks[1].service_id == "two");
  CHECK(marks[2].service_id == "one");
  marks.pop_back();
  CHECK(deleted.forget(marks).has_value());
  CHECK(deleted.forget(marks).has_value());
  CHECK(deleted.forget({}).has_value());
  CHECK(deleted.list()->size() == 1);
}

}  // namespace mainstay::apim::deleted_service_rows_test
