#include "apps/apim/import_target.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_dump.hpp"
#include "apps/apim/domain/local_windows.hpp"
#include "apps/apim/domain/random_edit.hpp"
#include "apps/apim/outbound/journal/apim_state.hpp"
#include "apps/apim/outbound/memory/memory_usage_history.hpp"
#include "apps/apim/outbound/sqlite/catalog_rows.hpp"
#include "apps/apim/outbound/sqlite/migrated_store.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::apim::import_target_test {
namespace {

constexpr UnixSeconds now = 1'795'224'654;  // 2026-11-21 01:30:54

/// A data folder without a server.
struct Place {
  Place() { reopen(); }
  void reopen() {
    state.reset();
    ApimState::Options options;
    options.journal.folder = "/apim";
    options.journal.segment_bytes = 64U << 10U;
    auto opened = ApimState::open(std::move(options), files);
    REQUIRE(opened.has_value());
    state = std::move(*opened);
  }
  ImportReport run(const std::vector<ServiceBundle>& bundles, ImportOptions options,
                   const std::vector<UsageRow>& usage = {}) {
    ImportTarget target{{catalog, history, *state, now}, options};
    REQUIRE(target.start().has_value());
    for (const ServiceBundle& bundle : bundles) {
      const auto wanted = target.begin(bundle);
      REQUIRE(wanted.has_value());
      // One by one, as a scan may give them.
      for (const UsageRow& row : usage) REQUIRE(target.usage({&row, 1}).has_value());
      if (*wanted) REQUIRE(target.finish(bundle.id).has_value());
    }
    return target.report();
  }
  Catalog stored() {
    auto loaded = catalog.load();
    REQUIRE(loaded.has_value());
    return std::move(*loaded);
  }
  std::int64_t value(Period period, UnixSeconds at = now) {
    return state->counters().value({"s", "a"}, "m", period, at);
  }

  journal::MemoryFileSystem files;
  MigratedStore store;
  zones::TimeZones zones;
  SqlCatalogStore catalog{store.store(), zones};
  MemoryUsageHistory history;
  std::unique_ptr<ApimState> state;
};

ServiceBundle bundle_named(const std::string& name, std::string_view state = "active") {
  ServiceBundle bundle;
  bundle.id = ServiceId{name};
  bundle.rows.emplace_back(ServiceRow{bundle.id, ProviderKey{"p"}, "1", std::string{state}, false});
  bundle.rows.emplace_back(ServiceTokenRow{bundle.id, ServiceToken{"t" + std::string{state}}});
  bundle.rows.emplace_back(MetricRow{bundle.id, MetricId{"m"}, "hits", std::nullopt});
  bundle.rows.emplace_back(
      ApplicationRow{bundle.id, ApplicationId{"a"}, "active", PlanId{}, "", ""});
  return bundle;
}

std::vector<UsageRow> usage_of_now(std::int64_t value) {
  const Windows windows = windows_at(now);
  std::vector<UsageRow> rows;
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    rows.push_back({"s", "a", "m", period, windows[i].begin, value + static_cast<std::int64_t>(i)});
  }
  rows.push_back({"s", "a", "m", Period::day, windows_at(now - 30 * 86'400)[2].begin, 99});
  rows.push_back({"other", "a", "m", Period::day, windows[2].begin, 1});
  return rows;
}

std::string why(const ImportReport& report) {
  return report.refused.empty() ? "" : report.refused.front().why.substr(0, 34);
}

}  // namespace

TEST_CASE("import target: any catalog arrives as it was") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    RandomEdit random{seed};
    Catalog from;
    for (int i = 0; i < 300; ++i) {
      if (auto edit = random(from); edit.has_value()) from = std::move(edit->next);
    }
    std::vector<ServiceBundle> bundles;
    const TokensOfServices tokens = tokens_of_services(from);
    from.services.for_each([&](const std::string&, const Service& service) {
      bundles.push_back(bundle_of(from, service, tokens));
    });
    Place place;
    const ImportReport first = place.run(bundles, {});
    CHECK(first.added == bundles.size());
    CHECK(first.refused.empty());
    const Catalog to = place.stored();
    const TokensOfServices tokens_to = tokens_of_services(to);
    for (const ServiceBundle& bundle : bundles) {
      const Service* service = to.services.find(bundle.id.get());
      REQUIRE(service != nullptr);
      CHECK(same_rows(bundle, bundle_of(to, *service, tokens_to)));
    }
    CHECK(place.run(bundles, {}).unchanged == bundles.size());
  }
}

