#include "platform/http/request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/http/message_parser.hpp"

namespace mainstay::http {

std::string_view to_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::delete_:
      return "DELETE";
    case Method::patch:
      return "PATCH";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "OTHER";
}

std::string_view PathParams::text(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (params_[i].name == name) return params_[i].value;
  }
  return {};
}

std::uint64_t PathParams::number(std::string_view name) const {
  return parse_u64(text(name)).value_or(0);
}

void PathParams::add(std::string_view name, std::string value) {
  MS_CHECK(count_ < count_max);
  params_[count_++] = {name, std::move(value)};
}

namespace {

const Header* find(std::span<const Header> headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
    return equals_ignoring_case(header.name, name);
  });
  return found == headers.end() ? nullptr : &*found;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  const Header* found = find(headers, name);
  return found ? found->value : std::string_view{};
}

bool Request::has_header(std::string_view name) const { return find(headers, name) != nullptr; }

std::string request_id(const Request& request) {
  if (const auto sent = request.header("X-Request-ID"); is_request_id(sent)) {
    return std::string{sent};
  }
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), request.id, 16).ptr;
  return {digits.begin(), end};
}

}  // namespace mainstay::http
