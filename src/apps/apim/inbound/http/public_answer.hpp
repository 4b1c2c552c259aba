#pragma once

#include <string_view>

namespace mainstay::http {
struct Request;
class Response;
}  // namespace mainstay::http

namespace mainstay::apim {

// Answers of the public API that are the same whatever was asked.

inline constexpr std::string_view xml_type = "application/vnd.3scale-v2.0+xml";

/// The headers of every answer, and those of an answer to an error.
void add_cors_headers(http::Response& response);
void add_common_headers(http::Response& response);

void answer_status(const http::Request& request, http::Response& response);
void answer_check(const http::Request& request, http::Response& response);
void answer_empty(http::Response& response, int status);
void answer_not_found(const http::Request& request, http::Response& response);
void answer_options(const http::Request& request, http::Response& response);
/// What is answered, on all paths of this app, when a handler threw.
void answer_failure(const http::Request& request, http::Response& response);

}  // namespace mainstay::apim
