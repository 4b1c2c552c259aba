#include "apps/exchange/inbound/fix/reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/writer.hpp"

namespace mainstay::exchange::fix::reader_test {
namespace {

using Outcome = MessageReader::Outcome;

std::string soh(std::string text) {
  std::ranges::replace(text, '|', separator);
  return text;
}

/// With BodyLength and CheckSum.
std::string framed(const std::string& body, const std::string& begin = "8=FIX.4.4|") {
  std::string text = soh(begin + "9=" + std::to_string(body.size()) + "|" + body);
  const std::string sum = std::to_string(checksum(text));
  return text + "10=" + std::string(3 - sum.size(), '0') + sum + separator;
}

/// What came of it all, in words.
void read_all(MessageReader& reader, std::vector<std::string>& told) {
  for (;;) {
    switch (reader.next()) {
      case Outcome::need_more:
        return;
      case Outcome::message:
        told.emplace_back(reader.message().raw());
        break;
      case Outcome::garbled:
        told.emplace_back("garbled");
        break;
      case Outcome::too_large:
        told.emplace_back("too large");
        return;
    }
  }
}

std::vector<std::string> read_in_two(const std::string& text, std::size_t cut) {
  MessageReader reader;
  std::vector<std::string> told;
  reader.feed(text.substr(0, cut));
  read_all(reader, told);
  reader.feed(text.substr(cut));
  read_all(reader, told);
  return told;
}

std::vector<std::string> read_by_bytes(const std::string& text) {
  MessageReader reader;
  std::vector<std::string> told;
  for (const char byte : text) {
    reader.feed({&byte, 1});
    read_all(reader, told);
  }
  return told;
}

void check_reads(const std::string& text, const std::vector<std::string>& expected) {
  INFO(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) CHECK(read_in_two(text, cut) == expected);
  CHECK(read_by_bytes(text) == expected);
}

const std::string one = framed("35=0|49=A|56=B|34=1|");
const std::string two = framed("35=1|49=A|56=B|34=2|112=x|");

TEST_CASE("fix reader: messages are found however the stream is cut") {
  check_reads(one + two + one, {one, two, one});
  check_reads("", {});
}

TEST_CASE("fix reader: garbled messages are skipped up to the next one") {
  const std::string wrong_sum = one.substr(0, one.size() - 4) + "999" + separator;
  check_reads(wrong_sum + two, {"garbled", two});
  check_reads("noise" + one, {"garbled", one});
  check_reads(one + soh("10=1|") + two, {one, "garbled", two});
  check_reads(soh("8=FIX.4.4|35=0|") + two, {"garbled", two});
  check_reads(soh("8=FIX.4.4|9=x|35=0|") + two, {"garbled", two});
  check_reads(soh("8=FIX.4.4|9=|35=0|") + two, {"garbled", two});
  check_reads(soh("8=FIX.4.4|9=999999999|") + two, {"garbled", two});
  check_reads(soh("8=FIX.4.4444444444444|9=5|") + two, {"garbled", two});
  check_reads(framed("34=1|35=0|") + two, {"garbled", two});
  const std::string short_length = soh("8=FIX.4.4|9=2|35=0|34=1|10=000|");
  check_reads(short_length + two, {"garbled", two});
}

TEST_CASE("fix reader: a length that reaches into the next message takes neither of them") {
  const std::string long_length = soh("8=FIX.4.4|9=30|35=0|34=1|10=000|");
  check_reads(long_length + one + two, {"garbled", one, two});
}

TEST_CASE("fix reader: noise without an end is told once and not kept") {
  MessageReader reader;
  std::vector<std::string> told;
  for (int i = 0; i < 1'000; ++i) {
    reader.feed("8=FIX8=FI");
    read_all(reader, told);
  }
  reader.feed(one);
  read_all(reader, told);
  CHECK(told == std::vector<std::string>{"garbled", one});
}

TEST_CASE("fix reader: other versions are messages too, for the session to refuse") {
  const std::string other = framed("35=A|34=1|", "8=FIX.4.2|");
  check_reads(other, {other});
}

TEST_CASE("fix reader: a message larger than the limit is told before it is read") {
  MessageReader::Limits limits;
  limits.message_bytes_max = one.size();
  MessageReader reader{limits};
  reader.feed(one);
  CHECK(reader.next() == Outcome::message);
  reader.feed(two.substr(0, 20));
  CHECK(reader.next() == Outcome::too_large);
}

TEST_CASE("fix reader: defects of a well-framed message are the message's") {
  MessageReader reader;
  reader.feed(framed("35=0|34=1|44=|"));
  REQUIRE(reader.next() == Outcome::message);
  REQUIRE(reader.message().defect().has_value());
  CHECK(reader.message().defect()->tag == tag::price);
}

}  // namespace
}  // namespace mainstay::exchange::fix::reader_test
