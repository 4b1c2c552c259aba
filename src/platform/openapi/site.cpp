#include "platform/openapi/site.hpp"

#include "base/check.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/http/page_assets.hpp"

namespace mainstay::openapi {

std::string_view asset(std::string_view name);  // generated from web/ and openapi.json

namespace {

void add_file(http::Router& router, std::string_view path, std::string_view name) {
  MS_CHECK(!asset(name).empty());
  router.add(http::Method::get, path, [name](const http::Request&, http::Response& response) {
    http::answer_asset(response, name, asset(name));
  });
}

}  // namespace

Result<> describe(Document& document) {
  return document.add("platform/openapi", asset("openapi.json"));
}

void Site::register_routes(http::Router& router) {
  router.add(
      http::Method::get, "/openapi.json", [this](const http::Request&, http::Response& response) {
        std::call_once(once_, [this] { text_ = make_(); });
        if (text_.has_error()) return http::refuse_problem(response, text_.error());
        response.content_type("application/json");
        response.header_block("Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n");
        response.body().append(*text_);
      });
  add_file(router, "/docs", "docs.html");
  add_file(router, "/docs/docs.css", "docs.css");
  add_file(router, "/docs/docs.js", "docs.js");
  add_file(router, "/docs/icon.svg", "icon.svg");
}

}  // namespace mainstay::openapi
