#include "platform/http/response.hpp"

#include <charconv>

#include "base/check.hpp"
#include "platform/http/response_writer.hpp"

namespace mainstay::http {

Deferred::~Deferred() {
  if (!sink_) return;
  complete([](Response& response) {
    problem(response, 500, "unanswered", "the request was given up without an answer");
  });
}

void Deferred::complete(UniqueFunction<void(Response&)> fill) {
  const auto sink = std::move(sink_);
  MS_CHECK(sink != nullptr);  // at most once
  sink->complete(std::move(fill));
}

void Response::clear() {
  status_ = 200;
  close_ = false;
  promises_ = true;
  deferred_ = false;
  streams_ = false;
  content_type_ = {};
  headers_.clear();
  body_.clear();
  upgraded_.reset();
}

void Response::header(std::string_view name, std::string_view value) {
  headers_.append(name);
  headers_.append(": ");
  const auto from = headers_.size();
  headers_.append(value);
  // A line break in a value would begin a header, or an answer, of somebody else's making.
  for (auto i = from; i < headers_.size(); ++i) {
    if (headers_[i] == '\r' || headers_[i] == '\n' || headers_[i] == '\0') headers_[i] = ' ';
  }
  headers_.append("\r\n");
}

Deferred Response::defer() {
  MS_CHECK(point_ != nullptr);
  deferred_ = true;
  return Deferred{point_->make_sink()};
}

namespace {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out.append("\\u00");
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

void problem(Response& response, int status, std::string_view code, std::string_view detail) {
  response.status(status);
  response.content_type("application/problem+json");
  auto& body = response.body();
  body.assign(R"({"type":"about:blank","title":)");
  append_json_string(body, reason_phrase(status));
  body.append(R"(,"status":)");
  body.append(std::to_string(status));
  body.append(R"(,"code":)");
  append_json_string(body, code);
  body.append(R"(,"detail":)");
  append_json_string(body, detail);
  body += '}';
}

}  // namespace mainstay::http
