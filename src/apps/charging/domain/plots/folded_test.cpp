#include "apps/charging/domain/plots/folded.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::folded_test {

TEST_CASE("folded: Latin letters in lower case without accents, and all else as it is") {
  CHECK(folded("Österreichring 7") == "osterreichring 7");
  CHECK(folded("ÖSTERREICH") == folded("österreich"));
  CHECK(folded("O\xCC\x88sterreich") == "osterreich");  // the accent a character of its own
  CHECK(folded("Straße, STRASSE") == "strasse, strasse");
  CHECK(folded("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ") == "aaaaaaaeceeeeiiiidnoooooouuuuyth");
  CHECK(folded("àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ") == "aaaaaaaeceeeeiiiidnoooooouuuuythy");
  CHECK(folded("ĀąĆčĎđĒěĜģĤħĨıĲĳĴĵĶĸĹłŃŋŌőŒœŔřŚšŢŧŨųŴŵŶŸŹžſ") ==
        "aaccddeegghhiiijijjjkkllnnoooeoerrssttuuwwyyzzs");
  CHECK(folded("București, Łódź, İzmir") == "bucuresti, lodz, izmir");
  CHECK(folded("3 × 4 ÷ 2 «§» ΑΒ Ж 東京 😀") == "3 × 4 ÷ 2 «§» ΑΒ Ж 東京 😀");
  CHECK(folded("A\xC3") == "a\xC3");  // no UTF-8
  CHECK(folded("\xC3Z\xC3\xC3\xB6") == "\xC3z\xC3o");
  CHECK(folded("").empty());
}

}  // namespace mainstay::charging::folded_test
