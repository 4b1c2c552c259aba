#include "platform/http/client_url.hpp"

#include <doctest/doctest.h>

#include "platform/http/client.hpp"

namespace mainstay::http::client_url_test {
namespace {

ClientUrl parsed(std::string_view text) {
  CAPTURE(text);
  auto url = parse_client_url(text);
  if (url.has_error()) FAIL(url.error().message());
  return *std::move(url);
}

}  // namespace

TEST_CASE("client url: host, port and target, taken apart") {
  const ClientUrl url = parsed("https://Example.org:8443/a%2Fb?x=1&y=%20#part");
  CHECK(url.tls);
  CHECK(url.host == "Example.org");
  CHECK(url.port == 8443);
  CHECK(url.host_header == "Example.org:8443");
  CHECK(url.target == "/a%2Fb?x=1&y=%20");
}

TEST_CASE("client url: what is not said, defaults") {
  CHECK(parsed("http://a").port == 80);
  CHECK(parsed("http://a").target == "/");
  CHECK(parsed("http://a").host_header == "a");
  CHECK(parsed("HTTPS://a").port == 443);
  CHECK(parsed("http://a:80/").host_header == "a");
  CHECK(parsed("https://a:80/").host_header == "a:80");
  CHECK(parsed("http://a:/").port == 80);
  CHECK(parsed("http://a?q").target == "/?q");
  CHECK(parsed("http://a/?").target == "/?");
}

TEST_CASE("client url: addresses, without brackets for connecting and with them in the header") {
  CHECK(parsed("http://127.0.0.1:81/").host == "127.0.0.1");
  CHECK(parsed("http://[::1]:81/").host == "::1");
  CHECK(parsed("http://[::1]:81/").host_header == "[::1]:81");
}

TEST_CASE("client url: what cannot be asked, url_invalid") {
  for (const std::string_view text : {"",
                                      "/path",
                                      "a.example/x",
                                      "//a/x",
                                      "ftp://a/",
                                      "file:///etc/passwd",
                                      "unix:/run/x",
                                      "http:",
                                      "http://",
                                      "http:///x",
                                      "http:a",
                                      "http://:80/",
                                      "http://user@a/",
                                      "http://user:pw@a/",
                                      "http://a:0/",
                                      "http://a:65536/",
                                      "http://a:x/",
                                      "http://a:8x/",
                                      "http://a:80:90/",
                                      "http://a@b@c/",
                                      "http://[::1]x/",
                                      "http://1.2.3.4x/",
                                      "http://a b/",
                                      "http://a/b c",
                                      "http://a/\r\nX: y",
                                      "http://a/%zz",
                                      "http://a%00b/",
                                      "http://127.0.0.1%2F/",
                                      "http://[::1/",
                                      "http://[v1.x]/",
                                      "http://[fe80::1%25eth0]/",
                                      "http://\xC3\xA9/",
                                      "http://a/\xC3\xA9"}) {
    CAPTURE(text);
    const auto url = parse_client_url(text);
    REQUIRE(url.has_error());
    CHECK(url.error().is(ClientErrc::url_invalid));
  }
  CHECK(parse_client_url("http://a/" + std::string(9000, 'x')).has_error());
  CHECK(parse_client_url("http://" + std::string(254, 'x') + "/").has_error());
  CHECK(parse_client_url({"http://a\0b/", 11}).has_error());
}

}  // namespace mainstay::http::client_url_test
