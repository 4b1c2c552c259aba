#include "platform/mail/mime.hpp"

#include <doctest/doctest.h>

namespace mainstay::mail::mime_test {
namespace {

constexpr SystemTime noon{Micros{1'795'262'400'000'000}};

Stamp stamp() { return {{"Mainstay", "no-reply@example.com"}, noon, "u1"}; }

std::string mime(Message message) {
  message.to = "ada@example.com";
  return to_mime(message, stamp());
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Python's email module reads whole messages back in tests/e2e/test_mail.py.
TEST_CASE("mime: plain text alone") {
  CHECK(mime({.subject = "Hi", .text = "line\n"}) ==
        "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
        "From: \"Mainstay\"\r\n <no-reply@example.com>\r\n"
        "To: ada@example.com\r\n"
        "Subject: Hi\r\n"
        "Message-ID: <u1@example.com>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        "line\r\n");
}

TEST_CASE("mime: text and html are alternatives, the text first") {
  const auto both = mime({.subject = "Hi", .text = "t", .html = "<p>h</p>"});
  CHECK(has(both, "multipart/alternative;\r\n boundary=\"=_u1\"\r\n\r\n--=_u1\r\n"));
  CHECK(both.find("text/plain") < both.find("text/html"));
  CHECK(both.ends_with("<p>h</p>\r\n\r\n--=_u1--\r\n"));
  CHECK(has(mime({.subject = "Hi", .html = "<p>h</p>"}), "Content-Type: text/html"));
}

TEST_CASE("mime: quoted-printable keeps lines short, blanks and every line end") {
  const auto body = [](std::string text) {
    const auto whole = mime({.subject = "s", .text = std::move(text)});
    return whole.substr(whole.find("\r\n\r\n") + 4);
  };
  CHECK(body("a=b \nc\t\r\nd\re") == "a=3Db=20\r\nc=09\r\nd\r\ne\r\n");
  CHECK(body("\xc3\xbc") == "=C3=BC\r\n");
  CHECK(body(std::string(80, 'x')) ==
        std::string(75, 'x') + "=\r\n" + std::string(5, 'x') + "\r\n");
  CHECK(body(std::string(74, 'x') + "\xc3\xbc") == std::string(74, 'x') + "=\r\n=C3=BC\r\n");
  CHECK(body(".\n..\nFrom x\n") == ".\r\n..\r\nFrom x\r\n");
  CHECK(body("") == "\r\n");
}

TEST_CASE("mime: subjects are encoded where they must be, folded where they can be") {
  CHECK(has(mime({.subject = "Gr\xc3\xbc\xc3\x9f", .text = "x"}),
            "Subject: =?UTF-8?B?R3LDvMOf?=\r\n"));
  CHECK(has(mime({.subject = "=?UTF-8?Q?x?=", .text = "x"}), "Subject: =?UTF-8?B?"));
  std::string words;
  for (int i = 0; i < 20; ++i) words += "word" + std::to_string(i) + ' ';
  const auto folded = mime({.subject = words, .text = "x"});
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xe2\x82\xac";
  const auto encoded = mime({.subject = umlauts, .text = "x"});
  for (const auto& whole : {folded, encoded}) {
    std::size_t at = whole.find("Subject: ");
    const std::size_t end = whole.find("\r\nMessage-ID");
    CHECK(has(whole.substr(at, end - at), "\r\n "));
    for (; at < end; at = whole.find("\r\n", at) + 2) CHECK(whole.find("\r\n", at) - at <= 78);
  }
}

TEST_CASE("mime: names that would be syntax are quoted") {
  Stamp odd = stamp();
  odd.from.name = "A \"B\" \\ <c>";
  Message message{.to = "ada@example.com", .subject = "s", .text = "x"};
  CHECK(
      has(to_mime(message, odd), "From: \"A \\\"B\\\" \\\\ <c>\"\r\n <no-reply@example.com>\r\n"));
  odd.from.name = "M\xc3\xbcller";
  CHECK(has(to_mime(message, odd), "From: =?UTF-8?B?TcO8bGxlcg==?=\r\n <no-reply@example.com>"));
  odd.from.name = "";
  CHECK(has(to_mime(message, odd), "From: no-reply@example.com\r\n"));
  message.headers = {{"Reply-To", "help@example.com"}};
  CHECK(has(to_mime(message, odd), "Reply-To: help@example.com\r\n"));
}

}  // namespace
}  // namespace mainstay::mail::mime_test
