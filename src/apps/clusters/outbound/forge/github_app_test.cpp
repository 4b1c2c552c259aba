#include "apps/clusters/outbound/forge/github_app.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/process/process.hpp"

namespace mainstay::clusters::github_app_test {
namespace {

TEST_CASE("github app: its claim becomes a token, which is kept for most of its hour") {
  const auto key = process::run({.arguments = {"openssl", "genrsa", "2048"}});
  if (key.has_error() || !key->good()) {
    MESSAGE("skipped: openssl is not installed");
    return;
  }
  ManualClock clock{SystemTime{Micros{1'700'000'000'000'000}}};
  http::ClientResponse answer{201, {}, R"({"token":"ghs_1","expires_at":"2023-11-14T23:13:20Z"})"};
  std::vector<http::ClientRequest> sent;
  GithubApp app{{"https://api.github.com", "4711", "99", key->output},
                [&](http::ClientRequest request) -> Result<http::ClientResponse> {
                  sent.push_back(std::move(request));
                  return answer;
                },
                clock};
  CHECK(*app.token() == "ghs_1");
  CHECK(*app.token() == "ghs_1");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].url == "https://api.github.com/app/installations/99/access_tokens");
  const std::string bearer = sent[0].headers.at(0).second;
  REQUIRE(bearer.starts_with("Bearer "));
  const auto parts = split(std::string_view{bearer}.substr(7), '.');
  REQUIRE(parts.size() == 3);
  const auto claim = json::parse(*base64url_decode(parts[1]));
  REQUIRE(claim.has_value());
  CHECK(*claim->find_string("iss") == "4711");
  CHECK(*claim->find("iat")->if_int() == 1'699'999'940);
  CHECK(*claim->find("exp")->if_int() == 1'700'000'540);

  answer.body = R"({"token":"ghs_2"})";
  clock.advance(Seconds{49 * 60});
  CHECK(*app.token() == "ghs_1");
  clock.advance(Seconds{60});
  CHECK(*app.token() == "ghs_2");

  clock.advance(Seconds{3'600});
  answer.status = 401;
  CHECK(app.token().error().is(Errc::forge_refused));
  answer.status = 502;
  CHECK(app.token().error().is(Errc::forge_unavailable));
  answer = {201, {}, "{}"};
  CHECK(app.token().error().is(Errc::forge_unavailable));
}

TEST_CASE("github app: a key that is none is said so, and not shown") {
  const ManualClock clock{SystemTime{}};
  GithubApp app{
      {"https://api.github.com", "1", "2", "s3cret"},
      [](http::ClientRequest) -> Result<http::ClientResponse> { return http::ClientResponse{}; },
      clock};
  const auto token = app.token();
  REQUIRE(token.has_error());
  CHECK(token.error().message().find("forge_app_key") != std::string::npos);
  CHECK(token.error().message().find("s3cret") == std::string::npos);
}

}  // namespace
}  // namespace mainstay::clusters::github_app_test
