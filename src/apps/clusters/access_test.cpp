#include "apps/clusters/access.hpp"

#include <deque>
#include <future>

#include "apps/clusters/ports/kept_audit.hpp"
#include "apps/clusters/roles.hpp"
#include "apps/clusters/settings.hpp"
#include "platform/auth/cases/administration.hpp"
#include "platform/auth/cases/credentials.hpp"
#include "platform/auth/cases/sign_in.hpp"
#include "platform/auth/desk_fixture.hpp"
#include "platform/auth/guard.hpp"

namespace mainstay::clusters::access_test {
namespace {

using http::Method;

settings::Settings clusters_settings() {
  settings::Sources sources;
  sources.folder = "/no/such/folder";
  sources.flags["apps.clusters.changes_per_minute"] = "3";
  sources.flags["apps.clusters.seals_per_minute"] = "2";
  const auto specs = setting_specs();
  auto loaded = settings::Settings::load(specs, sources);
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().message()));
  return std::move(*loaded);
}

/// Ada may seal and read; a caller of hers that the guard remembers, so that nothing is deferred.
struct Gate : auth::TestDesk<auth::SqliteOnFile> {
  Gate() {
    sign_in("ada", {std::string{secrets_role}, std::string{reader_role}});
    sign_in("bob", {std::string{author_role}});
  }
  void sign_in(const std::string& name, std::vector<std::string> roles) {
    const std::string password = "correct horse battery";
    REQUIRE(auth::make_user(*store, desk->hasher,
                            {name, name + "@example.org", std::move(roles), password}, start)
                .has_value());
    const auto signed_in = run(auth::login, {{"login", name}, {"password", password}});
    REQUIRE(signed_in.has_value());
    const std::string& token = signed_in->cookie->token;
    cookies[name] = std::string{auth::session_cookie} + "=" + token;
    tokens[name] = auth::csrf_token(desk->keys, token);
  }
  auto identify(const std::string& name) {
    const http::Header header{"Cookie", cookies[name]};
    http::Request request;
    request.headers = {&header, 1};
    request.at = clock.wall();
    std::promise<std::shared_ptr<const auth::Caller>> found;
    desk->guard.identify(request, [&](Result<std::shared_ptr<const auth::Caller>> caller) {
      found.set_value(caller.has_value() ? *caller : nullptr);
    });
    return found.get_future().get();
  }
  http::Response answer(const http::Handler& handler, const std::string& name,
                        Method method = Method::post, std::string_view peer = "127.0.0.1",
                        bool tls = false) {
    identify(name);
    const std::vector<http::Header> headers{{"Cookie", cookies[name]},
                                            {"X-CSRF-Token", tokens[name]}};
    http::Request request;
    request.method = method;
    request.target = request.path = "/api/things";
    request.headers = headers;
    request.at = clock.wall();
    request.peer = peer;
    request.tls = tls;
    http::Response response;
    handler(request, response);
    return response;
  }
  static Access::Handler greet() {
    return [](const http::Request&, http::Response& response, const Asker& asker) {
      response.body() = "hello " + asker.person();
    };
  }

  ManualClock clock{start};
  std::map<std::string, std::string> cookies, tokens;
  settings::Settings settings = clusters_settings();
  KeptAudit audit;
  Access access{&desk->guard, settings, clock, &audit};
};

