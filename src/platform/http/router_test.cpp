#include "platform/http/router.hpp"

#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

namespace mainstay::http::router_test {
namespace {

/// Answers 200 with a name, so that a test sees which handler ran.
Handler says(std::string name) {
  return [name = std::move(name)](const Request&, Response& response) { response.body() = name; };
}

/// Answers with the parameters "a", "b" and "n" as the handler sees them.
Handler shows_params() {
  return [](const Request& request, Response& response) {
    response.body().append(request.params.text("a")).append("|");
    response.body().append(request.params.text("b")).append("|");
    response.body().append(std::to_string(request.params.number("n")));
  };
}

struct Answer {
  int status;
  std::string body;
  std::string headers;
};

Answer ask(const Router& router, Method method, std::string_view path) {
  Request request;
  request.method = method;
  request.path = path;
  request.target = path;
  Response response;
  router.handle(request, response);
  return {response.status(), response.body(), response.header_lines()};
}

std::string body_of(const Router& router, std::string_view path) {
  const Answer answer = ask(router, Method::get, path);
  return answer.status == 200 ? answer.body : std::to_string(answer.status);
}

bool has_code(const Answer& answer, std::string_view code) {
  return answer.body.find("\"code\":\"" + std::string{code} + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("router: literal paths, each reaches its handler") {
  Router router;
  router.add(Method::get, "/", says("root"));
  router.add(Method::get, "/status", says("status"));
  router.add(Method::post, "/status", says("posted"));
  router.add(Method::get, "/a/b", says("a/b"));
  CHECK(body_of(router, "/") == "root");
  CHECK(body_of(router, "/status") == "status");
  CHECK(ask(router, Method::post, "/status").body == "posted");
  CHECK(body_of(router, "/a/b") == "a/b");
}

TEST_CASE("router: a path that no pattern takes, 404 not_found") {
  Router router;
  router.add(Method::get, "/", says("root"));
  router.add(Method::get, "/a/b", says("a/b"));
  router.add(Method::get, "/x/{a}", says("x"));
  for (const std::string_view path :
       {"", "*", "/a", "/a/", "/a/b/", "/a/b/c", "//", "//a/b", "/a//b", "/x", "/x/", "/x//",
        "/x/1/", "/A/b", "a/b", "/status"}) {
    CAPTURE(path);
    const Answer answer = ask(router, Method::get, path);
    CHECK(answer.status == 404);
    CHECK(has_code(answer, "not_found"));
  }
}

TEST_CASE("router: escapes in a literal segment, compared decoded") {
  Router router;
  router.add(Method::get, "/status", says("status"));
  router.add(Method::get, "/a/b", says("a/b"));
  CHECK(body_of(router, "/%73tatus") == "status");
  CHECK(body_of(router, "/a/%62") == "a/b");
  CHECK(body_of(router, "/a%2Fb") == "404");
  CHECK(body_of(router, "/%7") == "404");
  CHECK(body_of(router, "/%zz") == "404");
}

TEST_CASE("router: parameters, decoded and within one segment") {
  Router router;
  router.add(Method::get, "/s/{a}/m/{b}", shows_params());
  CHECK(body_of(router, "/s/1/m/two") == "1|two|0");
  CHECK(body_of(router, "/s/a%2Fb/m/%C3%A9") == "a/b|\xC3\xA9|0");
  CHECK(body_of(router, "/s/a+b/m/c%20d") == "a+b|c d|0");
  CHECK(body_of(router, "/s//m/x") == "404");
}

TEST_CASE("router: a broken escape or bad UTF-8 in a parameter, 400 bad_path") {
  Router router;
  router.add(Method::get, "/s/{a}", shows_params());
  for (const std::string_view path :
       {"/s/%", "/s/%4", "/s/%GG", "/s/a%", "/s/%FF", "/s/%C3", "/s/%ED%A0%80", "/s/\xFF"}) {
    CAPTURE(path);
    const Answer answer = ask(router, Method::get, path);
    CHECK(answer.status == 400);
    CHECK(has_code(answer, "bad_path"));
  }
}

TEST_CASE("router: a number parameter, takes digits within 64 bits only") {
  Router router;
  router.add(Method::get, "/s/{n:u64}", shows_params());
  CHECK(body_of(router, "/s/42") == "||42");
  CHECK(body_of(router, "/s/%342") == "||42");
  CHECK(body_of(router, "/s/18446744073709551615") == "||18446744073709551615");
  for (const std::string_view path :
       {"/s/18446744073709551616", "/s/-1", "/s/+1", "/s/1a", "/s/%20", "/s/%", "/s/"}) {
    CAPTURE(path);
    CHECK(body_of(router, path) == "404");
  }
}

TEST_CASE("router: literal before number before text, and back when the rest does not fit") {
  Router router;
  router.add(Method::get, "/s/list", says("literal"));
  router.add(Method::get, "/s/{n:u64}", says("number"));
  router.add(Method::get, "/s/{a}", says("text"));
  router.add(Method::get, "/s/list/x", says("literal x"));
  router.add(Method::get, "/s/{n:u64}/y", shows_params());
  router.add(Method::get, "/s/{a}/{b}", shows_params());
  CHECK(body_of(router, "/s/list") == "literal");
  CHECK(body_of(router, "/s/12") == "number");
  CHECK(body_of(router, "/s/12a") == "text");
  CHECK(body_of(router, "/s/list/x") == "literal x");
  CHECK(body_of(router, "/s/list/y") == "list|y|0");
  CHECK(body_of(router, "/s/12/y") == "||12");
  CHECK(body_of(router, "/s/12/z") == "12|z|0");
}

TEST_CASE("router: the literal has another method, the parameter's route serves") {
  Router router;
  router.add(Method::get, "/s/all", says("all"));
  router.add(Method::delete_, "/s/{a}", shows_params());
  CHECK(body_of(router, "/s/all") == "all");
  CHECK(ask(router, Method::delete_, "/s/all").body == "all||0");
  const Answer answer = ask(router, Method::put, "/s/all");
  CHECK(answer.status == 405);
  CHECK(answer.headers == "Allow: DELETE, GET, HEAD, OPTIONS\r\n");
}

TEST_CASE("router: parameter names differ between methods, each handler sees its own") {
  Router router;
  router.add(Method::get, "/s/{a}", shows_params());
  router.add(Method::put, "/s/{b}", shows_params());
  CHECK(ask(router, Method::get, "/s/x").body == "x||0");
  CHECK(ask(router, Method::put, "/s/x").body == "|x|0");
}

TEST_CASE("router: optional slash, both paths match") {
  Router router;
  router.add(Method::get, "/keys[/]", says("keys"));
  router.add(Method::get, "/keys/{a}[/]", shows_params());
  router.add(Method::get, "/only/", says("only"));
  CHECK(body_of(router, "/keys") == "keys");
  CHECK(body_of(router, "/keys/") == "keys");
  CHECK(body_of(router, "/keys/k") == "k||0");
  CHECK(body_of(router, "/keys/k/") == "k||0");
  CHECK(body_of(router, "/keys/k//") == "404");
  CHECK(body_of(router, "/only/") == "only");
  CHECK(body_of(router, "/only") == "404");
}

TEST_CASE("router: another method, 405 with the sorted Allow") {
  Router router;
  router.add(Method::put, "/s", says("put"));
  router.add(Method::get, "/s", says("get"));
  router.add(Method::post, "/only_post", says("post"));
  const Answer answer = ask(router, Method::delete_, "/s");
  CHECK(answer.status == 405);
  CHECK(has_code(answer, "method_not_allowed"));
  CHECK(answer.headers == "Allow: GET, HEAD, OPTIONS, PUT\r\n");
  CHECK(ask(router, Method::head, "/only_post").headers == "Allow: OPTIONS, POST\r\n");
  CHECK(ask(router, Method::other, "/s").status == 405);
}

TEST_CASE("router: HEAD, served by GET unless it has its own") {
  Router router;
  router.add(Method::get, "/a", says("get"));
  router.add(Method::get, "/b", says("get"));
  router.add(Method::head, "/b", says("head"));
  CHECK(ask(router, Method::head, "/a").body == "get");
  CHECK(ask(router, Method::head, "/b").body == "head");
}

TEST_CASE("router: OPTIONS, 204 with Allow unless a route or scope answers") {
  Router router;
  router.add(Method::get, "/a", says("a"));
  router.add(Method::options, "/own", says("own"));
  router.add(Method::get, "/cors/a", says("a"));
  router.scope("/cors", {.not_found = {}, .method_mismatch = {}, .options = says("cors")});
  const Answer answer = ask(router, Method::options, "/a");
  CHECK(answer.status == 204);
  CHECK(answer.headers == "Allow: GET, HEAD, OPTIONS\r\n");
  CHECK(ask(router, Method::options, "/own").body == "own");
  CHECK(ask(router, Method::options, "/cors/a").body == "cors");
  CHECK(ask(router, Method::options, "/cors/nothing").body == "cors");
  CHECK(ask(router, Method::options, "/nothing").status == 404);
}

TEST_CASE("router: scopes, whole segments, longest first, gaps filled by the outer one") {
  Router router;
  router.add(Method::get, "/a/b/c", says("c"));
  router.scope("/a",
               {.not_found = says("a: none"), .method_mismatch = says("a: method"), .options = {}});
  router.scope("", {.not_found = says("none"), .method_mismatch = {}, .options = {}});
  router.scope("/a/b", {.not_found = says("b: none"), .method_mismatch = {}, .options = {}});
  CHECK(body_of(router, "/x") == "none");
  CHECK(body_of(router, "*") == "none");
  CHECK(body_of(router, "/a") == "a: none");
  CHECK(body_of(router, "/a/x") == "a: none");
  CHECK(body_of(router, "/ab") == "none");
  CHECK(body_of(router, "/a/b/x") == "b: none");
  CHECK(ask(router, Method::post, "/a/b/c").body == "a: method");
}

TEST_CASE("router: mount, routes and scopes move below the prefix") {
  Router inner;
  inner.add(Method::get, "/", says("inner root"));
  inner.add(Method::get, "/s/{a}[/]", shows_params());
  inner.scope("", {.not_found = says("inner none"), .method_mismatch = {}, .options = {}});
  Router outer;
  outer.add(Method::get, "/s", says("outer"));
  outer.mount("/in", std::move(inner));
  CHECK(body_of(outer, "/s") == "outer");
  CHECK(body_of(outer, "/in/") == "inner root");
  CHECK(body_of(outer, "/in/s/1") == "1||0");
  CHECK(body_of(outer, "/in/s/1/") == "1||0");
  CHECK(body_of(outer, "/in/x") == "inner none");
  CHECK(body_of(outer, "/inside") == "404");

  const std::vector<Router::Route> routes = outer.routes();
  REQUIRE(routes.size() == 3);
  CHECK(routes[0].pattern == "/s");
  CHECK(routes[1].pattern == "/in/");
  CHECK(routes[2].pattern == "/in/s/{a}[/]");
  CHECK_FALSE(routes[2].guarded);
}

TEST_CASE("router: wrapped handlers answer in place of the ones they were made of") {
  Router router;
  router.add(Method::get, "/a", says("a"));
  router.add(Method::get, "/{b}", says("b"));
  router.wrap([count = 0](Handler inner) mutable -> Handler {
    return
        [inner = std::move(inner), number = ++count](const Request& request, Response& response) {
          inner(request, response);
          response.body().append(std::to_string(number));
        };
  });
  CHECK(body_of(router, "/a") == "a1");
  CHECK(body_of(router, "/b") == "b2");
  CHECK(body_of(router, "/a/b") == "404");
  router.mark_guarded(1);
  Router outer;
  outer.mount("/in", std::move(router));
  CHECK_FALSE(outer.routes()[0].guarded);
  CHECK(outer.routes()[1].guarded);
}

TEST_CASE("router: a handler throws, 500 internal_error without what it had written") {
  Router router;
  router.add(Method::get, "/a", [](const Request&, Response& response) {
    response.status(201);
    response.header("X-Half", "done");
    response.body() = "half an answer";
    throw std::runtime_error{"a secret"};
  });
  const Answer answer = ask(router, Method::get, "/a");
  CHECK(answer.status == 500);
  CHECK(has_code(answer, "internal_error"));
  CHECK(answer.headers.empty());
  CHECK(answer.body.find("secret") == std::string::npos);
}

TEST_CASE("router: a handler throws, the failure's answer is its scope's") {
  Router router;
  const auto throws = [](const Request&, Response& response) {
    response.body() = "half";
    throw std::runtime_error{"no"};
  };
  router.add(Method::get, "/a/b", throws);
  router.add(Method::get, "/c", throws);
  router.scope("/a", {{}, {}, {}, [](const Request& request, Response& response) {
                        response.status(500);
                        response.body().append("sorry for ").append(request.path);
                      }});
  CHECK(ask(router, Method::get, "/a/b").status == 500);
  CHECK(ask(router, Method::get, "/a/b").body == "sorry for /a/b");
  CHECK(has_code(ask(router, Method::get, "/c"), "internal_error"));
}

TEST_CASE("router: most parameters a route can have, all seen") {
  Router router;
  router.add(Method::get, "/{a}/{c}/{d}/{e}/{f}/{b}", shows_params());
  CHECK(body_of(router, "/1/2/3/4/5/6") == "1|6|0");
  CHECK(body_of(router, "/1/2/3/4/5/6/7") == "404");
}

}  // namespace mainstay::http::router_test
