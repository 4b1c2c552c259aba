#include "platform/mail/settings.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

namespace mainstay::mail::settings_test {
namespace {

Result<MailSettings> read(std::map<std::string, std::string> flags) {
  settings::Sources sources;
  sources.folder = "/nonexistent";
  sources.flags = std::move(flags);
  const auto specs = setting_specs();
  auto loaded = settings::Settings::load(specs, sources);
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().message()));
  return read_settings(*loaded);
}

std::string refusal_of(std::map<std::string, std::string> flags) {
  const auto read_back = read(std::move(flags));
  return read_back.has_error() ? read_back.error().detail() : "";
}

TEST_CASE("mail settings: without any, the outbox") {
  const auto plain = read({});
  REQUIRE(plain.has_value());
  CHECK_FALSE(plain->smtp);
  CHECK(plain->from.address == "no-reply@localhost");
}

TEST_CASE("mail settings: a server, its user and its usual port") {
  const auto named = read({{"mail.url", "smtp://shop%40x.example@mail.example.com"},
                           {"mail.password", "p"},
                           {"mail.from", "The Shop <shop@x.example>"}});
  REQUIRE(named.has_value());
  CHECK(named->smtp->url == "smtp://mail.example.com:587");
  CHECK(named->smtp->user == "shop@x.example");
  CHECK(named->smtp->tls == Tls::required);
  CHECK(named->from.name == "The Shop");
  const auto tls = read({{"mail.url", "smtps://[::1]:2465"}});
  REQUIRE(tls.has_value());
  CHECK(tls->smtp->url == "smtps://[::1]:2465");
  CHECK(read({{"mail.url", "smtps://h"}})->smtp->url == "smtps://h:465");
  CHECK(read({{"mail.url", "smtp://u@127.0.0.1:25"}, {"mail.password", "p"}, {"mail.tls", "none"}})
            .has_value());
}

TEST_CASE("mail settings: what cannot be meant is refused") {
  for (const char* bad :
       {"", "smtp", "smtp://", "smtp://h:0", "smtp://h:70000", "smtp://h:x", "smtp://h/path",
        "smtp://a b", "http://h", "smtp://h?x", "smtp://%zz@h", "smtp://h\r\nX:25"}) {
    CHECK_MESSAGE(refusal_of({{"mail.url", bad}}).starts_with("mail.url is"), bad);
  }
  CHECK(refusal_of({{"mail.url", "smtp://u:secret@h"}}).find("mail.password") != std::string::npos);
  CHECK(refusal_of({{"mail.url", "smtp://u:secret@h"}}).find("secret@") == std::string::npos);
  CHECK_FALSE(refusal_of({{"mail.url", "smtp://u@h"}}).empty());
  CHECK_FALSE(refusal_of({{"mail.url", "smtp://h"}, {"mail.password", "p"}}).empty());
  CHECK_FALSE(refusal_of({{"mail.from", "nobody"}}).empty());
  CHECK(refusal_of({{"mail.url", "smtp://u@h"}, {"mail.password", "p"}, {"mail.tls", "none"}})
            .find("plain text") != std::string::npos);
}

}  // namespace
}  // namespace mainstay::mail::settings_test
