#include "platform/search/words.hpp"

#include <doctest/doctest.h>

namespace mainstay::search::words_test {
namespace {

std::vector<Term> terms(std::string_view text, bool last_is_prefix = false) {
  return parse_terms(text, last_is_prefix);
}

TEST_CASE("search words: words, phrases and prefixes") {
  CHECK(terms("red shoes") == std::vector<Term>{{{"red"}}, {{"shoes"}}});
  CHECK(terms("\"red shoes\" size") == std::vector<Term>{{{"red", "shoes"}}, {{"size"}}});
  CHECK(terms("sho* red") == std::vector<Term>{{{"sho"}, true}, {{"red"}}});
  CHECK(terms("\"red sho*\"") == std::vector<Term>{{{"red", "sho"}, true}});
  CHECK(terms("red sh", true) == std::vector<Term>{{{"red"}}, {{"sh"}, true}});
  CHECK(terms("red sh ", true) == std::vector<Term>{{{"red"}}, {{"sh"}}});
  CHECK(terms("Gr\xc3\xbc\xc3\x9f"
              "e") == std::vector<Term>{{{"Gr\xc3\xbc\xc3\x9f"
                                          "e"}}});
}

TEST_CASE("search words: nothing is syntax") {
  CHECK(
      terms("a:b AND (c OR -d)^2 ~e") ==
      std::vector<Term>{{{"a"}}, {{"b"}}, {{"AND"}}, {{"c"}}, {{"OR"}}, {{"d"}}, {{"2"}}, {{"e"}}});
  CHECK(terms("'; DROP TABLE x; --") == std::vector<Term>{{{"DROP"}}, {{"TABLE"}}, {{"x"}}});
  CHECK(terms("\"open phrase") == std::vector<Term>{{{"open", "phrase"}}});
  for (const char* nothing : {"", " ", "\"", "\"\"", "\"\"\"", "*", "\"*\"", "!&|<->:*\\"}) {
    CHECK_MESSAGE(terms(nothing, true).empty(), nothing);
  }
}

TEST_CASE("search words: long and broken texts are bounded") {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "w" + std::to_string(i) + " ";
  CHECK(terms(many).size() == terms_max);
  const auto one = terms(std::string(600, 'x'));
  REQUIRE(one.size() == 1);
  CHECK(one[0].words[0].size() == query_bytes_max);
  const auto cut = terms(std::string(511, 'x') + "\xc3\xbc");
  CHECK(cut[0].words[0] == std::string(511, 'x'));
  CHECK(terms("a\xff") == std::vector<Term>{{{"a\xef\xbf\xbd"}}});
}

TEST_CASE("search words: what engines index is words and blanks") {
  CHECK(words_only("v1.2-beta example.com/a_b") == "v1 2 beta example com a b");
}

}  // namespace
}  // namespace mainstay::search::words_test
