#include "apps/apim/inbound/http/idempotency_key.hpp"

#include "apps/apim/domain/idempotency.hpp"
#include "apps/apim/errc.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

/// The header is a string of RFC 8941, in quotes; most clients leave those out.
std::string_view unquoted(std::string_view value) {
  value = trimmed(value);
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Result<std::string_view> idempotency_key(const Parameters::Node* parameter,
                                         const http::Request& request) {
  constexpr std::string_view header = "Idempotency-Key";
  const bool in_header = request.has_header(header);
  if (parameter == nullptr && !in_header) return std::string_view{};
  const std::string_view sent = unquoted(request.header(header));
  std::string_view key = sent;
  if (parameter != nullptr) {
    if (parameter->kind == Parameters::Kind::text) key = trimmed(parameter->text);
    const bool is_text = parameter->kind == Parameters::Kind::text;
    if (!is_text || (in_header && key != sent)) return plain_error(Errc::idempotency_key_invalid);
  }
  MS_TRY_VOID(check_idempotency_key(key));
  return key;
}

}  // namespace mainstay::apim
