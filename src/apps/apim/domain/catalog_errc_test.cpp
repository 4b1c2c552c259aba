#include "apps/apim/domain/catalog_errc.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

namespace mainstay::apim::catalog_errc_test {

TEST_CASE("catalog errors: every code has a row of its own") {
  std::set<std::string_view> names;
  for (int code = 1; code <= static_cast<int>(CatalogErrc::rows_inconsistent); ++code) {
    const ErrorRow& row = error_row(static_cast<CatalogErrc>(code));
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.text.empty());
  }
  CHECK(error_row(CatalogErrc::rows_inconsistent).name == "rows_inconsistent");
  CHECK(error_row(CatalogErrc::service_token_blank).http_status == 422);
}

TEST_CASE("catalog errors: messages as the internal API shows them") {
  CHECK(service_is_default("7").detail() ==
        "Service id=\"7\" is the default service, cannot be removed");
  CHECK(service_id_unknown("7").detail() == "service id \"7\" is invalid");
  CHECK(provider_key_exists("k").detail() == "Provider key=\"k\" already exists");
  CHECK(provider_key_not_found("k").detail() == "Provider key=\"k\" does not exist");
  CHECK(application_has_no_state("x").detail() == "Application with id=\"x\" has no state");
  CHECK(catalog_error(CatalogErrc::invalid_provider_keys).detail() ==
        "Provider keys are not valid, must be not nil and different");
  CHECK(too_many("keys", 3).detail() == "at most 3 keys are allowed");
}

}  // namespace mainstay::apim::catalog_errc_test
