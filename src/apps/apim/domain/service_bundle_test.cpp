#include "apps/apim/domain/service_bundle.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_builder.hpp"
#include "apps/apim/domain/catalog_dump.hpp"
#include "apps/apim/domain/random_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::service_bundle_test {
namespace {

Catalog random_catalog(std::uint64_t seed) {
  RandomEdit random{seed};
  Catalog catalog;
  for (int i = 0; i < 400; ++i) {
    if (auto edit = random(catalog); edit.has_value()) catalog = std::move(edit->next);
  }
  return catalog;
}

ServiceBundle small_bundle() {
  ServiceBundle bundle;
  bundle.id = ServiceId{"s"};
  bundle.rows.emplace_back(ServiceRow{bundle.id, ProviderKey{"p"}, "1", "active", false});
  bundle.rows.emplace_back(MetricRow{bundle.id, MetricId{"m"}, "hits", std::nullopt});
  bundle.rows.emplace_back(
      ApplicationRow{bundle.id, ApplicationId{"a"}, "active", PlanId{}, "", ""});
  return bundle;
}

std::string refusal(const ServiceBundle& bundle) {
  const auto checked = checked_bundle(bundle);
  return checked.has_error() ? std::string{checked.error().name()} : "good";
}

}  // namespace

TEST_CASE("service bundle: rows of any catalog are good and build it again") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Catalog catalog = random_catalog(seed);
    const TokensOfServices tokens = tokens_of_services(catalog);
    catalog.services.for_each([&](const std::string&, const Service& service) {
      const ServiceBundle bundle = bundle_of(catalog, service, tokens);
      const auto checked = checked_bundle(bundle);
      REQUIRE_MESSAGE(checked.has_value(), (checked ? "" : checked.error().message()));
      CHECK(same_rows(*checked, bundle));

      CatalogBuilder builder;
      for (const CatalogRow& row : bundle.rows) builder.add(row);
      const auto built = builder.build();
      REQUIRE(built.has_value());
      const Service& again = *built->services.find(bundle.id.get());
      CHECK(same_rows(bundle, bundle_of(*built, again, tokens_of_services(*built))));
    });
  }
}

TEST_CASE("service bundle: rows in any order come back in the one order") {
  ServiceBundle bundle = small_bundle();
  const ServiceId id{"s"};
  bundle.rows.emplace_back(UserKeyRow{id, UserKey{"v"}, ApplicationId{"a"}});
  bundle.rows.emplace_back(UserKeyRow{id, UserKey{"u"}, ApplicationId{"a"}});
  bundle.rows.emplace_back(ServiceTokenRow{id, ServiceToken{"t"}});
  const auto ordered = checked_bundle(bundle);
  REQUIRE(ordered.has_value());
  CHECK(!same_rows(*ordered, bundle));
  std::swap(bundle.rows[1], bundle.rows[5]);  // the token before the metric
  std::swap(bundle.rows[2], bundle.rows[5]);
  std::swap(bundle.rows[3], bundle.rows[5]);
  CHECK(same_rows(*ordered, bundle));
}

TEST_CASE("service bundle: same_rows tells values and their places apart") {
  const ServiceBundle one = small_bundle();
  CHECK(same_rows(one, small_bundle()));
  ServiceBundle other = small_bundle();
  std::get<MetricRow>(other.rows[1]).parent_id = MetricId{};
  CHECK(!same_rows(one, other));
  other = small_bundle();
  std::swap(other.rows[1], other.rows[2]);
  CHECK(!same_rows(one, other));
}

TEST_CASE("service bundle: what the internal API would refuse is refused") {
  CHECK(refusal(small_bundle()) == "good");

  ServiceBundle bundle = small_bundle();
  bundle.rows.erase(bundle.rows.begin());
  CHECK(refusal(bundle) == "rows_inconsistent");

  const auto with = [](CatalogRow row) {
    ServiceBundle made = small_bundle();
    made.rows.push_back(std::move(row));
    return refusal(made);
  };
  const ServiceId id{"s"};
  CHECK(with(MetricRow{id, MetricId{"n"}, "hits", std::nullopt}) == "metric_name_taken");
  CHECK(with(MetricRow{id, MetricId{"n"}, "", std::nullopt}) == "value_invalid");
  CHECK(with(MetricRow{id, MetricId{"n"}, "n", MetricId{"n"}}) == "rows_inconsistent");
  CHECK(with(MetricRow{id, MetricId{"m"}, "other", std::nullopt}) == "rows_inconsistent");
  CHECK(with(MetricRow{ServiceId{"t"}, MetricId{"n"}, "n", std::nullopt}) == "value_invalid");
  CHECK(with(UsageLimitRow{id, PlanId{"g"}, MetricId{"m"}, Period::day, -1}) == "value_invalid");
  CHECK(with(AlertLimitRow{id, 42}) == "value_invalid");
  CHECK(with(ApplicationKeyRow{id, ApplicationId{"nobody"}, ApplicationKey{"k"}}) ==
        "rows_inconsistent");
  CHECK(with(UserKeyRow{id, UserKey{"a\nb"}, ApplicationId{"a"}}) == "value_invalid");
  CHECK(with(UserKeyRow{id, UserKey{"u"}, ApplicationId{"later"}}) == "good");
  CHECK(with(DefaultServiceRow{ProviderKey{"somebody else"}, id}) == "rows_inconsistent");
}

TEST_CASE("service bundle: too many and too deep are refused") {
  ServiceBundle deep = small_bundle();
  for (std::size_t i = 0; i < Limits::metric_depth_max; ++i) {
    const std::string above = i == 0 ? "m" : "m" + std::to_string(i - 1);
    const std::string own = "m" + std::to_string(i);
    deep.rows.emplace_back(MetricRow{deep.id, MetricId{own}, own, MetricId{above}});
  }
  CHECK(refusal(deep) == "too_many");
  deep.rows.pop_back();
  CHECK(refusal(deep) == "good");

  ServiceBundle keys = small_bundle();
  for (std::size_t i = 0; i <= Limits::application_keys_max; ++i) {
    keys.rows.emplace_back(
        ApplicationKeyRow{keys.id, ApplicationId{"a"}, ApplicationKey{std::to_string(i)}});
  }
  CHECK(refusal(keys) == "too_many");
}

}  // namespace mainstay::apim::service_bundle_test
