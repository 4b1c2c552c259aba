#include "platform/auth/guard.hpp"

#include <future>

#include "platform/auth/cases/administration.hpp"
#include "platform/auth/cases/credentials.hpp"
#include "platform/auth/cases/sign_in.hpp"
#include "platform/auth/desk_fixture.hpp"

namespace mainstay::auth::guard_test {
namespace {

using http::Method;
using Headers = std::vector<http::Header>;

const std::string password = "correct horse battery";

/// An account with the role seller, signed in, and what the guard says of its requests.
struct Door : TestDesk<SqliteOnFile> {
  Door() {
    REQUIRE(make_user(*store, desk->hasher, {"ada", "ada@example.org", {"seller"}, password}, start)
                .has_value());
    const auto signed_in = run(login, {{"login", "ada"}, {"password", password}});
    REQUIRE(signed_in.has_value());
    token = signed_in->cookie->token;
    cookie = std::string{session_cookie} + "=" + token;
    csrf = csrf_token(desk->keys, token);
  }

  std::shared_ptr<const Caller> identify(const Headers& headers, SystemTime now = start) {
    http::Request request;
    request.headers = headers;
    request.at = now;
    std::promise<std::shared_ptr<const Caller>> found;
    desk->guard.identify(request, [&](Result<std::shared_ptr<const Caller>> caller) {
      found.set_value(caller.has_value() ? std::move(*caller) : nullptr);
    });
    return found.get_future().get();
  }

  /// Of a request whose caller is remembered, so that nothing is deferred.
  http::Response answer(Guard::Need need, Headers headers, Method method = Method::get,
                        std::string_view body = {}) {
    identify(headers);
    const auto handler = desk->guard.require(
        std::move(need), [](const http::Request&, http::Response& response, const Caller& caller) {
          response.body() = "hello " + caller.name;
        });
    http::Request request;
    request.method = method;
    request.target = "/orders?page=2";
    request.headers = headers;
    request.body = body;
    request.at = start;
    http::Response response;
    handler(request, response);
    return response;
  }

