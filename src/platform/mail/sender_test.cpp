#include "platform/mail/sender.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/mail/mime.hpp"
#include "platform/mail/outbox.hpp"
#include "platform/mail/smtp.hpp"
#include "platform/mail/test_smtp_server.hpp"

namespace mainstay::mail::sender_test {
namespace {

Message sample(std::string to = "ada@example.com") {
  return {.to = std::move(to),
          .subject =
              "Gr\xc3\xbc\xc3\x9f"
              "e",
          .text = ".\n..\n.hidden\nlast\n",
          .html = "<p>.</p>\n"};
}

Letter letter_of(const Message& message) {
  const Stamp stamp{{"Mainstay", "no-reply@example.com"}, SystemTime{}, "u1"};
  return {message, "no-reply@example.com", to_mime(message, stamp)};
}

/// An adapter and what arrived behind it.
struct OutboxUnderTest {
  [[nodiscard]] bool is_there() const { return true; }
  Sender& sender() { return outbox; }
  std::string arrived() {
    const auto names = outbox.names();
    REQUIRE_FALSE(names.empty());
    std::ifstream in{folder.path("outbox/" + names.front() + ".eml"), std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  TemporaryFolder folder;
  Outbox outbox{folder.path("outbox")};
};

struct SmtpUnderTest {
  SmtpUnderTest(std::vector<std::string> flags, std::string_view scheme, Tls tls,
                std::string_view password)
      : server(std::move(flags)) {
    SmtpOptions options;
    options.url = std::string{scheme} + "://localhost:" + server.port();
    options.tls = tls;
    options.ca_file = server.ca_file();
    if (!password.empty()) options.user = "shop";
    options.password = password;
    auto made = make_smtp(std::move(options));
    REQUIRE(made.has_value());
    smtp = std::move(*made);
  }
  [[nodiscard]] bool is_there() const { return server.is_there(); }
  Sender& sender() { return *smtp; }
  std::string arrived() {
    last = server.taken();
    return *last.find_string("data");
  }
  [[nodiscard]] Result<> send_to(const char* to) {
    const Message message = sample(to);
    return smtp->send(letter_of(message));
  }

  SmtpServer server;
  std::unique_ptr<Sender> smtp;
  json::Value last;
};
struct PlainSmtp : SmtpUnderTest {
  PlainSmtp() : SmtpUnderTest({}, "smtp", Tls::none, "") {}
};
struct StarttlsWithLogin : SmtpUnderTest {
  StarttlsWithLogin()
      : SmtpUnderTest({"--starttls", "--auth", "shop:pass word"}, "smtp", Tls::required,
                      "pass word") {}
};
struct Smtps : SmtpUnderTest {
  Smtps() : SmtpUnderTest({"--tls"}, "smtps", Tls::required, "") {}
};

TEST_CASE_TEMPLATE("sender contract: what arrives is what was sent, byte by byte", Adapter,
                   OutboxUnderTest, PlainSmtp, StarttlsWithLogin, Smtps) {
  Adapter adapter;
  if (!adapter.is_there()) return;
  for (const char* to : {"ada@example.com", "bob@example.com"}) {
    const Message message = sample(to);
    const Letter letter = letter_of(message);
    const auto sent = adapter.sender().send(letter);
    REQUIRE_MESSAGE(sent.has_value(), (sent ? "" : sent.error().message()));
    CHECK(adapter.arrived() == letter.mime);
  }
}

TEST_CASE("smtp: the envelope has sender and recipient; TLS and login are used when asked for") {
  StarttlsWithLogin adapter;
  if (!adapter.is_there()) return;
  REQUIRE(adapter.send_to("ada@example.com").has_value());
  (void)adapter.arrived();
  CHECK(*adapter.last.find_string("from") == "no-reply@example.com");
  CHECK(*adapter.last.find("to") == json::Value{json::Array{"ada@example.com"}});
  CHECK(*adapter.last.find_string("user") == "shop");
  CHECK(*adapter.last.find("tls")->if_bool());
}

TEST_CASE("smtp: 5xx is permanent, 4xx is not") {
  PlainSmtp adapter;
  if (!adapter.is_there()) return;
  const auto of = [&](const char* to) {
    const auto sent = adapter.send_to(to);
    REQUIRE(sent.has_error());
    return sent.error();
  };
  CHECK(of("nobody@example.com").is(Errc::permanent));
  CHECK(of("nobody@example.com").detail().find("550") != std::string::npos);
  CHECK(of("spam@example.com").is(Errc::permanent));
  CHECK(of("later@example.com").is(Errc::temporary));
}

TEST_CASE("smtp: a server without TLS, one that nobody vouches for and one that is not there") {
  PlainSmtp plain;
  Smtps tls;
  if (!plain.is_there()) return;
  const auto error_of = [](const SmtpOptions& options) {
    auto made = make_smtp(options);
    REQUIRE(made.has_value());
    const Message message = sample();
    const auto sent = (*made)->send(letter_of(message));
    REQUIRE(sent.has_error());
    return sent.error();
  };
  SmtpOptions options;
  options.url = "smtp://localhost:" + plain.server.port();
  CHECK(error_of(options).is(Errc::temporary));  // TLS is required
  options.url = "smtps://localhost:" + tls.server.port();
  CHECK(error_of(options).detail().find("certificate") != std::string::npos);
  const SmtpServer other{{"--tls"}, {.alternative_names = "DNS:other.example"}};
  options.ca_file = other.ca_file();
  options.url = "smtps://localhost:" + other.port();
  CHECK(error_of(options).detail().find("name") != std::string::npos);
  options.url = "smtp://localhost:1";
  CHECK(error_of(options).is(Errc::temporary));
}

TEST_CASE("smtp: a refused login is the operator's to mend, and tells no password") {
  StarttlsWithLogin right;
  if (!right.is_there()) return;
  SmtpOptions options;
  options.url = "smtp://localhost:" + right.server.port();
  options.ca_file = right.server.ca_file();
  options.user = "shop";
  options.password = "wr0ng-secret";
  auto made = make_smtp(options);
  REQUIRE(made.has_value());
  const Message message = sample();
  const auto sent = (*made)->send(letter_of(message));
  REQUIRE(sent.has_error());
  CHECK(sent.error().is(Errc::temporary));
  CHECK(sent.error().message().find("wr0ng-secret") == std::string::npos);
}

TEST_CASE("outbox: keeps the newest, private, and finds no strangers") {
  const TemporaryFolder folder;
  Outbox outbox{folder.path("out"), 3};
  CHECK(outbox.names().empty());
  for (int i = 0; i < 5; ++i) {
    const Message message = sample("u" + std::to_string(i) + "@example.com");
    REQUIRE(outbox.send(letter_of(message)).has_value());
  }
  const auto names = outbox.names();
  REQUIRE(names.size() == 3);
  CHECK(outbox.find(names[0])->to == "u4@example.com");
  CHECK(outbox.find(names[2])->to == "u2@example.com");
  CHECK_FALSE(outbox.find("../" + names[0]));
  CHECK_FALSE(outbox.find(""));
  struct stat found {};
  REQUIRE(::stat(folder.path("out/" + names[0] + ".eml").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
  REQUIRE(::stat(folder.path("out").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0700U);
}

}  // namespace
}  // namespace mainstay::mail::sender_test
