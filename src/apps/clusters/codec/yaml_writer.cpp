#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::yaml {
namespace {

/// A key on one line with its colon may have 1,024 characters (YAML 1.2, 7.4.2).
constexpr std::size_t implicit_key_max = 1'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A word that stands for a bool or for nothing in some reader of YAML 1.1 or 1.2, in any case.
bool is_special_word(std::string_view text) {
  static constexpr std::array<std::string_view, 9> words{"y",   "n",    "yes",   "no",  "on",
                                                         "off", "true", "false", "null"};
  return std::ranges::any_of(
      words, [&](std::string_view word) { return equals_ignoring_case(word, text); });
}

/// 100Gi and 3m, but nothing that some reader could take for a number or a date: of letters and
/// digits, with a letter that no notation of numbers has.
bool is_plain_quantity(std::string_view text) {
  const bool all_plain =
      std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '.'; });
  static constexpr std::string_view of_numbers = "abcdefxoABCDEFXO";
  return all_plain && std::ranges::any_of(text, [](char c) {
           return is_letter(c) && of_numbers.find(c) == std::string_view::npos;
         });
}

/// Plain text without anything that could end it or make it something else.
bool is_plain(std::string_view text) {
  if (text.empty() || is_special_word(text)) return false;
  if (is_digit(text.front())) return is_plain_quantity(text);
  if (!is_letter(text.front()) && text.front() != '/' && text.front() != '_') return false;
  static constexpr std::string_view harmless = "_./@+=,;()-";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_letter(c) || is_digit(c) || harmless.find(c) != std::string_view::npos) continue;
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (c == ':' && next != ' ') continue;
    if (c == ' ' && next != ' ') continue;
    return false;
  }
  return true;
}

struct Character {
  char32_t code = 0;
  std::size_t length = 1;
};

/// Of well-formed UTF-8.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = (code << 6U) | (byte(at + i) & 0x3FU);
  return {code, length};
}

/// What YAML admits as it is, and no reader takes for a line end or a mark of the byte order.
bool is_printable(char32_t code) {
  if (code < 0x80) return code >= 0x20 && code < 0x7F;
  return code >= 0xA0 && code != 0x2028 && code != 0x2029 && code != 0xFEFF && code != 0xFFFE &&
         code != 0xFFFF;
}

void append_escaped(std::string& out, char32_t code) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out.append("\\u");
  for (unsigned shift = 16; shift > 0; shift -= 4) {
    out.push_back(digits[(static_cast<std::uint32_t>(code) >> (shift - 4)) & 0xFU]);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.code == '"' || c.code == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c.code));
    } else if (c.code == '\n') {
      out.append("\\n");
    } else if (c.code == '\t') {
      out.append("\\t");
    } else if (is_printable(c.code)) {
      out.append(text.substr(at, c.length));
    } else {
      append_escaped(out, c.code);
    }
    at += c.length;
  }
  out.push_back('"');
}

void append_text(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    out.append(text);
  } else {
    append_quoted(out, text);
  }
}

/// Several lines that a literal block gives back to the byte: printable, the first line begins
/// with no blank (it would tell the depth), no line ends with one.
bool is_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos) return false;
  if (text.front() == ' ' || text.front() == '\n') return false;
  if (text.ends_with("\n\n")) return false;  // "keep", which people read wrongly
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    const bool ends = at + 1 >= text.size() || text[at + 1] == '\n';
    if (c.code == ' ' && ends) return false;
    if (c.code != '\n' && !is_printable(c.code)) return false;
    at += c.length;
  }
  return true;
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  std::array<char, 32> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
  const std::size_t exponent = std::min(text.find('e'), text.size());
  out.append(text.substr(0, exponent));
  // YAML 1.1 knows floats by their point.
  if (text.substr(0, exponent).find('.') == std::string_view::npos) out.append(".0");
  out.append(text.substr(exponent));
}

/// Writes nodes at a column. A node begins where the line stands: behind "name:", "-" or at the
/// begin of a document.
class YamlWriter {
 public:
  explicit YamlWriter(std::string& out) : out_(out) {}

  void document(const Document& value) {
    if (has_lines(value)) {
      lines(value, 0);
    } else {
      scalar(value);
      out_.push_back('\n');
    }
  }

 private:
  static bool has_lines(const Document& value) {
    const DocumentArray* const items = value.if_array();
    const DocumentObject* const members = value.if_object();
    return (items != nullptr && !items->empty()) || (members != nullptr && !members->empty());
  }

  /// A list's items or an object's members; the first one where the line stands.
  void lines(const Document& value, std::size_t column) {
    bool first = true;
    const auto begin_line = [&] {
      if (!std::exchange(first, false)) out_.append(column, ' ');
    };
    if (const DocumentArray* const items = value.if_array()) {
      for (const Document& item : *items) {
        begin_line();
        out_.push_back('-');
        if (has_lines(item)) {
          out_.push_back(' ');
          lines(item, column + 2);
        } else {
          behind_mark(item, column);
        }
      }
      return;
    }
    for (const DocumentMember& member : *value.if_object()) {
      begin_line();
      key(member.name, column);
      if (!has_lines(member.value)) {
        behind_mark(member.value, column);
        continue;
      }
      out_.push_back('\n');
      const std::size_t inside = column + (member.value.if_array() != nullptr ? 0 : 2);
      out_.append(inside, ' ');
      lines(member.value, inside);
    }
  }

  void key(const std::string& name, std::size_t column) {
    const std::string text = repaired_utf8(name);
    const bool is_long = text.size() > implicit_key_max;
    if (is_long) out_.append("? ");
    append_text(out_, text);
    if (is_long) out_.append("\n").append(column, ' ');
    out_.push_back(':');
  }

  /// Behind "name:" or "-" of that column.
  void behind_mark(const Document& value, std::size_t column) {
    out_.push_back(' ');
    const std::string* const text = value.if_string();
    if (text != nullptr && is_valid_utf8(*text) && is_block(*text)) {
      block(*text, column + 2);
      return;
    }
    scalar(value);
    out_.push_back('\n');
  }

  void block(std::string_view text, std::size_t column) {
    out_.append(text.ends_with('\n') ? "|\n" : "|-\n");
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (const std::string_view line : split(text, '\n')) {
      if (!line.empty()) out_.append(column, ' ').append(line);
      out_.push_back('\n');
    }
  }

  void scalar(const Document& value) {
    if (const bool* const truth = value.if_bool()) {
      out_.append(*truth ? "true" : "false");
    } else if (const std::int64_t* const integer = value.if_int()) {
      append_number(out_, *integer);
    } else if (const double* const real = value.if_double()) {
      append_double(out_, *real);
    } else if (const std::string* const text = value.if_string()) {
      append_text(out_, repaired_utf8(*text));
    } else if (value.if_array() != nullptr) {
      out_.append("[]");
    } else if (value.if_object() != nullptr) {
      out_.append("{}");
    } else {
      out_.append("null");
    }
  }

  std::string& out_;
};

}  // namespace

std::string emit(const Document& document) {
  std::string out;
  YamlWriter{out}.document(document);
  return out;
}

std::string emit_all(std::span<const Document> documents) {
  std::string out;
  for (const Document& document : documents) {
    out.append("---\n");
    YamlWriter{out}.document(document);
  }
  return out;
}

}  // namespace mainstay::clusters::yaml
