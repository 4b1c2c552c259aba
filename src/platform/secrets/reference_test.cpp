#include "platform/secrets/reference.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::secrets::reference_test {
namespace {

/// "scheme place name version destination" or "!why".
std::string parsed(std::string_view text) {
  static constexpr const char* schemes[] = {"env", "file", "age", "berglas", "sm"};
  const auto one = parse_reference(text);
  if (one.has_error()) return "!" + one.error().detail();
  std::string out = schemes[static_cast<std::size_t>(one->scheme)];
  for (const std::string& part : {one->place, one->name, one->version}) out += "|" + part;
  if (one->destination.kind == Destination::Kind::temporary_file) out += "|tempfile";
  if (one->destination.kind == Destination::Kind::path) out += "|to " + one->destination.path;
  return out;
}

TEST_CASE("reference: variables, files and age files") {
  CHECK(parsed("env:DB_PASSWORD") == "env|DB_PASSWORD||");
  CHECK(parsed("file:/run/secrets/a b#c") == "file|/run/secrets/a b#c||");
  CHECK(parsed("age:settings/secrets.age#DB") == "age|settings/secrets.age|DB|");
  CHECK(parsed("age:a#b#c") == "age|a#b|c|");
  CHECK(parsed("age:key.pem.age") == "age|key.pem.age||");
}

TEST_CASE("reference: berglas in the grammar of Berglas") {
  CHECK(parsed("berglas://my-bucket/my-secret") == "berglas|my-bucket|my-secret|");
  CHECK(parsed("berglas://b/path/to/s?destination=tempfile") == "berglas|b|path/to/s||tempfile");
  CHECK(parsed("berglas://b/s?destination=tmpfile#12") == "berglas|b|s|12|tempfile");
  CHECK(parsed("berglas://b/s?destination=/etc/x.pem#1563925173373377") ==
        "berglas|b|s|1563925173373377|to /etc/x.pem");
  CHECK(parsed("berglas://b/s?destination=%2Fa+b") == "berglas|b|s||to /a b");
  CHECK(parsed("berglas://b/a%20b+c%2Fd") == "berglas|b|a b+c/d|");
  CHECK(parsed("berglas:///b/s") == "berglas|b|s|");
  CHECK(parsed("berglas://b/s?#") == "berglas|b|s|");
  CHECK(parsed("berglas://b/s?destination=#0") == "berglas|b|s|");
}

TEST_CASE("reference: sm in the grammar of Berglas") {
  CHECK(parsed("sm://my-project/my-secret") == "sm|my-project|my-secret|latest");
  CHECK(parsed("sm://p/s#7") == "sm|p|s|7");
  CHECK(parsed("sm://example.com:p/s?destination=tempfile#latest") ==
        "sm|example.com:p|s|latest|tempfile");
}

TEST_CASE("reference: what is none is refused with the reason") {
  for (const char* text : {"",
                           "env:",
                           "env:A=b",
                           "file:",
                           "age:",
                           "age:#K",
                           "age:x#",
                           "http://x/y",
                           "berglas://",
                           "berglas://b",
                           "berglas://b/",
                           "berglas:///",
                           "sm://p",
                           "sm://p/",
                           "sm://p/a/b",
                           "sm:///s",
                           "sm://p/s#a/b",
                           "sm://p/s?x=1",
                           "berglas://b/s#latest",
                           "berglas://b/s#-1",
                           "berglas://b/s?to=x",
                           "berglas://b/%zz",
                           "berglas://b/%0a",
                           "berglas://b c/s",
                           "env:A\nB",
                           "sm://p/s#%2e%2e%2fx",
                           "berglas://b%2e%2e%2f/s#1#2"}) {
    CAPTURE(text);
    CHECK(parsed(text).starts_with("!"));
  }
  CHECK(parsed("file:" + std::string(5000, 'x')) == "!longer than 4096 bytes");
}

}  // namespace
}  // namespace mainstay::secrets::reference_test
