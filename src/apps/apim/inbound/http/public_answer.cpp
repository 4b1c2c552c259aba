#include "apps/apim/inbound/http/public_answer.hpp"

#include "platform/http/response.hpp"

namespace mainstay::apim {
// One literal each, since a block is one copy into the answer.
#define MS_CORS_HEADERS                \
  "Access-Control-Allow-Origin: *\r\n" \
  "Access-Control-Expose-Headers: ETag, Link, 3scale-rejection-reason\r\n"

void add_cors_headers(http::Response& response) { response.header_block(MS_CORS_HEADERS); }

void add_common_headers(http::Response& response) {
  constexpr std::string_view block = MS_CORS_HEADERS
      "Content-Security-Policy: default-src 'self'\r\n"
      "X-Content-Type-Options: nosniff\r\n";
  response.header_block(block);
}

#undef MS_CORS_HEADERS

void answer_failure(const http::Request&, http::Response& response) {
  response.status(500);
  response.content_type("text/plain");
  add_cors_headers(response);
  response.body().append("Internal Server Error");
}

void answer_status(const http::Request&, http::Response& response) {
  response.promise_nothing();
  response.content_type("application/json");
  add_common_headers(response);
  response.body().append(backend_status);
}

void answer_check(const http::Request&, http::Response& response) {
  response.promise_nothing();
  response.content_type("text/plain;charset=utf-8");
  add_common_headers(response);
  response.body().append("ok");
}

void answer_empty(http::Response& response, int status) {
  response.promise_nothing();
  response.status(status);
  response.content_type(xml_type);
  add_common_headers(response);
}

void answer_not_found(const http::Request&, http::Response& response) {
  answer_empty(response, 404);
}

void answer_options(const http::Request&, http::Response& response) {
  response.status(204);
  add_common_headers(response);
  response.header_block(
      "Access-Control-Max-Age: 86400\r\n"
      "Access-Control-Allow-Methods: GET, POST, PATCH, PUT, DELETE\r\n"
      "Access-Control-Allow-Headers: Authorization, Accept-Encoding, Content-Type, Cache-Control, "
      "Accept, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, X-Requested-With, "
      "X-HTTP-Method-Override, 3scale-options\r\n");
}

}  // namespace mainstay::apim
