#include "platform/ws/deflate.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::ws::deflate_test {
namespace {

using namespace std::string_literals;

struct Inflated {
  Inflater::Outcome outcome;
  std::string text;
};

Inflated inflated(Inflater& inflater, std::string_view bytes, std::size_t bytes_max = 1'000'000) {
  std::string out = "of before";
  const auto outcome = inflater.inflate(bytes, bytes_max, out);
  return {outcome, std::move(out)};
}

}  // namespace

TEST_CASE("inflate: the examples of RFC 7692 7.2.3") {
  Inflater inflater;
  for (const auto& bytes : {"\xf2\x48\xcd\xc9\xc9\x07\x00"s,                             // 1
                            "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s,             // 3
                            "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s,                         // 4
                            "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s}) {  // 5
    const auto got = inflated(inflater, bytes);
    CHECK(got.outcome == Inflater::Outcome::ok);
    CHECK(got.text == "Hello");
  }
  CHECK(inflated(inflater, "\x00"s).text.empty());
}

TEST_CASE("inflate: what is no deflate stream, or ends within one") {
  Inflater inflater;
  CHECK(inflated(inflater, "\xff\xff\xff").outcome == Inflater::Outcome::broken);
  std::string whole;
  Deflater{}.deflate("a text that takes a few bytes, and a few bytes, and more", whole);
  int good = 0;
  for (std::size_t end = 1; end < whole.size(); ++end) {
    good += inflated(inflater, whole.substr(0, end)).outcome == Inflater::Outcome::ok ? 1 : 0;
  }
  CHECK(good == 0);
  CHECK(inflated(inflater, whole).outcome == Inflater::Outcome::ok);
}

TEST_CASE("inflate: a bomb, given up at the limit") {
  Inflater inflater;
  std::string bomb;
  Deflater{}.deflate(std::string(10'000'000, 'a'), bomb);
  CHECK(bomb.size() < 50'000);
  const auto got = inflated(inflater, bomb, 100'000);
  CHECK(got.outcome == Inflater::Outcome::too_big);
  CHECK(got.text.size() < 150'000);
  std::string exact;
  Deflater{}.deflate(std::string(100'000, 'a'), exact);
  CHECK(inflated(inflater, exact, 100'000).outcome == Inflater::Outcome::ok);
  CHECK(inflated(inflater, exact, 99'999).outcome == Inflater::Outcome::too_big);
}

TEST_CASE("deflate: random messages one after the other, each on its own") {
  Random random{3};
  Deflater deflater;
  Inflater inflater;
  for (int round = 0; round < 200; ++round) {
    std::string message(random.below(round % 10 == 0 ? 200'000 : 2'000), 'a');
    const auto letters = 1 + random.below(256);
    for (auto& c : message) c = static_cast<char>(random.below(letters));
    std::string compressed = "before";
    deflater.deflate(message, compressed);
    CHECK(compressed.starts_with("before"));
    const auto got = inflated(inflater, std::string_view{compressed}.substr(6));
    CHECK(got.outcome == Inflater::Outcome::ok);
    CHECK(got.text == message);
  }
}

}  // namespace mainstay::ws::deflate_test
