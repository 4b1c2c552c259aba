#include "apps/clusters/inbound/http/webhook.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::clusters::webhook_test {

const SystemTime now{Micros{1'700'000'000'000'000}};  // 2023-11-14T22:13:20Z
constexpr std::string_view secret = "It's a Secret to Everybody";

class Hook {
 public:
  Hook(std::vector<http::Header> headers, std::string_view body) : headers_(std::move(headers)) {
    request.body = body;
    request.headers = headers_;
  }
  http::Request request;

 private:
  std::vector<http::Header> headers_;
};

Result<ForgeNews> signed_github(std::string_view body) {
  const std::string signature = "sha256=" + hexadecimal(tls::hmac_sha256(secret, body));
  const Hook hook{{{"X-Hub-Signature-256", signature}, {"X-GitHub-Delivery", "d1"}}, body};
  return read_webhook(WebhookKind::github, hook.request, secret, now);
}

TEST_CASE("webhook: GitHub's own example of a signature") {
  const Hook hook{{{"X-Hub-Signature-256",
                    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}},
                  "Hello, World!"};
  const auto read = read_webhook(WebhookKind::github, hook.request, secret, now);
  REQUIRE(read.has_error());
  CHECK(read.error().is(Errc::body_invalid));  // signed, but no JSON
}

TEST_CASE("webhook: a pull request that was touched now") {
  const auto read = signed_github(
      R"({"action":"closed","number":7,
          "pull_request":{"number":7,"updated_at":"2023-11-14T22:13:00Z"}})");
  REQUIRE(read.has_value());
  CHECK(read->pull_request == 7);
  CHECK(read->delivery == "d1");
  CHECK(signed_github(R"({"zen":"Keep it logically awesome."})")->pull_request == 0);
}

TEST_CASE("webhook: beyond the window it is a replay") {
  for (const std::string_view at :
       {"2023-11-14T22:03:00Z", "2023-11-14T22:24:00Z", "2023-11-14T22:13:00+01:00"}) {
    const auto read =
        signed_github(R"({"pull_request":{"number":7,"updated_at":")" + std::string{at} + R"("}})");
    REQUIRE(read.has_error());
    CHECK(read.error().is(Errc::permission_missing));
  }
  CHECK(signed_github(R"({"pull_request":{"number":7,"updated_at":"2023-11-14T23:13:00.5+01:00"}})")
            .has_value());
  CHECK(signed_github(R"({"pull_request":{"number":7,"updated_at":"yesterday, more or less"}})")
            .has_value());
}

TEST_CASE("webhook: without the secret nothing is taken") {
  const std::string_view body = R"({"number":7})";
  const std::string right = "sha256=" + hexadecimal(tls::hmac_sha256(secret, body));
  const auto refused = [&](WebhookKind kind, std::vector<http::Header> headers,
                           std::string_view known) {
    const Hook hook{std::move(headers), body};
    const auto read = read_webhook(kind, hook.request, known, now);
    return read.has_error() && read.error().is(Errc::permission_missing);
  };
  CHECK(refused(WebhookKind::github, {}, secret));
  CHECK(refused(WebhookKind::github, {{"X-Hub-Signature-256", "sha256=00"}}, secret));
  CHECK(refused(WebhookKind::github, {{"X-Hub-Signature-256", right}}, "other"));
  CHECK(refused(WebhookKind::github, {{"X-Hub-Signature-256", right}}, ""));
  CHECK(refused(WebhookKind::gitlab, {{"X-Hub-Signature-256", right}}, secret));
  CHECK(refused(WebhookKind::gitlab, {{"X-Gitlab-Token", ""}}, ""));
  CHECK_FALSE(refused(WebhookKind::gitlab, {{"X-Gitlab-Token", secret}}, secret));
  CHECK_FALSE(refused(WebhookKind::gitea, {{"X-Gitea-Signature", right.substr(7)}}, secret));
}

TEST_CASE("webhook: GitLab's merge requests are known by their iid") {
  const Hook hook{{{"X-Gitlab-Token", secret}, {"X-Gitlab-Event-UUID", "u1"}},
                  R"({"object_kind":"merge_request","object_attributes":
                     {"id":99,"iid":5,"updated_at":"2023-11-14 22:13:20 UTC"}})"};
  const auto read = read_webhook(WebhookKind::gitlab, hook.request, secret, now);
  REQUIRE(read.has_value());
  CHECK(read->pull_request == 5);
  CHECK(read->delivery == "u1");
}

TEST_CASE("webhook: a delivery counts once within the window") {
  Webhooks hooks;
  CHECK(hooks.is_new("a", now));
  CHECK_FALSE(hooks.is_new("a", now));
  CHECK(hooks.is_new("", now));
  CHECK(hooks.is_new("", now));
  for (std::size_t n = 0; n < Webhooks::remembered_max; ++n) {
    CHECK(hooks.is_new(std::to_string(n), now));
  }
  CHECK(hooks.is_new("a", now));  // forgotten: the oldest
  CHECK_FALSE(hooks.is_new("9999", now));
  CHECK(hooks.is_new("9999", now + Webhooks::window + Seconds{1}));
}

}  // namespace mainstay::clusters::webhook_test
