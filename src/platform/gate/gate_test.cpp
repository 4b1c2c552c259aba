#include "platform/gate/gate.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace mainstay::gate::gate_test {
namespace {

using Outcome = Decision::Outcome;

/// Admits `good` until its limit of 10 units is used up; remembers what it is told.
class TestAuthority final : public Authority {
 public:
  struct Route final : Admission {
    Route(TestAuthority& of, std::span<const Charge> charges) : authority(of) {
      for (const Charge& charge : charges) cost += charge.cost;
    }
    Decision admit(const http::Request&, const Credentials& credentials) override {
      if (credentials.user_key == "late") {
        return {.outcome = Outcome::unavailable,
                .code = "journal_unavailable",
                .detail = "no disk",
                .retry_after = Seconds{1}};
      }
      if (credentials.user_key != "good") return {Outcome::refused, "credentials_invalid", "who?"};
      const RateLimit rate{10, 10 - authority.used - cost, 42};
      if (rate.remaining < 0) return {Outcome::limited, "limits_exceeded", "no", {{10, 0, 42}}};
      authority.used += cost;
      return {.rate = rate, .caller = "app"};
    }
    void answered(std::string_view caller, int status, SystemTime, std::size_t) override {
      authority.answers.append(caller).append(" ").append(std::to_string(status)).append(";");
    }
    TestAuthority& authority;
    std::int64_t cost = 0;
  };
  std::unique_ptr<Admission> admission(std::span<const Charge> charges) override {
    return std::make_unique<Route>(*this, charges);
  }
  std::int64_t used = 0;
  std::string answers;
};

/// What the server does about deferred answers.
struct TestPoint final : http::Response::DeferPoint {
  struct Sink final : http::Deferred::Sink {
    explicit Sink(http::Response& to) : response(to) {}
    void complete(UniqueFunction<void(http::Response&)> fill) override {
      response.clear();
      fill(response);
    }
    http::Response& response;
  };
  explicit TestPoint(http::Response& to) : response(to) {}
  std::shared_ptr<http::Deferred::Sink> make_sink() override {
    return std::make_shared<Sink>(response);
  }
  http::Response& response;
};

struct Fixture {
  Fixture() {
    router.add(http::Method::get, "/one", answer);
    router.add(http::Method::get, "/five", answer);
    router.add(http::Method::get, "/open", answer);
    router.add(http::Method::get, "/throws",
               [](const http::Request&, http::Response&) { throw std::runtime_error{"no"}; });
    router.add(http::Method::get, "/later",
               [this](const http::Request&, http::Response& answer_later) {
                 deferred.emplace(answer_later.defer());
               });
    router.add(http::Method::options, "/one", answer);
    options.rules.push_back({http::Method::get, "/five", {{"hits", 4}, {"rows", 1}}});
    options.rules.push_back({.pattern = "/open", .open = true});
  }
  static void answer(const http::Request&, http::Response& response) {
    response.status(201);
    response.body().append("answered");
  }
  http::Response& call(std::string_view path, std::string_view query = "",
                       http::Method method = http::Method::get) {
    http::Request request;
    request.method = method;
    request.target = request.path = path;
    request.query = query;
    response.clear();
    response.defer_point(&point);
    router.handle(request, response);
    return response;
  }

  http::Router router;
  http::Response response;
  TestPoint point{response};
  TestAuthority authority;
  Options options;
  std::optional<http::Deferred> deferred;
};

constexpr std::string_view good = "user_key=good";

}  // namespace

TEST_CASE_FIXTURE(Fixture, "gate: an admitted request is answered, with its rate limit") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/one", good).status() == 201);
  CHECK(response.body() == "answered");
  CHECK(response.header_lines() ==
        "RateLimit-Limit: 10\r\nRateLimit-Remaining: 9\r\nRateLimit-Reset: 42\r\n");
  CHECK(authority.answers == "app 201;");
  CHECK(call("/one", good, http::Method::head).status() == 201);
  CHECK(authority.used == 2);
}

