#include "apps/apim/domain/catalog_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::catalog_edit_test {

TEST_CASE("ids: empty, too long, bad UTF-8, control characters, refused by name") {
  CHECK(check_id("id", "a b/c \xC3\xA9").has_value());
  CHECK(check_id("id", "").error().detail() == "id must not be empty");
  CHECK(check_text("id", "").has_value());
  CHECK(check_id("id", std::string(Limits::id_bytes_max, 'x')).has_value());
  CHECK(check_id("id", std::string(Limits::id_bytes_max + 1, 'x')).error().detail() ==
        "id is longer than 4096 bytes");
  CHECK(check_id("id", "\xFF").error().detail() == "id is not valid UTF-8");
  CHECK(check_id("id", "a\nb").error().detail() == "id must not contain control characters");
  CHECK(check_id("id", "a\x7F").has_error());
  CHECK(check_id("id", std::string_view{"\0", 1}).error().is(CatalogErrc::value_invalid));
}

TEST_CASE("lookups: nothing there, the error that the internal API shows") {
  Catalog catalog;
  const ServiceId id{"1"};
  CHECK(find_service(catalog, id).error().detail() == "service not found");
  CHECK(find_application(catalog, id, ApplicationId{"a"}).error().detail() == "service not found");
  Service service;
  service.id = id;
  catalog = with_service(catalog, service).next;
  CHECK(find_service(catalog, id).has_value());
  CHECK(find_application(catalog, id, ApplicationId{"a"}).error().http_status() == 404);
}

TEST_CASE("edits: one after the other, rows in order and the last catalog") {
  CatalogEdit edit;
  edit.put(AlertLimitRow{ServiceId{"1"}, 50});
  CatalogEdit later;
  later.next.tokens = later.next.tokens.with("slot", TokenGrant{});
  later.erase(AlertLimitRow{ServiceId{"1"}, 50});
  edit.then(std::move(later));
  REQUIRE(edit.rows.size() == 2);
  CHECK(edit.rows[0].kind == RowChange::Kind::put);
  CHECK(edit.rows[1].kind == RowChange::Kind::erase);
  CHECK(edit.next.tokens.size() == 1);
}

}  // namespace mainstay::apim::catalog_edit_test
