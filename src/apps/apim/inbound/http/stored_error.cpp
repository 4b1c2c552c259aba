#include "apps/apim/inbound/http/stored_error.hpp"

#include "apps/apim/errc.hpp"
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

/// The JSON object that is kept with an error: url, method, user agent and so on, credentials
/// masked.
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

/// The message as it is kept: a credential that it quotes is masked, and it is cut.
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

}  // namespace

StoredError stored_error(const http::Request& request, const Error& error) {
  StoredError stored;
  stored.code = error.name();
  stored.message = masked_message(error);
  stored.at = unix_seconds(request.at);
  stored.context = error_context(request);
  return stored;
}

}  // namespace mainstay::apim
