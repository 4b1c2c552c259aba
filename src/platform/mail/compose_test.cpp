#include "platform/mail/compose.hpp"

#include <doctest/doctest.h>

#include "platform/mail/queue.hpp"

namespace mainstay::mail::compose_test {
namespace {

templates::Templates sample() {
  static const std::vector<templates::Builtin> builtins{
      {"confirm.txt", "Subject: Welcome, {{name}}\n\nDear {{name}},\n{{link}}\n"},
      {"confirm.html", "<p>{{name}}: <a href=\"{{link}}\">confirm</a></p>"},
      {"bare.txt", "Subject: Only text\nline\n"},
      {"wrong.txt", "no subject"}};
  auto loaded = templates::Templates::load(builtins, "");
  REQUIRE(loaded.has_value());
  return std::move(*loaded);
}

TEST_CASE("compose: subject, text and html come from the templates") {
  const auto message = compose(sample(), "confirm", "ada@example.com",
                               {{"name", "A & B"}, {"link", "https://x.example/?a=1&b=2"}});
  REQUIRE(message.has_value());
  CHECK(message->to == "ada@example.com");
  CHECK(message->subject == "Welcome, A & B");
  CHECK(message->text == "Dear A & B,\nhttps://x.example/?a=1&b=2\n");
  CHECK(message->html ==
        "<p>A &amp; B: <a href=\"https://x.example/?a=1&amp;b=2\">confirm</a></p>");
  const auto bare = compose(sample(), "bare", "ada@example.com", {});
  REQUIRE(bare.has_value());
  CHECK(bare->text == "line\n");
  CHECK(bare->html.empty());
}

TEST_CASE("compose: a value with line ends stays in the subject") {
  const auto message = compose(sample(), "confirm", "ada@example.com",
                               {{"name", "x\r\nBcc: eve@example.com"}, {"link", "l"}});
  REQUIRE(message.has_value());
  CHECK(message->subject == "Welcome, x  Bcc: eve@example.com");
  CHECK(message->text == "Dear x\r\nBcc: eve@example.com,\nl\n");
}

TEST_CASE("compose: what it makes can be queued") {
  const auto bare = compose(sample(), "bare", "ada@example.com", {});
  REQUIRE(bare.has_value());
  CHECK(from_payload(to_payload(*bare))->text == "line\n");
  CHECK(send_kind == "mail.send");
}

TEST_CASE("compose: a template without a subject and a bad address are refused") {
  CHECK(compose(sample(), "wrong", "ada@example.com", {}).has_error());
  CHECK(compose(sample(), "bare", "ada", {}).has_error());
}

}  // namespace
}  // namespace mainstay::mail::compose_test
