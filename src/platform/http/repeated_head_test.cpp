#include "platform/http/repeated_head.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::http::repeated_head_test {
namespace {

std::string describe(const Message& message, MessageParser::Outcome outcome, std::size_t consumed,
                     const Refusal& refusal) {
  if (outcome == MessageParser::Outcome::need_more) return "need more";
  if (outcome == MessageParser::Outcome::refused) {
    return std::to_string(refusal.status).append(" ").append(refusal.code);
  }
  std::string text{to_text(message.method)};
  text.append(" ").append(message.target).append(" path=").append(message.path);
  text.append(" query=").append(message.query).append(message.keep_alive ? " keep" : " close");
  text.append(message.http_1_1 ? " 1.1" : " 1.0").append(" id=").append(message.request_id);
  for (const Header& one : message.headers) {
    text.append(" [").append(one.name).append("=").append(one.value).append("]");
  }
  return text.append(" bytes=").append(std::to_string(consumed));
}

std::string parse_next(MessageParser& parser, std::string_view data) {
  std::size_t consumed = 0;
  const auto outcome = parser.parse(data, consumed);
  auto text = describe(parser.message(), outcome, consumed, parser.refusal());
  parser.clear();
  return text;
}

/// A request whose parts come from small sets, so that header lines repeat.
std::string random_request(Random& random) {
  static const std::vector<std::string> methods{"GET ",  "GET ", "GET ", "HEAD ",
                                                "POST ", "get ", "GET  "};
  static const std::vector<std::string> versions{" HTTP/1.1\r\n", " HTTP/1.1\r\n",
                                                 " HTTP/1.1\r\n", " HTTP/1.0\r\n",
                                                 " HTTP/1.1\n",   " HTTP/1.10\r\n"};
  static const std::vector<std::string> lines{
      "Host: a\r\n\r\n",
      "Host: a\r\nX-Request-ID: r-1\r\nUser-Agent:  b \r\n\r\n",
      "Host: a\r\nConnection: close\r\n\r\n",
      "Host: a\r\nContent-Length: 0\r\n\r\n",
      "Host: a\r\nContent-Length: 3\r\n\r\nabc",
      "Host: a\r\nExpect: 100-continue\r\n\r\n",
      "Host: a\r\nHost: b\r\n\r\n",
      "Host: a\r\nEmpty:\r\n\r\n",
      "\r\n"};
  const auto pick = [&random](const std::vector<std::string>& from) {
    return from[random.below(from.size())];
  };
  std::string target = random.below(8) == 0 ? "" : "/";
  for (auto count = random.below(24); count > 0; --count) {
    const bool is_odd = random.below(40) == 0;
    target += is_odd ? static_cast<char>(random.below(256)) : "abc?=&%/"[random.below(8)];
  }
  return pick(methods) + target + pick(versions) + pick(lines);
}

}  // namespace

TEST_CASE("repeated head: a parser that knows the header lines says what a new one says") {
  Limits limits;
  limits.target_bytes_max = 20;
  Random random{20'261'121};
  std::size_t matched = 0;
  MessageParser experienced{limits};
  std::string first = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = random_request(random);
    const auto cut = random.below(4) == 0 ? random.below(text.size() + 1) : text.size();
    // A copy of that very size: reading past it shows under the address sanitizer.
    const std::vector<char> exact{text.data(), text.data() + cut};
    const std::string_view data{exact.data(), exact.size()};
    MessageParser fresh{limits};
    const std::string expected = parse_next(fresh, data);
    REQUIRE(parse_next(experienced, data) == expected);
    REQUIRE(parse_next(experienced, data) == expected);
    matched += expected.starts_with("GET /") ? 1 : 0;
  }
  CHECK(matched > 1'000);
}

TEST_CASE("repeated head: matches known lines only, and forgets what it must not repeat") {
  const Limits limits;
  Message message;
  RepeatedHead head;
  const std::string_view text = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";
  CHECK(head.match(text, 100, message) == 0);
  message.method = Method::get;
  message.headers = {{text.substr(19, 4), text.substr(25, 1)}};
  head.remember(text, message);
  Message again;
  CHECK(head.match("GET /other HTTP/1.1\r\nHost: h\r\n\r\nGET", 100, again) == 32);
  CHECK(again.target == "/other");
  REQUIRE(again.headers.size() == 1);
  CHECK(again.headers[0].name == "Host");
  CHECK(again.headers[0].value == "h");
  CHECK(head.match("GET /other HTTP/1.1\r\nHost: h\r\n\r", 100, again) == 0);
  CHECK(head.match("GET /other HTTP/1.1\r\nHost: i\r\n\r\n", 100, again) == 0);
  CHECK(head.match("GET /other HTTP/1.1\r\nHost: h\r\n\r\n", 5, again) == 0);
  CHECK(head.match("GET /other HTTP/1.1\r\n", 100, again) == 0);
  CHECK(head.match("GET /others HTTP/1.1\r\nHost: h\r\n\r\n", 100, again) == 33);
  CHECK(head.match("GET /\x01ther HTTP/1.1\r\nHost: h\r\n\r\n", 100, again) == 0);
  const std::string big =
      "GET / HTTP/1.1\r\nHost: " + std::string(RepeatedHead::bytes_max, 'h') + "\r\n\r\n";
  head.remember(big, message);
  CHECK(head.match(big, 100, again) == 0);
  CHECK(head.match(text, 100, again) == 0);
}

}  // namespace mainstay::http::repeated_head_test
