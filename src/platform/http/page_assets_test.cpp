#include "platform/http/page_assets.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::http::page_assets_test {
namespace {

std::string_view asset(std::string_view name) {
  if (name == "shop.html") return "<!doctype html>";
  if (name == "shop.js") return "export {};";
  if (name == "shop.css") return "p {}";
  if (name == "icon.svg") return "<svg/>";
  return {};
}

struct Site {
  Site() { add_page(router, "/shop", "shop.html", asset); }
  int get(std::string_view path) {
    Request request;
    request.target = request.path = path;
    response.clear();
    router.handle(request, response);
    return response.status();
  }
  [[nodiscard]] bool has_header(std::string_view text) const {
    return response.header_lines().find(text) != std::string::npos;
  }
  Router router;
  Response response;
};

}  // namespace

TEST_CASE("page assets: files have the types that their names say") {
  Site site;
  for (const char* path : {"/shop", "/shop/", "/shop/web/shop.html"}) {
    CHECK(site.get(path) == 200);
    CHECK(site.response.content_type() == "text/html; charset=utf-8");
    CHECK(site.response.body() == "<!doctype html>");
    CHECK_FALSE(site.response.promises());
  }
  CHECK(site.get("/shop/web/shop.js") == 200);
  CHECK(site.response.content_type() == "text/javascript; charset=utf-8");
  CHECK(site.get("/shop/web/shop.css") == 200);
  CHECK(site.response.content_type() == "text/css; charset=utf-8");
  CHECK(site.get("/shop/web/icon.svg") == 200);
  CHECK(site.response.content_type() == "image/svg+xml");
}

TEST_CASE("page assets: the policy allows nothing from elsewhere and nothing inline") {
  Site site;
  CHECK(site.get("/shop/web/shop.js") == 200);
  CHECK(site.has_header("Content-Security-Policy: default-src 'self'; base-uri 'none'"));
  CHECK(site.has_header("X-Content-Type-Options: nosniff"));
  CHECK_FALSE(site.has_header("unsafe"));
}

TEST_CASE("page assets: what is not there is not found") {
  Site site;
  CHECK(site.get("/shop/web/nothing.js") == 404);
  CHECK(site.get("/shop/web/..%2Fshop.js") == 404);
  CHECK(site.get("/shop/shop.js") == 404);
}

}  // namespace mainstay::http::page_assets_test
