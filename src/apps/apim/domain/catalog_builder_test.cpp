#include "apps/apim/domain/catalog_builder.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_dump.hpp"
#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/domain/random_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/outbound/memory/memory_catalog_store.hpp"

namespace mainstay::apim::catalog_builder_test {
namespace {

ServiceRow service_row(const char* id) {
  return {ServiceId{id}, ProviderKey{"p"}, "2", "active", false};
}

}  // namespace

TEST_CASE("catalog builder: extras that are out of range, refused") {
  const auto refusal = [](CatalogRow row) {
    CatalogBuilder builder;
    builder.add(service_row("1"));
    builder.add(std::move(row));
    const auto built = builder.build();
    return built.has_error() ? built.error().detail() : "";
  };
  UsageLimitRow limit{ServiceId{"1"}, PlanId{"g"}, MetricId{"m"}, Period::day, 1, 1'000, true};
  CHECK(refusal(limit).empty());
  limit.grace_percent = 1'001;
  CHECK(refusal(limit) == "a grace that is out of range in the plan \"g\"");
  SpikeLimitRow spike{ServiceId{"1"}, PlanId{"g"}, MetricId{"m"}, {1, 1, 1}};
  CHECK(refusal(spike).empty());
  spike.rule.max = 0;
  CHECK(refusal(spike) == "a spike limit that is out of range in the plan \"g\"");
}

TEST_CASE("catalog builder: rows left by random edits, the catalog that the edits made") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    RandomEdit random_edit{seed};
    Catalog catalog;
    MemoryCatalogTables tables;
    int made = 0;
    for (int i = 0; i < 600; ++i) {
      auto edit = random_edit(catalog);
      if (edit.has_error()) continue;
      ++made;
      for (const RowChange& change : edit->rows) REQUIRE(tables.apply(change).has_value());
      catalog = std::move(edit->next);
      if (i % 50 != 49) continue;
      const auto loaded = tables.load();
      REQUIRE(loaded.has_value());
      REQUIRE(dump(*loaded) == dump(catalog));
    }
    CHECK(made > 100);
  }
}

TEST_CASE("catalog builder: rows under nothing, refused with what they are under") {
  CatalogBuilder orphan;
  orphan.add(MetricRow{ServiceId{"9"}, MetricId{"1"}, "hits", {}});
  auto built = orphan.build();
  REQUIRE(built.has_error());
  CHECK(built.error().is(CatalogErrc::rows_inconsistent));
  CHECK(built.error().detail() == "rows of a service that is not there: \"9\"");

  CatalogBuilder keyless;
  keyless.add(service_row("9"));
  keyless.add(ApplicationKeyRow{ServiceId{"9"}, ApplicationId{"a"}, ApplicationKey{"k"}});
  CHECK(keyless.build().error().detail() == "rows of an application that is not there: \"a\"");

  UserKeyBuilder keys;
  keys.add({ServiceId{"8"}, UserKey{"u"}, ApplicationId{"a"}});
  CatalogBuilder without_service;
  without_service.add(service_row("9"));
  without_service.add(keys.build());
  CHECK(without_service.build().error().detail() == "rows of a service that is not there: \"8\"");

  CatalogBuilder stolen;
  stolen.add(service_row("9"));
  stolen.add(DefaultServiceRow{ProviderKey{"other"}, ServiceId{"9"}});
  CHECK(stolen.build().has_error());
}

TEST_CASE("catalog builder: user keys built apart, the catalog that their rows make") {
  const std::vector<UserKeyRow> rows{{ServiceId{"1"}, UserKey{"z"}, ApplicationId{"a"}},
                                     {ServiceId{"2"}, UserKey{"z"}, ApplicationId{"b"}},
                                     {ServiceId{"1"}, UserKey{"k"}, ApplicationId{"a"}}};
  CatalogBuilder of_rows;
  CatalogBuilder of_maps;
  for (CatalogBuilder* builder : {&of_rows, &of_maps}) {
    builder->add(service_row("1"));
    builder->add(service_row("2"));
  }
  UserKeyBuilder apart;
  for (const UserKeyRow& row : rows) {
    of_rows.add(row);
    apart.add(row);
  }
  of_maps.add(apart.build());
  const auto expected = of_rows.build();
  const auto built = of_maps.build();
  REQUIRE(expected.has_value());
  REQUIRE(built.has_value());
  CHECK(dump(*built) == dump(*expected));
  CHECK(built->services.find("1")->user_keys_of.find("a")->size() == 2);
}

TEST_CASE("catalog builder: a cycle of metrics in the rows, refused") {
  CatalogBuilder builder;
  builder.add(service_row("9"));
  builder.add(MetricRow{ServiceId{"9"}, MetricId{"1"}, "a", MetricId{"2"}});
  builder.add(MetricRow{ServiceId{"9"}, MetricId{"2"}, "b", MetricId{"1"}});
  const auto built = builder.build();
  REQUIRE(built.has_error());
  CHECK(built.error().is(CatalogErrc::rows_inconsistent));
}

}  // namespace mainstay::apim::catalog_builder_test
