#include "apps/apim/inbound/http/public_call.hpp"

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

/// The codes whose message quotes a credential first.
bool quotes_credential(const Error& error) {
  return error.is(Errc::provider_key_invalid) || error.is(Errc::user_key_invalid) ||
         error.is(Errc::provider_key_invalid_or_service_missing) ||
         error.is(Errc::service_token_invalid);
}

/// A form as it was sent; what is no plain form could hide a credential from masked_query().
std::string form_text(const http::Request& request) {
  constexpr std::string_view form = "application/x-www-form-urlencoded";
  const std::string_view type = request.header("Content-Type");
  const bool plain = type.empty() || equals_ignoring_case(type.substr(0, form.size()), form);
  return plain ? http::masked_query(request.body) : std::string{};
}

}  // namespace

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
  append_member(out, "form_vars", cut(form_text(request)));
  append_member(out, "user_agent", cut(request.header("User-Agent")));
  append_member(out, "ip", request.peer);
  append_member(out, "content_type", cut(request.header("Content-Type")));
  append_member(out, "content_length", cut(request.header("Content-Length")));
  append_member(out, "extensions", cut(request.header("3scale-options")));
  return out.append("}");
}

std::string masked_message(const Error& error) {
  const std::string message = error.detail();
  const std::string_view text = message;
  const std::size_t open = text.find('"');
  if (!quotes_credential(error) || open == std::string_view::npos) {
    return message.substr(0, Limits::stored_text_bytes_max);
  }
  // Two texts are quoted in one of them; the credential ends where the other's words begin.
  const std::size_t between = text.find("\" or service id \"", open);
  const std::size_t close = between != std::string_view::npos ? between : text.rfind('"');
  std::string out{text.substr(0, open + 1)};
  if (close > open) out.append(masked(text.substr(open + 1, close - open - 1)));
  return out.append(text.substr(close, Limits::stored_text_bytes_max));
}

}  // namespace mainstay::apim
