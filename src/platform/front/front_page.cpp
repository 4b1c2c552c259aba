#include "platform/front/front_page.hpp"

#include <string_view>

namespace mainstay {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mainstay</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
body{color:#1d2733}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .2rem}
p{margin:.2rem 0}a{color:#0b5cad}li{margin:.1rem 0}ul{padding-left:1.2rem;margin:.3rem 0}
small{color:#5b6875}code{background:#eef2f6;padding:.1rem .3rem;border-radius:3px}
@media(prefers-color-scheme:dark){
body{background:#12181f;color:#dbe3ea}a{color:#7db8f0}code{background:#232c36}}
</style></head><body><h1>Mainstay</h1><p><small>version )";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string render(const std::vector<FrontPageEntry>& entries) {
  std::string out{head};
  out.append(MS_VERSION).append(" is running.</small></p>");
  for (const FrontPageEntry& entry : entries) {
    out.append("<section><h2>").append(escaped(entry.title)).append("</h2><p>");
    out.append(escaped(entry.text)).append("</p><ul>");
    for (const FrontPageEntry::Link& link : entry.links) {
      out.append("<li><a href=\"").append(escaped(link.href)).append("\"><code>");
      out.append(escaped(link.href)).append("</code></a> ").append(escaped(link.label));
      out.append("</li>");
    }
    out.append("</ul></section>");
  }
  return out.append("</body></html>\n");
}

}  // namespace

void register_front_page(http::Router& router, std::vector<FrontPageEntry> entries) {
  router.add(http::Method::get, "/",
             [page = render(entries)](const http::Request&, http::Response& response) {
               response.promise_nothing();
               response.content_type("text/html; charset=utf-8");
               response.header_block(
                   "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
                   "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
               response.body().append(page);
             });
}

}  // namespace mainstay
