#include "platform/search/index.hpp"

#include <doctest/doctest.h>

namespace mainstay::search::index_test {
namespace {

const Shape shape{"things", {{"title", Weight::high}, {"body"}}, {"kind"}};

bool is_refused(const Document& document) {
  const std::vector<Document> documents{document};
  return check(shape, documents).has_error();
}

TEST_CASE("search index: shapes are checked") {
  CHECK(check(shape).has_value());
  CHECK(check(Shape{"", {{"a"}}}).has_error());
  CHECK(check(Shape{"1x", {{"a"}}}).has_error());
  CHECK(check(Shape{"x; DROP", {{"a"}}}).has_error());
  CHECK(check(Shape{std::string(41, 'a'), {{"a"}}}).has_error());
  CHECK(check(Shape{"x", {}}).has_error());
  CHECK(check(Shape{"x", {{"a"}, {"a"}}}).has_error());
  CHECK(check(Shape{"x", {{"a"}}, {"a"}}).has_error());
  CHECK(check(Shape{"x", {{"A"}}}).has_error());
  CHECK(fingerprint(shape) == "simple +title body #kind");
}

TEST_CASE("search index: documents and queries are checked") {
  CHECK_FALSE(is_refused({"1", {{"title", "t"}}, {{"kind", "a"}, {"kind", "b"}}}));
  CHECK(is_refused({"", {{"title", "t"}}}));
  CHECK(is_refused({std::string(256, 'i'), {{"title", "t"}}}));
  CHECK(is_refused({"a\nb", {{"title", "t"}}}));
  CHECK(is_refused({"1", {{"other", "t"}}}));
  CHECK(is_refused({"1", {{"title", std::string(257 * 1024, 'x')}}}));
  CHECK(is_refused({"1", {}, {{"other", "a"}}}));
  CHECK(is_refused({"1", {}, {{"kind", ""}}}));
  CHECK(is_refused({"1", {}, std::vector<NamedText>(65, {"kind", "a"})}));
  CHECK(check(shape, std::vector<Document>(1'001, Document{"1", {}})).has_error());
  CHECK(check(shape, Query{.text = "x"}).has_value());
  CHECK(check(shape, Query{.hits_max = 0}).has_error());
  CHECK(check(shape, Query{.hits_max = 201}).has_error());
  CHECK(check(shape, Query{.offset = 9'801}).has_error());
  CHECK(check(shape, Query{.filters = {{"other", "a"}}}).has_error());
}

TEST_CASE("search index: a marked snippet comes in pieces") {
  const auto pieces = pieces_of("the \x02red\x03 \x02shoe\x03");
  REQUIRE(pieces.size() == 4);
  CHECK(pieces[0].text == "the ");
  CHECK_FALSE(pieces[0].is_match);
  CHECK(pieces[1].text == "red");
  CHECK(pieces[1].is_match);
  CHECK(pieces[3].text == "shoe");
  CHECK(pieces[3].is_match);
  CHECK(pieces_of("").empty());
  CHECK(pieces_of("\x02").empty());
  CHECK(storable("a\x02"
                 "b\n\xff") == "a b \xef\xbf\xbd");
}

}  // namespace
}  // namespace mainstay::search::index_test
