#include "apps/exchange/inbound/fix/writer.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/reader.hpp"

namespace mainstay::exchange::fix::writer_test {
namespace {

std::string shown(std::string text) {
  std::ranges::replace(text, separator, '|');
  return text;
}

TEST_CASE("fix writer: a message has its sums, and is read back") {
  std::string body;
  FieldWriter fields{body};
  fields.text(tag::client_order_id, "a1");
  fields.number(tag::order_quantity, 100);
  fields.flag(tag::gap_fill, false);
  fields.text(tag::text, "");
  Header header;
  header.type = "8";
  header.sender = "MAINSTAY";
  header.target = "CLIENT";
  header.number = 12;
  header.sent = *parse_utc("20261122-08:15:30.125");
  std::string out = "before";
  append_message(out, header, body);
  CHECK(shown(out) ==
        "before8=FIX.4.4|9=77|35=8|49=MAINSTAY|56=CLIENT|34=12|52=20261122-08:15:30.125|11=a1|"
        "38=100|123=N|10=192|");

  MessageReader reader;
  reader.feed(std::string_view{out}.substr(6));
  REQUIRE(reader.next() == MessageReader::Outcome::message);
  CHECK(reader.message().number(tag::msg_seq_num) == 12);
}

TEST_CASE("fix writer: what is sent again says so and when it was sent first") {
  Header header;
  header.type = "8";
  header.sender = "M";
  header.target = "C";
  header.number = 2;
  header.sent = *parse_utc("20261122-08:15:31");
  header.first_sent = *parse_utc("20261122-08:15:30");
  std::string out;
  append_message(out, header, {});
  CHECK(shown(out).find("|34=2|43=Y|52=20261122-08:15:31.000|122=20261122-08:15:30.000|10=") !=
        std::string::npos);
}

TEST_CASE("fix writer: separators in a text become blanks") {
  std::string body;
  FieldWriter{body}.text(tag::text, std::string{"a"} + separator + "8=x");
  CHECK(shown(body) == "58=a 8=x|");
}

TEST_CASE("fix timestamps: written to the millisecond, read with any fraction") {
  for (const char* text :
       {"20261122-08:15:30.125", "20240229-23:59:59.999", "19700101-00:00:00.000"}) {
    REQUIRE(parse_utc(text).has_value());
    CHECK(utc_text(*parse_utc(text)) == text);
  }
  CHECK(*parse_utc("20261122-08:15:30.1") == *parse_utc("20261122-08:15:30.100000000"));
  CHECK(*parse_utc("20261122-08:15:30.123456789") ==
        *parse_utc("20261122-08:15:30.123") + Micros{456});
  CHECK(*parse_utc("20161231-23:59:60") == *parse_utc("20170101-00:00:00"));
  for (const char* text :
       {"", "20261122", "20261122-08:15", "20261322-08:15:30", "20260230-08:15:30",
        "20261122-24:15:30", "20261122-08:60:30", "20261122-08:15:61", "20261122 08:15:30",
        "20261122-08:15:30.", "20261122-08:15:30.1234567890", "20261122-08:15:30x",
        "-0261122-08:15:30", "2026112a-08:15:30"}) {
    CHECK_MESSAGE(!parse_utc(text).has_value(), text);
  }
  CHECK(*parse_date("20261122") == *parse_utc("20261122-00:00:00"));
  CHECK_FALSE(parse_date("2026112").has_value());
}

}  // namespace
}  // namespace mainstay::exchange::fix::writer_test
