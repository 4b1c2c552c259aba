#include "apps/exchange/inbound/page/page.hpp"

#include <string>

#include <doctest/doctest.h>

#include "platform/openapi/document.hpp"

namespace mainstay::exchange::routes {  // generated from inbound/http/openapi/
std::string_view asset(std::string_view name);
}  // namespace mainstay::exchange::routes

namespace mainstay::exchange::page_test {

namespace {

struct Site {
  Site() { register_page(router, nullptr); }
  int get(std::string_view path) {
    http::Request request;
    request.target = request.path = path;
    response.clear();
    router.handle(request, response);
    return response.status();
  }
  http::Router router;
  http::Response response;
};

}  // namespace

TEST_CASE("exchange page: it and what it is made of are served") {
  Site site;
  CHECK(site.get("/exchange") == 200);
  CHECK(site.response.content_type() == "text/html; charset=utf-8");
  const std::string page = site.response.body();
  for (const char* file : {"exchange.css", "house.css", "icon.svg", "app.js"}) {
    const std::string path = "/exchange/web/" + std::string{file};
    CAPTURE(path);
    CHECK(page.find('"' + path + '"') != std::string::npos);
    CHECK(site.get(path) == 200);
  }
}

TEST_CASE("exchange page: every route is described") {
  Site site;
  openapi::Document document;
  REQUIRE(document.add("apps/exchange", routes::asset("page.json")).has_value());
  for (const auto& route : document.render({}, site.router.routes()).undescribed) FAIL_CHECK(route);
}

TEST_CASE("exchange page: without accounts nobody is signed in, and nobody can be") {
  Site site;
  CHECK(site.get("/exchange/session") == 200);
  CHECK(site.response.body() == R"({"signed_in":false,"can_sign_in":false})");
  CHECK(site.response.header_lines().find("Cache-Control: no-store") != std::string::npos);
}

}  // namespace mainstay::exchange::page_test
