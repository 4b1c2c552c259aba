#include "apps/demo/echo.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "platform/http/masking.hpp"

namespace mainstay::demo {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out.push_back(',');
  append_json_quoted(out, name);
  out.push_back(':');
  append_json_quoted(out, value);
}

bool is_secret(std::string_view name, const gate::CredentialHeaders& credentials) {
  const std::array<std::string_view, 6> names{"Authorization",    "Proxy-Authorization",
                                              "Cookie",           credentials.user_key,
                                              credentials.app_id, credentials.app_key};
  return http::is_credential(name) || std::ranges::any_of(names, [&](std::string_view secret) {
           return equals_ignoring_case(name, secret);
         });
}

void echo(const http::Request& request, const gate::CredentialHeaders& credentials,
          http::Response& response) {
  response.content_type("application/json");
  response.header_block("Cache-Control: no-store\r\n");
  std::string& out = response.body();
  out.append("{");
  append_member(out, "method", http::to_text(request.method));
  append_member(out, "path", request.path);
  append_member(out, "query", http::masked_query(request.query));
  append_member(out, "peer", request.peer);
  out.append(",\"headers\":[");
  for (const http::Header& header : request.headers) {
    if (out.back() != '[') out.push_back(',');
    out.push_back('{');
    append_member(out, "name", header.name);
    const bool hidden = is_secret(header.name, credentials);
    append_member(out, "value", hidden ? masked(header.value) : std::string{header.value});
    out.push_back('}');
  }
  out.append("]}\n");
}

}  // namespace

void register_routes(http::Router& router, const gate::CredentialHeaders& credentials) {
  router.add(http::Method::get, "/demo/echo",
             [credentials](const http::Request& request, http::Response& response) {
               echo(request, credentials, response);
             });
}

}  // namespace mainstay::demo
