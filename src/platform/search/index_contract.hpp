#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/search/index.hpp"

namespace mainstay::search {

/// What every Index must do, run against each engine: TEST_CASE_TEMPLATE_INVOKE(search_contract,
/// Engine). `engine.open(shape)` gives an index on the same data, again and again.
inline Shape contract_shape() {
  return {"things", {{"title", Weight::high}, {"body"}}, {"kind", "city"}, Language::simple};
}

inline void require_done(const Result<>& outcome) {
  REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
}

inline Document document(std::string id, std::string title, std::string body = "",
                         std::vector<NamedText> tags = {}) {
  return {std::move(id), {{"title", std::move(title)}, {"body", std::move(body)}}, std::move(tags)};
}

inline void put(Index& index, std::vector<Document> documents) {
  require_done(index.put(documents));
}

inline Found found(Index& index, const Query& query) {
  auto answer = index.find(query);
  REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().message()));
  return *std::move(answer);
}

/// The ids, sorted.
inline std::vector<std::string> ids(Index& index, const Query& query) {
  std::vector<std::string> out;
  for (const Hit& hit : found(index, query).hits) out.push_back(hit.id);
  std::ranges::sort(out);
  return out;
}
inline std::vector<std::string> ids(Index& index, std::string text) {
  return ids(index, Query{.text = std::move(text)});
}

using Ids = std::vector<std::string>;

inline void put_sample(Index& index) {
  put(index, {document("1", "Red shoes", "made of soft leather", {{"kind", "shoe"}}),
              document("2", "Blue hat", "goes well with red shoes",
                       {{"kind", "hat"}, {"city", "Berlin"}, {"city", "Paris"}}),
              document("3", "Shoehorn", "for leather", {{"kind", "tool"}, {"city", "Berlin"}})});
}

inline void words_contract(Index& index) {
  SUBCASE("nothing was ever put") {
    CHECK(ids(index, "red").empty());
    CHECK(ids(index, "").empty());
  }
  SUBCASE("all words must occur, in any field, whatever their case") {
    put_sample(index);
    CHECK(ids(index, "RED") == Ids{"1", "2"});
    CHECK(ids(index, "leather red") == Ids{"1"});
    CHECK(ids(index, "leather hat").empty());
    CHECK(ids(index, "") == Ids{"1", "2", "3"});
  }
  SUBCASE("prefixes and phrases") {
    put_sample(index);
    CHECK(ids(index, "shoe").empty());
    CHECK(ids(index, "shoe*") == Ids{"1", "2", "3"});
    CHECK(ids(index, Query{.text = "red sho", .last_is_prefix = true}) == Ids{"1", "2"});
    CHECK(ids(index, "\"red shoes\"") == Ids{"1", "2"});
    CHECK(ids(index, "\"shoes red\"").empty());
    CHECK(ids(index, "\"soft leath*\"") == Ids{"1"});
  }
  SUBCASE("the field of high weight ranks first, and scores descend") {
    put_sample(index);
    const auto hits = found(index, {.text = "red shoes"}).hits;
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].id == "1");
    CHECK(hits[0].score > hits[1].score);
  }
  SUBCASE("a snippet marks what was found") {
    put_sample(index);
    const auto hits = found(index, {.text = "soft"}).hits;
    REQUIRE(hits.size() == 1);
    std::string marked;
    for (const auto& piece : hits[0].snippet) marked += piece.is_match ? piece.text : "";
    CHECK(marked == "soft");
  }
}

inline void changes_contract(Index& index) {
  SUBCASE("a document is replaced, with its tags") {
    put_sample(index);
    put(index, {document("1", "Green coat", "", {{"kind", "coat"}})});
    CHECK(ids(index, "red") == Ids{"2"});
    CHECK(ids(index, "green") == Ids{"1"});
    CHECK(ids(index, Query{.filters = {{"kind", "shoe"}}}).empty());
    CHECK(ids(index, Query{.filters = {{"kind", "coat"}}}) == Ids{"1"});
  }
  SUBCASE("a removed one is gone; one that is not there is no error") {
    put_sample(index);
    require_done(index.remove(std::vector<std::string>{"1", "none"}));
    CHECK(ids(index, "") == Ids{"2", "3"});
    CHECK(ids(index, "red") == Ids{"2"});
  }
  SUBCASE("filters: one of each name's values") {
    put_sample(index);
    CHECK(ids(index, Query{.filters = {{"city", "Berlin"}}}) == Ids{"2", "3"});
    CHECK(ids(index, Query{.filters = {{"city", "Paris"}, {"city", "Rome"}}}) == Ids{"2"});
    CHECK(ids(index, Query{.filters = {{"city", "Berlin"}, {"kind", "tool"}}}) == Ids{"3"});
    CHECK(ids(index, Query{.text = "red", .filters = {{"kind", "hat"}}}) == Ids{"2"});
    CHECK(ids(index, Query{.filters = {{"city", "Ber*"}}}).empty());
  }
  SUBCASE("pages, and how many there are in all") {
    std::vector<Document> many;
    for (int i = 0; i < 30; ++i) many.push_back(document(std::to_string(100 + i), "same"));
    put(index, many);
    const auto page = found(index, {.text = "same", .hits_max = 10, .offset = 25});
    CHECK(page.total == 30);
    REQUIRE(page.hits.size() == 5);
    CHECK(page.hits[0].id == "125");
    CHECK(found(index, {.hits_max = 3}).hits[2].id == "102");
  }
  SUBCASE("what is beyond the limits is refused, and changes nothing") {
    CHECK(index.put(std::vector<Document>{document("1", "a"), document("", "b")}).has_error());
    CHECK(index.find({.hits_max = 0}).has_error());
    CHECK(index.find({.filters = {{"color", "red"}}}).has_error());
    CHECK(ids(index, "").empty());
  }
}

