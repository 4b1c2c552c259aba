#pragma once

#include <string_view>

namespace mainstay::http {
struct Request;
class Response;
}  // namespace mainstay::http

namespace mainstay::apim {

// Answers of the public API that are the same whatever was asked.

inline constexpr std::string_view xml_type = "application/vnd.3scale-v2.0+xml";

/// What a client of 3scale's backend learns of its version; gateways compare it.
inline constexpr std::string_view backend_status =
    R"({"status":"ok","version":{"backend":"3.4.3"}})";

/// The headers of an answer to an error.
void add_cors_headers(http::Response& response);
/// Those of every other answer: the same, and what browsers are told of the content.
void add_common_headers(http::Response& response);

/// `/status`: the version of the backend whose protocol this is.
void answer_status(const http::Request& request, http::Response& response);
/// `/check.txt`: "ok".
void answer_check(const http::Request& request, http::Response& response);
/// No body, of the type that authorizations have.
void answer_empty(http::Response& response, int status);
void answer_not_found(const http::Request& request, http::Response& response);
void answer_options(const http::Request& request, http::Response& response);
/// What is answered, on all paths of this app, when a handler threw.
void answer_failure(const http::Request& request, http::Response& response);

}  // namespace mainstay::apim