  std::string token, cookie, csrf;
};

bool is_refused(const http::Response& response, int status, std::string_view code) {
  return response.status() == status &&
         response.body().find("\"" + std::string{code} + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("guard: nobody is asked to sign in, a person is sent there and back") {
  Door door;
  CHECK(is_refused(door.answer({}, {}), 401, "sign_in_required"));
  CHECK(
      is_refused(door.answer({}, {{"Authorization", "Bearer nonsense"}}), 401, "sign_in_required"));
  const auto sent = door.answer({.is_page = true}, {});
  CHECK(sent.status() == 303);
  CHECK(sent.header_lines().find("Location: /auth/login?next=%2Forders%3Fpage%3D2\r\n") !=
        std::string::npos);
}

TEST_CASE("guard: a session passes where its owner has the role") {
  Door door;
  const Headers headers{{"Cookie", door.cookie}};
  CHECK(door.answer({}, headers).body() == "hello ada");
  CHECK(door.answer({.role = "seller"}, headers).body() == "hello ada");
  CHECK(is_refused(door.answer({.role = "admin"}, headers), 403, "role_missing"));
}

TEST_CASE("guard: a change by a session shows its token and comes from here") {
  Door door;
  const auto post = [&](Headers more, std::string_view body = {}) {
    more.push_back({"Cookie", door.cookie});
    return door.answer({}, more, Method::post, body);
  };
  CHECK(is_refused(post({}), 403, "foreign_request"));
  CHECK(is_refused(post({{"X-CSRF-Token", "x"}}), 403, "foreign_request"));
  CHECK(post({{"X-CSRF-Token", door.csrf}}).body() == "hello ada");
  CHECK(is_refused(post({{"X-CSRF-Token", door.csrf}, {"Sec-Fetch-Site", "cross-site"}}), 403,
                   "foreign_request"));
  const Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(post(form, "a=b&csrf=" + door.csrf).body() == "hello ada");
  CHECK(is_refused(post(form, "a=b"), 403, "foreign_request"));
}

TEST_CASE("guard: a token of the API needs no more, and is refused where people are wanted") {
  Door door;
  const auto made = door.run_as(door.identify({{"Cookie", door.cookie}}), make_token,
                                {{"label", "x"}, {"roles", "*"}});
  REQUIRE(made.has_value());
  const json::Value shown{made->json};
  const std::string bearer = "bearer " + *shown.find_string("token");
  CHECK(door.answer({.role = "seller"}, {{"Authorization", bearer}}, Method::post).body() ==
        "hello ada");
  CHECK(is_refused(door.answer({.only_people = true}, {{"Authorization", bearer}}), 403,
                   "session_required"));
}

TEST_CASE("guard: what is known is remembered for a moment, and forgotten when told") {
  Door door;
  const Headers headers{{"Cookie", door.cookie}};
  const auto caller = door.identify(headers);
  REQUIRE(caller != nullptr);
  CHECK(door.desk->guard.remembered() == 1);
  REQUIRE(change_disabled(*door.store, "ada", true).has_value());
  CHECK(door.identify(headers) == caller);
  CHECK(door.identify(headers, door.start + Seconds{5}) == nullptr);
  REQUIRE(change_disabled(*door.store, "ada", false).has_value());
  CHECK(door.identify(headers) == nullptr);  // its sessions have ended

  const auto signed_in = door.run(login, {{"login", "ada"}, {"password", password}});
  const std::string cookie = std::string{session_cookie} + "=" + signed_in->cookie->token;
  REQUIRE(door.identify({{"Cookie", cookie}}) != nullptr);
  REQUIRE(change_role(*door.store, "ada", "seller", true).has_value());
  CHECK(door.identify({{"Cookie", cookie}})->has_role("seller"));
  door.desk->guard.forget_user(caller->user_id);
  CHECK(door.desk->guard.remembered() == 0);
  CHECK_FALSE(door.identify({{"Cookie", cookie}})->has_role("seller"));
}

TEST_CASE("guard: a token is known by its id, and what its owner signs with ends with it") {
  Door door;
  const auto person = door.identify({{"Cookie", door.cookie}});
  const auto made = door.run_as(person, make_token, {{"label", "bot"}, {"roles", "*"}});
  REQUIRE(made.has_value());
  const json::Value shown{made->json};
  const std::string id{*shown.find_string("id")};
  const auto find = [&](SystemTime now = Door::start) {
    std::promise<std::shared_ptr<const Caller>> found;
    door.desk->guard.find_token(id, now, [&](Result<std::shared_ptr<const Caller>> caller) {
      found.set_value(caller.has_value() ? std::move(*caller) : nullptr);
    });
    return found.get_future().get();
  };
  const auto bot = find();
  REQUIRE(bot != nullptr);
  CHECK(bot->user_id == person->user_id);
  CHECK(bot->has_role("seller"));
  CHECK(find() == bot);
  const auto shown_one =
      door.identify({{"Authorization", "Bearer " + std::string{*shown.find_string("token")}}});
  CHECK(shown_one->hash == bot->hash);

  const std::string secret = door.desk->guard.signing_secret(*bot, "exchange");
  CHECK(secret.size() == 64);
  CHECK(secret == door.desk->guard.signing_secret(*shown_one, "exchange"));
  CHECK(secret != door.desk->guard.signing_secret(*bot, "else"));
  CHECK(secret.find(bot->hash) == std::string::npos);

  const std::uint64_t before = door.desk->guard.generation();
  REQUIRE(door.run_as(person, end_token, {{"id", id}}).has_value());
  CHECK(door.desk->guard.generation() != before);
  CHECK(find() == nullptr);
}

TEST_CASE("guard: paths behind the sign-in stay here") {
  CHECK(local_path("/orders?page=2#x", "/") == "/orders?page=2#x");
  for (const char* path : {"", "orders", "//evil.example", "/\\evil.example",
                           "https://evil.example", "/a b", "/a\r\nSet-Cookie: x", "/\tb"}) {
    CAPTURE(path);
    CHECK(local_path(path, "/home") == "/home");
  }
  CHECK(local_path("/" + std::string(2'000, 'a'), "/home") == "/home");
}

}  // namespace mainstay::auth::guard_test
