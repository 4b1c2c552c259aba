#include "apps/exchange/domain/models/model_errc.hpp"

#include <set>
#include <string_view>

#include <doctest/doctest.h>

namespace mainstay::exchange::models::model_errc_test {

TEST_CASE("model errors: every code has a row and a name of its own") {
  std::set<std::string_view> names;
  for (int code = 1; code <= static_cast<int>(ModelErrc::series_invalid); ++code) {
    const Error error{static_cast<ModelErrc>(code)};
    CHECK(error.http_status() >= 400);
    CHECK(error.http_status() < 500);
    names.insert(error.name());
  }
  CHECK(names.size() == static_cast<std::size_t>(ModelErrc::series_invalid));
}

}  // namespace mainstay::exchange::models::model_errc_test
