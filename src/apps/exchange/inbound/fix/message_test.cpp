#include "apps/exchange/inbound/fix/message.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace mainstay::exchange::fix::message_test {
namespace {

std::string fields(std::string text) {
  std::ranges::replace(text, '|', separator);
  return text;
}

Message parsed(const std::string& raw, const MessageLimits& limits = {}) {
  Message message;
  message.parse(raw, limits);
  return message;
}

void check_defect(const std::string& text, RejectReason reason, Tag tag) {
  const std::string raw = fields(text);
  const Message message = parsed(raw);
  INFO(text);
  REQUIRE(message.defect().has_value());
  CHECK(message.defect()->reason == reason);
  CHECK(message.defect()->tag == tag);
}

TEST_CASE("fix message: fields are found by their tags, in order") {
  const std::string raw = fields("8=FIX.4.4|9=5|35=D|34=7|11=a=b|58=with blanks|10=000|");
  const Message message = parsed(raw);
  CHECK_FALSE(message.defect().has_value());
  CHECK(message.type() == "D");
  CHECK(message.is("D"));
  CHECK(message.number(tag::msg_seq_num) == 7);
  CHECK(message.get(tag::client_order_id) == "a=b");
  CHECK(message.get(tag::text) == "with blanks");
  CHECK(message.get(tag::price).empty());
  CHECK_FALSE(message.has(tag::price));
  CHECK_FALSE(message.number(tag::text).has_value());
  CHECK(message.fields().size() == 7);
}

TEST_CASE("fix message: what cannot be read is a defect that names the field") {
  check_defect("8=FIX.4.4|x=1|", RejectReason::invalid_tag_number, 0);
  check_defect("8=FIX.4.4|=1|", RejectReason::invalid_tag_number, 0);
  check_defect("8=FIX.4.4|01=1|", RejectReason::invalid_tag_number, 0);
  check_defect("8=FIX.4.4|1234567=1|", RejectReason::invalid_tag_number, 0);
  check_defect("8=FIX.4.4|nothing|", RejectReason::invalid_tag_number, 0);
  check_defect("8=FIX.4.4||", RejectReason::invalid_tag_number, 0);
  check_defect("8=FIX.4.4|44=|", RejectReason::tag_without_value, 44);
  check_defect("8=FIX.4.4|44=1|44=2|", RejectReason::tag_repeated, 44);
  check_defect("8=FIX.4.4|453=17|", RejectReason::group_count_incorrect, 453);
  check_defect("8=FIX.4.4|453=x|", RejectReason::group_count_incorrect, 453);
}

TEST_CASE("fix message: fields that are not read may come again, as in groups") {
  const std::string raw = fields("8=FIX.4.4|453=2|448=a|447=D|452=1|448=b|447=D|452=2|");
  const Message message = parsed(raw);
  CHECK_FALSE(message.defect().has_value());
  CHECK(message.get(448) == "a");
}

TEST_CASE("fix message: data may hold separators, for as long as its length says") {
  const std::string raw = fields("8=FIX.4.4|95=5|96=a|b=c|58=x|");
  const Message message = parsed(raw);
  CHECK_FALSE(message.defect().has_value());
  CHECK(message.get(96) == fields("a|b=c"));
  CHECK(message.get(tag::text) == "x");
  check_defect("8=FIX.4.4|95=4|96=a|b=c|", RejectReason::format_incorrect, 95);
  check_defect("8=FIX.4.4|95=500|96=a|b=c|", RejectReason::format_incorrect, 95);
  check_defect("8=FIX.4.4|95=x|96=a|b=c|", RejectReason::format_incorrect, 95);
  for (const Tag length : {90U, 93U, 95U, 212U, 348U, 350U, 352U, 354U, 356U, 358U, 360U, 362U,
                           364U, 445U, 618U, 621U}) {
    CHECK(data_behind(length) != 0);
  }
}

TEST_CASE("fix message: too many fields are a defect") {
  const std::string raw = fields("8=FIX.4.4|9=1|35=D|58=x|");
  CHECK_FALSE(parsed(raw, {4, 16}).defect().has_value());
  REQUIRE(parsed(raw, {3, 16}).defect().has_value());
  CHECK(parsed(raw, {3, 16}).defect()->tag == tag::text);
}

}  // namespace
}  // namespace mainstay::exchange::fix::message_test
