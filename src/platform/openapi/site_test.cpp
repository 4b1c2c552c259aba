#include "platform/openapi/site.hpp"

#include <doctest/doctest.h>

namespace mainstay::openapi::site_test {

TEST_CASE("openapi site: every route of its own is described, and nothing else") {
  http::Router router;
  Site site;
  site.register_routes(router);
  Document document;
  REQUIRE(describe(document).has_value());
  const auto rendered = document.render({}, router.routes());
  CHECK(rendered.undescribed.empty());
  CHECK(rendered.unused.empty());
}

TEST_CASE("openapi site: the document and the page are answered") {
  http::Router router;
  Site site;
  site.register_routes(router);
  site.publish("{}");
  http::Request request;
  request.path = "/openapi.json";
  http::Response response;
  router.handle(request, response);
  CHECK(response.body() == "{}");
  request.path = "/docs";
  response.clear();
  router.handle(request, response);
  CHECK(response.content_type() == "text/html; charset=utf-8");
  CHECK(response.header_lines().find("default-src 'self'") != std::string::npos);
}

}  // namespace mainstay::openapi::site_test
