#include "platform/mail/message.hpp"

#include <doctest/doctest.h>

namespace mainstay::mail::message_test {
namespace {

Message sample() {
  return {.to = "ada@example.com",
          .subject =
              "Gr\xc3\xbc\xc3\x9f"
              "e",
          .text = "line one\nline \"two\"\n",
          .html = "<p>one</p>",
          .headers = {{"Reply-To", "help@example.com"}, {"X-Kind", "confirm"}}};
}

std::string refusal_of(const Message& message) {
  const auto checked = check(message);
  return checked.has_error() ? checked.error().detail() : "";
}

TEST_CASE("message: comes back from its payload as it was") {
  const auto back = from_payload(to_payload(sample()));
  REQUIRE(back.has_value());
  CHECK(back->to == sample().to);
  CHECK(back->subject == sample().subject);
  CHECK(back->text == sample().text);
  CHECK(back->html == sample().html);
  CHECK(back->headers == sample().headers);
}

TEST_CASE("message: payloads that are none are refused") {
  for (const char* bad : {"", "{}", "[]", "{\"to\":1}", "{\"to\":\"a@b.example\",\"text\":\"\"}",
                          "{\"to\":\"a@b.example\",\"text\":\"x\",\"headers\":[1]}",
                          "{\"to\":\"a@b.example\",\"text\":\"x\",\"headers\":[[\"X-A\"]]}",
                          "{\"to\":\"a@b.example\",\"text\":\"x\",\"headers\":[[\"To\",\"b\"]]}"}) {
    CHECK_MESSAGE(from_payload(bad).has_error(), bad);
  }
}

TEST_CASE("message: nothing adds a header or a recipient") {
  const auto with = [](auto change) {
    Message message = sample();
    change(message);
    return refusal_of(message);
  };
  CHECK(refusal_of(sample()).empty());
  CHECK(with([](Message& m) { m.to = "a@b.example, c@d.example"; }).find("no e-mail") !=
        std::string::npos);
  CHECK_FALSE(with([](Message& m) { m.to = "a@b.example\r\nBcc: c@d.example"; }).empty());
  CHECK_FALSE(with([](Message& m) { m.subject = "x\r\nBcc: c@d.example"; }).empty());
  CHECK_FALSE(with([](Message& m) { m.subject = "x\ny"; }).empty());
  CHECK_FALSE(with([](Message& m) { m.subject = "\xff"; }).empty());
  CHECK_FALSE(with([](Message& m) { m.subject = std::string(401, 'x'); }).empty());
  CHECK_FALSE(with([](Message& m) { m.headers = {{"X-A", "b\r\nBcc: c"}}; }).empty());
  CHECK_FALSE(with([](Message& m) { m.headers = {{"X A", "b"}}; }).empty());
  CHECK_FALSE(with([](Message& m) { m.headers = {{"X-A:", "b"}}; }).empty());
  CHECK(with([](Message& m) {
          m.headers = {{"bCC", "c@d.example"}};
        }) == "the header bCC is not the message's own");
  CHECK_FALSE(with([](Message& m) { m.headers.assign(17, {"X-A", "b"}); }).empty());
  CHECK_FALSE(with([](Message& m) { m.text = std::string(256 * 1024 + 1, 'x'); }).empty());
  CHECK_FALSE(with([](Message& m) { m.text = std::string("a\0b", 3); }).empty());
  CHECK_FALSE(with([](Message& m) { m.text = m.html = ""; }).empty());
}

}  // namespace
}  // namespace mainstay::mail::message_test
