#include "platform/ws/utf8_checker.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "base/text.hpp"

namespace mainstay::ws::utf8_checker_test {
namespace {

bool is_good(std::string_view text, std::size_t cut) {
  Utf8Checker checker;
  return checker.feed(text.substr(0, cut)) && checker.feed(text.substr(cut)) && checker.complete();
}

}  // namespace

TEST_CASE("utf-8 checker: every split of good and bad text, as the whole text") {
  using namespace std::string_literals;
  const std::vector<std::string> texts{"",
                                       "plain ascii of more than eight bytes",
                                       "\u00fc\u20ac\U0001f600 mixed \u07ff\u0800\uffff\U0010ffff",
                                       "\xc0\xaf"s,          // overlong
                                       "\xe0\x9f\xbf"s,      // overlong
                                       "\xf0\x8f\xbf\xbf"s,  // overlong
                                       "\xed\xa0\x80"s,      // a surrogate
                                       "\xf4\x90\x80\x80"s,  // beyond U+10FFFF
                                       "\x80"s,
                                       "\xff"s,
                                       "\xc3"s,                      // alone
                                       "12345678\xe2\x82"s,          // unfinished
                                       "12345678\xe2\x82\xac\x82"s,  // one too many
                                       "\0\x7f"s};
  for (const auto& text : texts) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      CHECK(is_good(text, cut) == is_valid_utf8(text));
    }
  }
}

TEST_CASE("utf-8 checker: random bytes, as the whole text says") {
  Random random{1};
  static constexpr std::string_view bytes{
      "a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe1\xed\xee\xf0\xf1\xf4\xf5"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random.below(7), ' ');
    for (auto& c : text) c = bytes[random.below(bytes.size())];
    CHECK(is_good(text, random.below(text.size() + 1)) == is_valid_utf8(text));
  }
}

TEST_CASE("utf-8 checker: bad at the first byte that cannot be right") {
  Utf8Checker checker;
  CHECK(checker.feed("\xf4"));
  CHECK_FALSE(checker.feed("\x90"));
  CHECK_FALSE(checker.feed("a"));
  checker.clear();
  CHECK(checker.feed("a"));
}

}  // namespace mainstay::ws::utf8_checker_test
