#include "apps/apim/inbound/http/public_call.hpp"

#include <array>

#include "apps/apim/limits.hpp"
#include "base/text.hpp"
#include "platform/http/masking.hpp"

namespace mainstay::apim {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.size() > 1) out.push_back(',');
  append_json_quoted(out, name);
  out.push_back(':');
  append_json_quoted(out, value);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

}  // namespace

void add_cors_headers(http::Response& response) {
  response.header_block(
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Expose-Headers: ETag, Link, 3scale-rejection-reason\r\n");
}

void add_common_headers(http::Response& response) {
  response.header_block(
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Expose-Headers: ETag, Link, 3scale-rejection-reason\r\n"
      "Content-Security-Policy: default-src 'self'\r\n"
      "X-Content-Type-Options: nosniff\r\n");
}

CallerKeys caller_keys(const Parameters& parameters) {
  return {.provider_key = parameters.text("provider_key"),
          .service_token = parameters.text("service_token"),
          .service_id = parameters.text("service_id")};
}

Result<> read_usage(const Parameters& parameters, const Parameters::Node* usage,
                    std::vector<UsageParameter>& out) {
  out.clear();
  if (usage == nullptr || usage->kind == Parameters::Kind::nil) return {};
  if (usage->kind != Parameters::Kind::map) return plain_error(Errc::usage_format_invalid);
  for (const auto* one = parameters.first(*usage); one != nullptr; one = parameters.next(*one)) {
    const bool is_text = one->kind == Parameters::Kind::text;
    out.push_back({one->key, is_text ? std::optional{one->text} : std::nullopt});
  }
  return {};
}

int read_log_code(const Parameters& parameters, const Parameters::Node* log) {
  if (log == nullptr || log->kind != Parameters::Kind::map) return 0;
  const Parameters::Node* code = parameters.child(*log, "code");
  if (code == nullptr || code->kind != Parameters::Kind::text || code->text.size() != 3) return 0;
  const auto value = parse_u64(code->text);
  return value && *value >= 100 ? static_cast<int>(*value) : 0;
}

std::string error_context(const http::Request& request) {
  const auto cut = [](std::string_view text) {
    return text.substr(0, Limits::stored_text_bytes_max);
  };
  std::string out{"{"};
  std::string url{request.path};
  if (!request.query.empty()) url.append("?").append(http::masked_query(request.query));
  append_member(out, "url", cut(url));
  append_member(out, "method", http::to_text(request.method));
  append_member(out, "form_vars", cut(http::masked_query(request.body)));
  append_member(out, "user_agent", cut(request.header("User-Agent")));
  append_member(out, "ip", request.peer);
  append_member(out, "content_type", cut(request.header("Content-Type")));
  append_member(out, "content_length", cut(request.header("Content-Length")));
  append_member(out, "extensions", cut(request.header("3scale-options")));
  return out.append("}");
}

std::string masked_message(const Parameters& parameters, std::string_view message) {
  constexpr std::array credentials{"provider_key", "service_token", "user_key", "app_key"};
  std::string out{message};
  for (const std::string_view name : credentials) {
    const std::string_view value = parameters.text(name);
    if (!value.empty()) out = replaced(std::move(out), value, masked(value));
  }
  return out;
}

}  // namespace mainstay::apim