TEST_CASE("import target: what is there and differs stays, but with replace") {
  Place place;
  CHECK(place.run({bundle_named("s")}, {}).added == 1);
  const ImportReport refused = place.run({bundle_named("s", "suspended")}, {});
  CHECK(why(refused) == "it is there already and differs; -");
  CHECK(place.stored().services.find("s")->state == "active");
  const ImportReport replaced = place.run({bundle_named("s", "suspended")}, {.replace = true});
  CHECK(replaced.replaced == 1);
  const Catalog stored = place.stored();
  CHECK(stored.services.find("s")->state == "suspended");
  CHECK(stored.has_token("tsuspended", "s"));
  CHECK(!stored.has_token("tactive", "s"));
}

TEST_CASE("import target: a service that is wrong is refused by name, others go on") {
  Place place;
  ServiceBundle wrong = bundle_named("w");
  wrong.rows.emplace_back(MetricRow{wrong.id, MetricId{"x"}, "x", MetricId{"x"}});
  const ImportReport report = place.run({wrong, bundle_named("s"), bundle_named("s")}, {});
  REQUIRE(report.refused.size() == 2);
  CHECK(report.refused[0].service_id == "w");
  CHECK(report.refused[1].why == "it comes twice");
  CHECK(report.added == 1);
  CHECK(place.stored().services.find("w") == nullptr);
}

TEST_CASE("import target: the rank of a default service is not taken silently") {
  const auto with_default = [](const std::string& name) {
    ServiceBundle bundle = bundle_named(name);
    bundle.rows.emplace_back(DefaultServiceRow{ProviderKey{"p"}, bundle.id});
    return bundle;
  };
  Place place;
  CHECK(place.run({with_default("s")}, {}).added == 1);
  CHECK(why(place.run({with_default("t")}, {})) == "its provider has the default servi");
  CHECK(place.run({with_default("t")}, {.replace = true}).added == 1);
  CHECK(place.stored().providers.find("p")->default_service->get() == "t");
}

TEST_CASE("import target: counters are there for every period, and after a restart") {
  Place place;
  const ImportReport report = place.run({bundle_named("s")}, {.counters = true}, usage_of_now(10));
  CHECK(report.windows == 8);
  const auto check = [&] {
    for (std::size_t i = 0; i < period_count; ++i) {
      CHECK(place.value(static_cast<Period>(i)) == 10 + static_cast<std::int64_t>(i));
    }
    CHECK(place.value(Period::day, now - 30 * 86'400) == 0);  // in the history only
  };
  check();
  place.reopen();
  check();
  REQUIRE(place.state->close().has_value());  // leaves a snapshot
  place.reopen();
  check();
  const auto days = place.history.series({"s", "a"}, "m", Period::day, 0, now, 10);
  REQUIRE(days->size() == 2);
  CHECK(days->front().value == 99);
  CHECK(days->back().value == 12);
  CHECK(place.history.series({"s", "a"}, "m", Period::minute, 0, now, 10)->empty());
}

TEST_CASE("import target: the windows of a service's own calendar hold at once") {
  Place place;
  ServiceBundle bundle = bundle_named("s");
  const TimeZone* zone = place.zones.find("Pacific/Kiritimati");  // 14 hours ahead
  if (zone == nullptr) return;                                    // without tzdata
  std::get<ServiceRow>(bundle.rows.front()).zone = zone;
  const Windows windows = windows_at(now, zone);
  std::vector<UsageRow> rows;
  for (std::size_t i = 0; i < period_count; ++i) {
    rows.push_back({"s", "a", "m", static_cast<Period>(i), windows[i].begin, 7});
  }
  CHECK(place.run({bundle}, {.counters = true}, rows).added == 1);
  CHECK(place.stored().services.find("s")->zone == zone);
  for (std::size_t i = 0; i < period_count; ++i) {
    const auto period = static_cast<Period>(i);
    CHECK(place.state->counters().value({"s", "a"}, "m", period, {now, &windows}) == 7);
  }
}

TEST_CASE("import target: counters of what is there already come with replace only") {
  Place place;
  place.run({bundle_named("s")}, {.counters = true}, usage_of_now(10));
  CHECK(place.run({bundle_named("s")}, {.counters = true}, usage_of_now(50)).unchanged == 1);
  CHECK(place.value(Period::minute) == 10);
  place.run({bundle_named("s")}, {.replace = true, .counters = true}, usage_of_now(50));
  CHECK(place.value(Period::minute) == 50);
  CHECK(place.value(Period::eternity) == 56);
}

TEST_CASE("import target: a dry run says the same and stores nothing") {
  Place place;
  const ImportReport report =
      place.run({bundle_named("s")}, {.counters = true, .dry_run = true}, usage_of_now(10));
  CHECK(report.added == 1);
  CHECK(report.windows == 8);
  CHECK(place.stored().services.find("s") == nullptr);
  CHECK(place.value(Period::day) == 0);
}

}  // namespace mainstay::apim::import_target_test
