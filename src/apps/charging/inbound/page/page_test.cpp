#include "apps/charging/inbound/page/page.hpp"

#include <string>

#include <doctest/doctest.h>

#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace mainstay::charging::page_test {

TEST_CASE("charging page: it and what it is made of are served, and nobody needs to be anybody") {
  http::Router router;
  register_page(router, nullptr);
  http::Response response;
  const auto get = [&](const std::string& path) {
    http::Request request;
    request.target = request.path = path;
    response.clear();
    router.handle(request, response);
    return response.status();
  };
  CHECK(get("/charging") == 200);
  const std::string page = response.body();
  for (const char* file : {"charging.css", "house.css", "icon.svg", "app.js"}) {
    const std::string path = "/charging/web/" + std::string{file};
    CAPTURE(path);
    CHECK(page.find('"' + path + '"') != std::string::npos);
    CHECK(get(path) == 200);
  }
  for (const char* file :
       {"map.js", "live.js", "dom.js", "asking.js", "nice_step.js", "theme.js"}) {
    CHECK(get("/charging/web/" + std::string{file}) == 200);
  }
  CHECK(get("/charging/session") == 200);
  CHECK(response.body() == R"({"signed_in":false,"can_sign_in":false})");
}

}  // namespace mainstay::charging::page_test
