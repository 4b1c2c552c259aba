#include "platform/http/page_assets.hpp"

#include <string>

#include "base/check.hpp"

namespace mainstay::http {
namespace {

// 'self' takes in WebSockets of the same host and port (Content Security Policy Level 3, 6.7.2.8).
constexpr std::string_view page_headers =
    "Cache-Control: no-cache\r\n"
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/javascript; charset=utf-8";
}

}  // namespace

void answer_asset(Response& response, std::string_view name, std::string_view text) {
  response.promise_nothing();
  if (text.empty()) return problem(response, 404, "not_found", "the page has no such file");
  response.content_type(type_of(name));
  response.header_block(page_headers);
  response.body().append(text);
}

void add_page(Router& router, std::string_view prefix, std::string_view page, AssetFunction asset) {
  MS_CHECK(!asset(page).empty());
  const std::string root{prefix};
  router.add(Method::get, root + "[/]", [page, asset](const Request&, Response& response) {
    answer_asset(response, page, asset(page));
  });
  router.add(Method::get, root + "/web/{file}",
             [asset](const Request& request, Response& response) {
               const std::string_view name = request.params.text("file");
               answer_asset(response, name, asset(name));
             });
}

}  // namespace mainstay::http
