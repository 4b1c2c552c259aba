#include "platform/http/form.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mainstay::http {
namespace {

std::optional<std::string> decoded(std::string_view text) {
  auto out = percent_decode(text, Plus::blank);
  const bool good = out && is_valid_utf8(*out) && out->find('\0') == std::string::npos;
  return good ? out : std::nullopt;
}

}  // namespace

std::optional<FormFields> parse_form(std::string_view body, std::size_t fields_max) {
  FormFields fields;
  while (!body.empty()) {
    const auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || fields.size() == fields_max) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

std::string_view form_field(const FormFields& fields, std::string_view name) {
  for (const auto& [own, value] : fields) {
    if (own == name) return value;
  }
  return {};
}

}  // namespace mainstay::http
