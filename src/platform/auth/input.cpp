#include "platform/auth/input.hpp"

#include <utility>

#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/guard.hpp"
#include "platform/auth/limits.hpp"
#include "platform/http/client_group.hpp"
#include "platform/http/cookie.hpp"

namespace mainstay::auth {
namespace {

/// Nothing for what is no text, number, boolean or list of texts.
std::optional<std::string> text_of(const json::Value& value) {
  if (const auto* text = value.if_string()) return *text;
  if (const auto* flag = value.if_bool()) return *flag ? "true" : "false";
  if (const auto* number = value.if_int()) return std::to_string(*number);
  if (value.is_null()) return std::string{};
  const auto* list = value.if_array();
  if (list == nullptr) return std::nullopt;
  std::string out;
  for (const json::Value& one : *list) {
    const auto* text = one.if_string();
    if (text == nullptr) return std::nullopt;
    out.append(out.empty() ? "" : " ").append(*text);
  }
  return out;
}

Result<http::FormFields> json_fields(std::string_view body) {
  auto parsed = json::parse(body, {.bytes_max = Limits::body_max, .depth_max = 3});
  if (parsed.has_error()) return Error{Errc::input_invalid, parsed.error().message()};
  const auto* object = parsed->if_object();
  if (object == nullptr || object->size() > Limits::fields_max) {
    return Error{Errc::input_invalid, "the body must be one JSON object of a few members"};
  }
  http::FormFields fields;
  for (const json::Member& member : *object) {
    auto text = text_of(member.value);
    if (!text || text->find('\0') != std::string::npos) {
      return Error{Errc::input_invalid, "\"" + masked(member.name) + "\" must be a text"};
    }
    fields.emplace_back(member.name, std::move(*text));
  }
  return fields;
}

Result<http::FormFields> form_fields(std::string_view text) {
  auto fields = http::parse_form(text, Limits::fields_max);
  if (!fields) return Error{Errc::input_invalid, "this is no form that a page of ours sends"};
  return std::move(*fields);
}

std::string_view media_type(const http::Request& request) {
  const std::string_view type = request.header("Content-Type");
  return trimmed(type.substr(0, type.find(';')));
}

Result<> read_fields(const http::Request& request, Call& call) {
  if (request.method == http::Method::get || request.method == http::Method::head) {
    MS_TRY(call.fields, form_fields(request.query));
    return {};
  }
  if (request.body.size() > Limits::body_max) return Error{Errc::body_too_large, "at most 16 KiB"};
  call.is_json = equals_ignoring_case(media_type(request), "application/json");
  if (call.is_json) {
    MS_TRY(call.fields, json_fields(request.body));
    return {};
  }
  if (!equals_ignoring_case(media_type(request), "application/x-www-form-urlencoded")) {
    return Errc::body_unsupported;
  }
  MS_TRY(call.fields, form_fields(request.body));
  return {};
}

}  // namespace

std::string_view cookie_token_of(const http::Request& request) {
  const std::string_view session = session_token_of(request);
  return session.empty() ? http::cookie_value(request.header("Cookie"), form_cookie) : session;
}

Result<Call> read_call(const http::Request& request, const Keys& keys) {
  Call call;
  MS_TRY_VOID(read_fields(request, call));
  call.now = request.at;
  call.address = request.peer;
  call.client = http::client_group(request.peer);
  call.agent = repaired_utf8(request.header("User-Agent").substr(0, Limits::agent_max));
  std::erase(call.agent, '\0');
  call.session_token = session_token_of(request);
  const std::string_view cookie = cookie_token_of(request);
  if (!cookie.empty()) call.csrf = csrf_token(keys, cookie);
  return call;
}

}  // namespace mainstay::auth
