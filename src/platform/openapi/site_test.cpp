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
  int made = 0;
  site.publish([&made]() -> Result<std::string> {
    ++made;
    return std::string{"{}"};
  });
  http::Request request;
  request.path = "/openapi.json";
  http::Response response;
  router.handle(request, response);
  CHECK(response.body() == "{}");
  response.clear();
  router.handle(request, response);
  CHECK(response.body() == "{}");
  CHECK(made == 1);
  request.path = "/docs";
  response.clear();
  router.handle(request, response);
  CHECK(response.content_type() == "text/html; charset=utf-8");
  CHECK(response.header_lines().find("default-src 'self'") != std::string::npos);
}

TEST_CASE("openapi site: what cannot be described is said") {
  http::Router router;
  Site site;
  site.register_routes(router);
  site.publish([]() -> Result<std::string> { return Error{Errc::fragment_invalid, "x: no JSON"}; });
  http::Request request;
  request.path = "/openapi.json";
  http::Response response;
  router.handle(request, response);
  CHECK(response.status() == 500);
  CHECK(response.body().find("fragment_invalid") != std::string::npos);
}

}  // namespace mainstay::openapi::site_test