inline void hostile_contract(Index& index) {
  put(index, {document("1", "it's 100% \"quoted\" <b>bold</b> a:b c|d !e (f) \\g OR NOT"),
              document("q' OR 1=1 --", "other", "", {{"kind", "x' OR '1'='1"}}),
              document("3", std::string("control \x02 and \x03 and \xff, ") + "NUL\0s" + "z")});
  const char* hostile[] = {"OR",
                           "NOT zebra",
                           "a:b",
                           "title:zebra",
                           "f)",
                           "(",
                           "\"",
                           "' OR '1'='1",
                           "zebra OR red",
                           "!e",
                           "c|d",
                           "\\",
                           "*",
                           "^5",
                           "NEAR(a b)",
                           "{\"match_all\":{}}",
                           "<b>",
                           ":*",
                           "&",
                           "zebra*)",
                           "\xff\xfe",
                           "%",
                           "_"};
  for (const char* text : hostile) {
    const auto answer = index.find({.text = text});
    CHECK_MESSAGE(answer.has_value(), text);
  }
  CHECK(ids(index, "zebra OR other").empty());
  CHECK(ids(index, "title:other").empty());
  CHECK(ids(index, "NOT zebra").empty());
  CHECK(ids(index, "100% quoted") == Ids{"1"});
  CHECK(ids(index, Query{.filters = {{"kind", "x' OR '1'='1"}}}) == Ids{"q' OR 1=1 --"});
  CHECK(ids(index, Query{.filters = {{"kind", "' OR '1'='1"}}}).empty());
  CHECK(ids(index, "control") == Ids{"3"});
}

template <class Engine>
void rebuild_contract(Engine& engine) {
  auto index = engine.open(contract_shape());
  const auto begun = [](Index& of) {
    auto rebuild = of.rebuild();
    REQUIRE_MESSAGE(rebuild.has_value(), (rebuild ? "" : rebuild.error().message()));
    return *std::move(rebuild);
  };
  put_sample(*index);
  SUBCASE("the old one serves until the new one is finished") {
    const auto rebuild = begun(*index);
    require_done(rebuild->put(std::vector<Document>{document("9", "Red coat")}));
    CHECK(ids(*index, "red") == Ids{"1", "2"});
    require_done(rebuild->finish());
    CHECK(ids(*index, "red") == Ids{"9"});
    CHECK(ids(*index, "") == Ids{"9"});
  }
  SUBCASE("what is changed meanwhile wins over what the rebuild brings") {
    const auto rebuild = begun(*index);
    put(*index, {document("1", "New shoes")});
    require_done(index->remove(std::vector<std::string>{"2"}));
    require_done(rebuild->put(std::vector<Document>{
        document("1", "Old shoes"), document("2", "Old hat"), document("3", "Old horn")}));
    require_done(rebuild->finish());
    CHECK(ids(*index, "") == Ids{"1", "3"});
    CHECK(ids(*index, "new") == Ids{"1"});
    put(*index, {document("2", "Back again")});
    CHECK(ids(*index, "back") == Ids{"2"});
  }
  SUBCASE("an interrupted one leaves the old, and the next begins anew") {
    const auto lost = begun(*index);
    require_done(lost->put(std::vector<Document>{document("8", "Lost")}));
    auto other = engine.open(contract_shape());
    CHECK(ids(*other, "red") == Ids{"1", "2"});
    const auto rebuild = begun(*other);
    const auto late = lost->put(std::vector<Document>{document("8", "Lost")});
    REQUIRE(late.has_error());
    CHECK(late.error().is(Errc::superseded));
    CHECK(lost->finish().has_error());
    require_done(rebuild->put(std::vector<Document>{document("9", "Kept")}));
    require_done(rebuild->finish());
    CHECK(ids(*index, "") == Ids{"9"});
  }
  SUBCASE("again and again") {
    for (int i = 0; i < 3; ++i) {
      const auto rebuild = begun(*index);
      require_done(rebuild->put(std::vector<Document>{document(std::to_string(i), "turn")}));
      require_done(rebuild->finish());
      CHECK(ids(*index, "turn") == Ids{std::to_string(i)});
    }
  }
}

template <class Engine>
void open_contract(void (*contract)(Index&)) {
  Engine engine;
  if (!engine.is_there()) return;
  const auto index = engine.open(contract_shape());
  contract(*index);
}

TEST_CASE_TEMPLATE_DEFINE("search contract: words", Engine, search_contract_words) {
  open_contract<Engine>(words_contract);
}
TEST_CASE_TEMPLATE_DEFINE("search contract: changes", Engine, search_contract_changes) {
  open_contract<Engine>(changes_contract);
}
TEST_CASE_TEMPLATE_DEFINE("search contract: hostile texts", Engine, search_contract_hostile) {
  open_contract<Engine>(hostile_contract);
}
TEST_CASE_TEMPLATE_DEFINE("search contract: rebuild", Engine, search_contract_rebuild) {
  Engine engine;
  if (!engine.is_there()) return;
  rebuild_contract(engine);
}

}  // namespace mainstay::search