TEST_CASE_FIXTURE(Fixture, "gate: without credentials, and with wrong ones, 403 with a code") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/one").status() == 403);
  CHECK(response.content_type() == "application/problem+json");
  CHECK(response.body().find(R"("code":"credentials_missing")") != std::string::npos);
  CHECK(response.header_lines() == "Cache-Control: no-store\r\n");
  CHECK(call("/one", "user_key=bad").status() == 403);
  CHECK(response.body().find(R"("code":"credentials_invalid")") != std::string::npos);
  CHECK(authority.used == 0);
  CHECK(authority.answers.empty());
}

TEST_CASE_FIXTURE(Fixture, "gate: beyond the limit 429 with Retry-After") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/five", good).status() == 201);
  CHECK(call("/five", good).status() == 201);
  CHECK(call("/one", good).status() == 429);
  CHECK(response.header_lines() ==
        "Cache-Control: no-store\r\nRateLimit-Limit: 10\r\nRateLimit-Remaining: 0\r\n"
        "RateLimit-Reset: 42\r\nRetry-After: 42\r\n");
}

TEST_CASE_FIXTURE(Fixture, "gate: open routes, OPTIONS and other paths are not asked about") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/open").status() == 201);
  CHECK(call("/one", "", http::Method::options).status() == 201);
  CHECK(call("/five", "", http::Method::options).status() == 204);
  CHECK(call("/nowhere").status() == 404);
  CHECK(authority.used == 0);
}

TEST_CASE_FIXTURE(Fixture, "gate: an answer that comes later gets its headers and is counted") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/later", good).deferred());
  CHECK(authority.answers.empty());
  deferred->complete([](http::Response& later) { later.status(202); });
  CHECK(response.status() == 202);
  CHECK(response.header_lines().starts_with("RateLimit-Limit: 10\r\n"));
  CHECK(authority.answers == "app 202;");
}

TEST_CASE_FIXTURE(Fixture, "gate: an answer given up, and a handler's exception, count as 500") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/later", good).deferred());
  deferred.reset();
  CHECK(response.status() == 500);
  CHECK(call("/throws", good).status() == 500);
  CHECK(authority.answers == "app 500;app 500;");
}

TEST_CASE_FIXTURE(Fixture, "gate: what cannot be decided now is 503 and says when to come back") {
  REQUIRE(guard(router, authority, options).has_value());
  CHECK(call("/one", "user_key=late").status() == 503);
  CHECK(response.header_lines().find("Retry-After: 1\r\n") != std::string::npos);
  CHECK_FALSE(response.promises());
  CHECK(authority.answers.empty());
}

TEST_CASE_FIXTURE(Fixture, "gate: a header name that cannot come is an error at start") {
  options.headers.app_id = "app id";
  const auto guarded = guard(router, authority, options);
  REQUIRE(guarded.has_error());
  CHECK(guarded.error().is(Errc::header_name_invalid));
}

TEST_CASE("gate mount: behind a service, open without one, refused without a provider") {
  struct TestProvider final : Provider {
    Authority& authority(std::string_view service) override {
      asked = service;
      return one;
    }
    TestAuthority one;
    std::string asked;
  } provider;
  const auto routes = [] {
    http::Router made;
    made.add(http::Method::get, "/x",
             [](const http::Request&, http::Response& response) { response.body() = "served"; });
    return made;
  };
  const auto status_of = [](http::Router& router) {
    http::Request request;
    request.target = request.path = "/x";
    http::Response response;
    router.handle(request, response);
    return response.status();
  };
  http::Router open;
  REQUIRE(mount(open, routes(), nullptr, "", "apps.x.gate", {}).has_value());
  CHECK(status_of(open) == 200);
  http::Router gated;
  REQUIRE(mount(gated, routes(), &provider, "s", "apps.x.gate", {}).has_value());
  CHECK(provider.asked == "s");
  CHECK(status_of(gated) == 403);
  http::Router none;
  const auto refused = mount(none, routes(), nullptr, "s", "apps.x.gate", {});
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::service_unknown));
  CHECK(refused.error().detail() == "apps.x.gate: this program has no API management");
}

}  // namespace mainstay::gate::gate_test
