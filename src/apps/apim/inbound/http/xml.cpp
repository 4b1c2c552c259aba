#include "apps/apim/inbound/http/xml.hpp"

namespace mainstay::apim {
namespace {

/// What stands for the byte; empty when it may stand for itself.
std::string_view replacement(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\t':
    case '\n':
    case '\r':
      return {};
    default:
      return static_cast<unsigned char>(c) < 0x20 ? "\xEF\xBF\xBD" : std::string_view{};
  }
}

void append_escaped(std::string& out, std::string_view text, std::string_view for_quote) {
  std::size_t plain_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view instead = text[i] == '"' ? for_quote : replacement(text[i]);
    if (instead.empty()) continue;
    out.append(text.substr(plain_from, i - plain_from)).append(instead);
    plain_from = i + 1;
  }
  out.append(text.substr(plain_from));
}

}  // namespace

void append_xml_text(std::string& out, std::string_view text) { append_escaped(out, text, {}); }

void append_xml_attribute(std::string& out, std::string_view text) {
  append_escaped(out, text, "&quot;");
}

}  // namespace mainstay::apim
