#include "platform/front/front_page.hpp"

#include <doctest/doctest.h>

namespace mainstay::front_page_test {

TEST_CASE("front page: entries and links are shown, texts escaped") {
  http::Router router;
  register_front_page(router, {{"A & B", "what <it> does", {{"/status", "the state"}}}});
  http::Request request;
  request.target = request.path = "/";
  http::Response response;
  router.handle(request, response);
  CHECK(response.status() == 200);
  CHECK(response.content_type() == "text/html; charset=utf-8");
  CHECK(response.body().find("<h2>A &amp; B</h2><p>what &lt;it&gt; does</p>") != std::string::npos);
  CHECK(response.body().find("<a href=\"/status\">") != std::string::npos);
}

}  // namespace mainstay::front_page_test