bool says(const http::Response& response, int status, std::string_view code) {
  return response.status() == status &&
         response.body().find("\"" + std::string{code} + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("access: what carries secrets comes over TLS, or from this machine") {
  Gate gate;
  const auto handler = gate.access.require_private(secrets_role, Gate::greet());
  CHECK(says(gate.answer(handler, "ada", Method::post, "192.0.2.7"), 403, "tls_required"));
  CHECK(gate.answer(handler, "ada", Method::post, "192.0.2.7", true).body() ==
        "hello ada <ada@example.org>");
  gate.clock.advance(Seconds{60});
  CHECK(gate.answer(handler, "ada").status() == 200);
  CHECK(gate.answer(handler, "ada", Method::post, "::ffff:127.0.0.1").status() == 200);
}

TEST_CASE("access: changes without their role are refused and written down, reads refused alone") {
  Gate gate;
  const auto handler = gate.access.require(author_role, Gate::greet());
  CHECK(says(gate.answer(handler, "ada"), 403, "role_missing"));
  REQUIRE(gate.audit.entries.size() == 1);
  const AuditEntry& entry = gate.audit.entries[0];
  CHECK(entry.actor == "ada <ada@example.org>");
  CHECK(entry.action == "call.refused");
  CHECK(entry.more[0].second == "POST /api/things");
  CHECK(entry.more[1].second.find(author_role) != std::string::npos);
  CHECK(gate.answer(handler, "bob").body() == "hello bob <bob@example.org>");
  CHECK(says(gate.answer(handler, "ada", Method::get), 403, "role_missing"));
  const auto picky = gate.access.require(
      author_role, [](const http::Request&, http::Response& response, const Asker& asker) {
        http::problem(response, 403, "permission_missing",
                      check_may(asker, direct_role, "this").error().message());
      });
  CHECK(says(gate.answer(picky, "bob"), 403, "permission_missing"));
  REQUIRE(gate.audit.entries.size() == 2);
  CHECK(gate.audit.entries[1].more[1].second.find("this needs the role clusters_direct") !=
        std::string::npos);
}

TEST_CASE("access: one account changes and seals so often a minute, and reads as it likes") {
  Gate gate;
  const auto changes = gate.access.require({}, Gate::greet());
  const auto seals = gate.access.require(secrets_role, Gate::greet());
  for (int n = 0; n < 3; ++n) CHECK(gate.answer(changes, "ada").status() == 200);
  const auto refused = gate.answer(changes, "ada");
  CHECK(says(refused, 429, "too_many_requests"));
  CHECK(refused.header_lines().find("Retry-After: 20\r\n") != std::string::npos);
  CHECK(gate.answer(changes, "bob").status() == 200);
  for (int n = 0; n < 2; ++n) CHECK(gate.answer(seals, "ada").status() == 200);
  CHECK(says(gate.answer(seals, "ada"), 429, "too_many_requests"));
  CHECK(gate.answer(changes, "ada", Method::get).status() == 200);
  gate.clock.advance(Seconds{20});
  CHECK(gate.answer(changes, "ada").status() == 200);
  CHECK(gate.audit.entries.empty());
}

TEST_CASE("access: a stream is told when what began it is gone") {
  Gate gate;
  std::function<bool()> is_admitted;
  const auto handler = gate.access.require_stream(
      reader_role, [&](const http::Request&, http::Response&, const Asker& asker) {
        is_admitted = asker.is_still_admitted;
      });
  CHECK(says(gate.answer(handler, "bob", Method::get), 403, "role_missing"));
  CHECK(gate.answer(handler, "ada", Method::get).status() == 200);
  REQUIRE(is_admitted);
  CHECK(is_admitted());
  const auto ada = gate.identify("ada");
  SUBCASE("another process took the role away: within half a minute") {
    REQUIRE(auth::change_role(*gate.store, "ada", std::string{reader_role}, true).has_value());
    CHECK(is_admitted());
    gate.clock.advance(Seconds{30});
    (void)is_admitted();                                                     // asks
    for (int i = 0; i < 10'000 && is_admitted(); ++i) gate.identify("ada");  // waits for the answer
    CHECK_FALSE(is_admitted());
  }
  SUBCASE("this one did: at once") {
    REQUIRE(auth::change_disabled(*gate.store, "ada", true).has_value());
    gate.desk->guard.forget_user(ada->user_id);
    (void)is_admitted();
    for (int i = 0; i < 10'000 && is_admitted(); ++i) gate.identify("ada");
    CHECK_FALSE(is_admitted());
  }
}

}  // namespace mainstay::clusters::access_test
