#include "platform/http/cookie.hpp"

#include "base/text.hpp"

namespace mainstay::http {

std::string_view cookie_value(std::string_view header, std::string_view name) {
  for (const std::string_view pair : split(header, ';')) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (trimmed(pair.substr(0, equals)) == name) return trimmed(pair.substr(equals + 1));
  }
  return {};
}

}  // namespace mainstay::http
