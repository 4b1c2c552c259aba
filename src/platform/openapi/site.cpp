#include "platform/openapi/site.hpp"

#include <utility>

#include "base/check.hpp"

namespace mainstay::openapi {

std::string_view asset(std::string_view name);  // generated from web/ and openapi.json

namespace {

constexpr std::string_view page_headers =
    "Cache-Control: no-cache\r\n"
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

void add_file(http::Router& router, std::string_view path, std::string_view name,
              std::string_view type) {
  const std::string_view text = asset(name);
  MS_CHECK(!text.empty());
  router.add(http::Method::get, path, [text, type](const http::Request&, http::Response& response) {
    response.content_type(type);
    response.header_block(page_headers);
    response.body().append(text);
  });
}

}  // namespace

Result<> describe(Document& document) {
  return document.add("platform/openapi", asset("openapi.json"));
}

void Site::register_routes(http::Router& router) {
  router.add(
      http::Method::get, "/openapi.json", [this](const http::Request&, http::Response& response) {
        response.content_type("application/json");
        response.header_block("Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n");
        response.body().append(text_);
      });
  add_file(router, "/docs", "docs.html", "text/html; charset=utf-8");
  add_file(router, "/docs/docs.css", "docs.css", "text/css; charset=utf-8");
  add_file(router, "/docs/docs.js", "docs.js", "text/javascript; charset=utf-8");
  add_file(router, "/docs/icon.svg", "icon.svg", "image/svg+xml");
}

}  // namespace mainstay::openapi
