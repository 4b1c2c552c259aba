#include "platform/json/pull_reader.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "platform/json/test_pulled_value.hpp"

namespace mainstay::json::pull_reader_test {
namespace {

constexpr std::size_t steps[] = {1, 2, 3, 7, 63, 64, 65, 100'000};

/// Texts with all that makes scanning hard: quotes, backslashes in rows, brackets, other scripts.
std::string random_text(Random& chance) {
  static constexpr std::string_view parts[] = {
      "\"",
      "\\",
      "\\\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\n",
      "é",
      "😀",
      "\x01",
      "/",
      "a",
      "memory",
      "                ",
      "a text that is longer than one vector of sixteen bytes"};
  std::string out;
  for (auto left = chance.below(8); left > 0; --left) {
    out.append(parts[chance.below(std::size(parts))]);
  }
  return out;
}

Value random_value(Random& chance, int depth) {
  switch (chance.below(depth > 0 ? 7 : 5)) {
    case 0:
      return random_text(chance);
    case 1:
      return static_cast<std::int64_t>(chance.next());
    case 2:
      return static_cast<double>(chance.below(1'000'000)) / 1024;
    case 3:
      return chance.below(2) == 0;
    case 4:
      return nullptr;
    case 5: {
      Array out;
      for (auto left = chance.below(6); left > 0; --left) {
        out.push_back(random_value(chance, depth - 1));
      }
      return out;
    }
    default: {
      Object out;
      for (std::uint64_t n = 0, count = chance.below(6); n < count; ++n) {
        out.push_back({random_text(chance) + std::to_string(n), random_value(chance, depth - 1)});
      }
      return out;
    }
  }
}

PullReader over(std::string_view text, std::size_t step = 1'000'000) {
  return PullReader{in_steps(text, step)};
}

TEST_CASE("pull reader: reads what parse() reads, however the text comes") {
  Random chance{7};
  for (int round = 0; round < 150; ++round) {
    const Value value = random_value(chance, 5);
    const std::string text = round % 2 == 0 ? dump(value) : dump_pretty(value);
    CAPTURE(text);
    for (const std::size_t step : steps) {
      const auto read = pulled_parse(text, step);
      REQUIRE(read.has_value());
      REQUIRE(*read == value);
    }
  }
}

TEST_CASE("pull reader: what is skipped is passed exactly") {
  Random chance{8};
  for (int round = 0; round < 300; ++round) {
    const Value value = random_value(chance, 6);
    const std::string text = round % 2 == 0 ? dump(value) : dump_pretty(value);
    CAPTURE(text);
    PullReader whole = over(text, steps[chance.below(std::size(steps))]);
    whole.skip();
    CHECK(whole.position() == text.size());
    CHECK(whole.finish().has_value());
    PullReader partly = over(text, steps[chance.below(std::size(steps))]);
    pulled_value(partly, [&chance] { return chance.below(2) == 0; });
    CHECK(partly.finish().has_value());
  }
}

TEST_CASE("pull reader: takes and refuses what parse() takes and refuses") {
  Random chance{9};
  for (int round = 0; round < 1'500; ++round) {
    std::string text = dump(random_value(chance, 3));
    // One byte wrong, gone or new.
    static constexpr std::string_view bytes = "\"\\{}[],: \n0-.eEtrfaln\x80\xc3\x01u";
    const std::size_t at = chance.below(text.size());
    const char byte = bytes[chance.below(bytes.size())];
    const auto kind = chance.below(3);
    if (kind == 0) text[at] = byte;
    if (kind == 1) text.insert(at, 1, byte);
    if (kind == 2) text.erase(at, 1);
    CAPTURE(text);
    const auto whole = parse(text);
    const auto read = pulled_parse(text, steps[chance.below(std::size(steps))]);
    REQUIRE(whole.has_value() == read.has_value());
    if (whole) CHECK(*whole == *read);
  }
}

TEST_CASE("pull reader: refuses, as parse() does, and says where") {
  for (const auto* bad : {"",
                          " ",
                          "{",
                          "[",
                          "[1",
                          "[1,",
                          "[1,]",
                          "[,1]",
                          "{\"a\"",
                          "{\"a\":",
                          "{\"a\":1",
                          "{\"a\":1,}",
                          "{a:1}",
                          "{\"a\" 1}",
                          "[1 2]",
                          "01",
                          "-",
                          "1.",
                          ".5",
                          "1e",
                          "+1",
                          "tru",
                          "nul",
                          "truer",
                          "True",
                          "\"",
                          "\"\\",
                          "\"\\x\"",
                          "\"\\u12g4\"",
                          "\"\\ud800\"",
                          "\"\\udc00\"",
                          "\"\\ud800\\u0041\"",
                          "\"\n\"",
                          "1 1",
                          "[] x",
                          "\"\xff\"",
                          "'a'",
                          "[1}",
                          "{]"}) {
    CAPTURE(bad);
    CHECK(parse(bad).has_error());
    for (const std::size_t step : steps) CHECK(pulled_parse(bad, step).has_error());
  }
  CHECK(pulled_parse("[1, x]", 1).error().message().find("at byte 4") != std::string::npos);
}

TEST_CASE("pull reader: members are taken, skipped and left") {
  PullReader reader = over(
      R"({"a":{"x":[1,{"y":"]}"}],"z":2},"b":[10,20,[30]],"c":"d","e":-1.5,"f":false,"g":null})",
      5);
  reader.begin_object();
  REQUIRE(reader.next_member());
  CHECK(reader.name() == "a");
  reader.begin_object();
  REQUIRE(reader.next_member());
  reader.leave();  // before its value
  REQUIRE(reader.next_member());
  CHECK(reader.name() == "b");
  reader.begin_array();
  REQUIRE(reader.next_element());
  CHECK(reader.number() == "10");
  reader.leave();
  REQUIRE(reader.next_member());
  CHECK(reader.text() == "d");
  REQUIRE(reader.next_member());
  CHECK(reader.number() == "-1.5");
  REQUIRE(reader.next_member());
  CHECK_FALSE(reader.boolean());
  REQUIRE(reader.next_member());
  reader.null();
  CHECK_FALSE(reader.next_member());
  CHECK(reader.finish().has_value());
}

TEST_CASE("pull reader: after a failure everything reads as empty") {
  PullReader reader = over("[{\"a\": oops}, 2]");
  reader.begin_array();
  REQUIRE(reader.next_element());
  reader.begin_object();
  REQUIRE(reader.next_member());
  CHECK(reader.text().empty());
  CHECK(reader.failed());
  CHECK_FALSE(reader.next_member());
  CHECK_FALSE(reader.next_element());
  CHECK(reader.number().empty());
  CHECK(reader.kind() == PullReader::Kind::none);
  reader.skip();
  reader.leave();
  CHECK(reader.finish().error().is(Errc::syntax));
}

TEST_CASE("pull reader: bounds") {
  const PullLimits limits{.buffer_bytes = 256, .text_bytes_max = 100, .depth_max = 3};
  const std::string quote = "\"";
  const auto text_of = [&](std::size_t size) { return quote + std::string(size, 'x') + quote; };
  CHECK(pulled_parse(text_of(100), 1, limits).has_value());
  CHECK(pulled_parse(text_of(101), 1, limits).error().is(Errc::too_large));
  CHECK(pulled_parse(text_of(10'000), 64, limits).error().is(Errc::too_large));
  CHECK(pulled_parse(std::string(101, '1'), 64, limits).error().is(Errc::too_large));
  CHECK(pulled_parse("[[[]]]", 1, limits).has_value());
  CHECK(pulled_parse("[[[[]]]]", 1, limits).error().is(Errc::too_deep));
  // What is skipped has no bounds.
  const std::string large =
      "[" + text_of(100'000) + "," + std::string(1'000, '[') + std::string(1'000, ']') + "]";
  PullReader reader{in_steps(large, 64), limits};
  reader.skip();
  CHECK(reader.finish().has_value());
}

TEST_CASE("pull reader: a source that fails is told") {
  int left = 100;
  PullReader reader{[left](std::span<char> into) mutable -> Result<std::size_t> {
    if (--left < 0) return Error{Errc::too_large, "the disk is gone"};
    into[0] = '[';
    return std::size_t{1};
  }};
  reader.skip();
  CHECK(reader.finish().error().detail() == "the disk is gone");
}

}  // namespace
}  // namespace mainstay::json::pull_reader_test
