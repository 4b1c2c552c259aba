#include "apps/apim/inbound/page/page.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/inbound/http/openapi.hpp"
#include "apps/apim/limits.hpp"
#include "platform/json/json.hpp"

namespace mainstay::apim::page_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};
constexpr const char* good = R"({"user":"user","password":"pass"})";

struct Site {
  Site() { page.register_routes(router); }

  int call(http::Method method, std::string_view path, std::string_view body = "") {
    http::Request request;
    request.method = method;
    request.target = request.path = path;
    request.headers = headers;
    request.body = body;
    request.peer = "10.0.0.1";
    request.tls = tls;
    request.at = at;
    response.clear();
    router.handle(request, response);
    return response.status();
  }
  int get(std::string_view path) { return call(http::Method::get, path); }
  int sign_in(std::string_view body) { return call(http::Method::post, "/apim/session", body); }
  [[nodiscard]] bool says(std::string_view text) const {
    return response.body().find(text) != std::string::npos;
  }
  [[nodiscard]] std::string csrf_token() const {
    const auto body = json::parse(response.body());
    const std::string* token = body.has_value() ? body->find_string("csrf_token") : nullptr;
    return token != nullptr ? *token : "";
  }
  /// What the answer's Set-Cookie line says behind the name.
  [[nodiscard]] std::string cookie_line() const {
    const std::string& lines = response.header_lines();
    const auto begin = lines.find("Set-Cookie: ");
    return begin == std::string::npos
               ? ""
               : lines.substr(begin + 12, lines.find('\r', begin) - begin - 12);
  }
  /// As a browser does: the cookie comes again.
  void keep_cookie() {
    cookie = cookie_line().substr(0, cookie_line().find(';'));
    headers = {{"Cookie", cookie}};
  }

  InternalCredentials credentials{"user", "pass"};
  Sessions sessions{"key"};
  Page page{credentials, sessions};
  http::Router router;
  http::Response response;
  std::vector<http::Header> headers;
  std::string cookie;
  bool tls = false;
  SystemTime at = start;
};

}  // namespace

TEST_CASE("page: its files are served with types, and allow nothing from elsewhere") {
  Site site;
  CHECK(site.get("/apim") == 200);
  CHECK(site.response.content_type() == "text/html; charset=utf-8");
  CHECK(site.response.header_lines().find("default-src 'self';") != std::string::npos);
  CHECK(site.response.header_lines().find("unsafe") == std::string::npos);
  CHECK(site.get("/apim/") == 200);
  CHECK(site.get("/apim/web/apim.css") == 200);
  CHECK(site.response.content_type() == "text/css; charset=utf-8");
  CHECK(site.get("/apim/web/app.js") == 200);
  CHECK(site.response.content_type() == "text/javascript; charset=utf-8");
  CHECK(site.get("/apim/web/nothing.js") == 404);
  CHECK(site.get("/apim/web/..%2Fapim.css") == 404);
}

TEST_CASE("page: every route is described") {
  Site site;
  openapi::Document document;
  REQUIRE(describe(document).has_value());
  for (const auto& route : document.render({}, site.router.routes()).undescribed) FAIL_CHECK(route);
}

TEST_CASE("page: signing in gives a session, signing out ends it") {
  Site site;
  CHECK(site.get("/apim/session") == 200);
  CHECK(site.response.body() == R"({"signed_in":false})");
  CHECK(site.sign_in(good) == 200);
  CHECK(site.says(R"({"signed_in":true,"user":"user","csrf_token":")"));
  CHECK(site.cookie_line().ends_with("; Path=/; HttpOnly; SameSite=Strict"));
  const std::string token = site.csrf_token();
  site.keep_cookie();
  CHECK(site.get("/apim/session") == 200);
  CHECK(site.csrf_token() == token);
  CHECK(site.call(http::Method::delete_, "/apim/session") == 403);
  CHECK(site.sessions.size() == 1);
  site.headers.push_back({"X-CSRF-Token", token});
  CHECK(site.call(http::Method::delete_, "/apim/session") == 204);
  CHECK(site.cookie_line() == "mainstay=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  CHECK(site.sessions.size() == 0);
  CHECK(site.call(http::Method::delete_, "/apim/session") == 204);
}

TEST_CASE("page: signing in again ends the session before") {
  Site site;
  site.sign_in(good);
  site.keep_cookie();
  const std::string first = site.cookie;
  site.sign_in(good);
  CHECK(site.cookie_line().find(first) == std::string::npos);
  CHECK(site.sessions.size() == 1);
}

TEST_CASE("page: over TLS the cookie is for TLS and this host alone") {
  Site site;
  site.tls = true;
  site.sign_in(good);
  CHECK(site.cookie_line().starts_with("__Host-mainstay="));
  CHECK(site.cookie_line().ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"));
}

TEST_CASE("page: no refusal tells what was wrong with the credentials") {
  Site site;
  std::vector<std::string> bodies;
  for (const char* wrong : {R"({"user":"user","password":"x"})",
                            R"({"user":"x","password":"pass"})", R"({"user":"","password":""})"}) {
    CHECK(site.sign_in(wrong) == 401);
    CHECK(site.cookie_line().empty());
    CHECK(site.response.header_lines().find("Basic") == std::string::npos);
    bodies.push_back(site.response.body());
  }
  CHECK(bodies[0] == bodies[1]);
  CHECK(bodies[1] == bodies[2]);
  for (const char* malformed : {"", "{", "[]", R"({"user":"user"})", R"({"user":1,"password":2})",
                                "user=user&password=pass"}) {
    CHECK(site.sign_in(malformed) == 400);
  }
  CHECK(site.sessions.size() == 0);
}

TEST_CASE("page: without credentials nobody signs in") {
  Site site;
  site.credentials = {};
  CHECK(site.sign_in(R"({"user":"","password":""})") == 403);
  CHECK(site.says("credentials_not_set"));
}

TEST_CASE("page: too many attempts are refused, even good ones, until the window ends") {
  Site site;
  for (std::size_t i = 0; i < Limits::sign_in_attempts_max; ++i) {
    CHECK(site.sign_in(R"({"user":"user","password":"x"})") == 401);
  }
  CHECK(site.sign_in(good) == 429);
  CHECK(site.response.header_lines().find("Retry-After: 300") != std::string::npos);
  site.at += Limits::sign_in_window;
  CHECK(site.sign_in(good) == 200);
}

TEST_CASE("page: another site cannot sign anybody in") {
  Site site;
  site.headers = {{"Host", "here"}, {"Origin", "http://elsewhere"}};
  CHECK(site.sign_in(good) == 403);
  CHECK(site.says("foreign_request"));
}

TEST_CASE("page: a session that is over is told as none") {
  Site site;
  site.sign_in(good);
  site.keep_cookie();
  site.at += Limits::page_session_idle_max;
  CHECK(site.get("/apim/session") == 200);
  CHECK(site.response.body() == R"({"signed_in":false})");
}

}  // namespace mainstay::apim::page_test
