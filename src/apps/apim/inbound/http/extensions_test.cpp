#include "apps/apim/inbound/http/extensions.hpp"

#include <doctest/doctest.h>

namespace mainstay::apim::extensions_test {

TEST_CASE("extensions: the header is a query string, every known name is read") {
  const Extensions all = parse_extensions(
      "no_body=1&rejection_reason_header=1&limit_headers=1&hierarchy=1&flat_usage=1&list_app_keys="
      "1");
  CHECK(all.no_body);
  CHECK(all.rejection_reason_header);
  CHECK(all.limit_headers);
  CHECK(all.hierarchy);
  CHECK(all.flat_usage);
  CHECK(all.list_app_keys);
}

TEST_CASE("extensions: only 1 switches on, but for no_body which anything but 0 and false does") {
  CHECK_FALSE(parse_extensions("limit_headers=true").limit_headers);
  CHECK_FALSE(parse_extensions("hierarchy=2&hierarchy").hierarchy);
  CHECK(parse_extensions("no_body=yes").no_body);
  CHECK(parse_extensions("no_body").no_body);
  CHECK_FALSE(parse_extensions("no_body=0").no_body);
  CHECK_FALSE(parse_extensions("no_body=false").no_body);
}

TEST_CASE("extensions: names and values are percent-decoded, broken ones are ignored") {
  const Extensions encoded =
      parse_extensions("%6eo_body=%30&limit%5Fheaders=%31&flat_usage=%3&hierarchy=1+");
  CHECK_FALSE(encoded.no_body);
  CHECK(encoded.limit_headers);
  CHECK_FALSE(encoded.flat_usage);
  CHECK_FALSE(encoded.hierarchy);
}

TEST_CASE("extensions: unknown names and odd text, are ignored") {
  const Extensions none = parse_extensions("&&=1&unknown=1&&flat=1");
  CHECK_FALSE(none.no_body);
  CHECK_FALSE(none.flat_usage);
  CHECK_FALSE(parse_extensions("").no_body);
}

}  // namespace mainstay::apim::extensions_test
