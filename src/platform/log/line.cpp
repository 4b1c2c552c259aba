#include "platform/log/line.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <variant>

#include "base/text.hpp"

namespace mainstay::log {
namespace {

std::string_view to_text(Level level) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// At most `bytes_max` bytes of `text`, never ending inside a character.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t size = bytes_max;
  while (size > 0 && is_continuation(text[size])) --size;
  return text.substr(0, size);
}

void append_code_unit(std::string& out, unsigned value) {
  constexpr std::string_view digits = "0123456789abcdef";
  out.append("\\u00");
  out.push_back(digits[value >> 4U]);
  out.push_back(digits[value & 15U]);
}

/// U+0080 to U+009F steer terminals as the C0 controls do; in UTF-8 they are C2 80 to C2 9F.
bool is_c1_control(std::string_view text, std::size_t at) {
  return text[at] == '\xC2' && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xA0U;
}

/// JSON's escapes. In text that is not UTF-8 every byte above 0x7F becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text) {
  const bool utf8 = is_valid_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(text[i]);
    } else if (byte == '\n') {
      out.append("\\n");
    } else if (byte < 0x20 || byte == 0x7F) {
      append_code_unit(out, byte);
    } else if (byte >= 0x80 && !utf8) {
      out.append("\\ufffd");
    } else if (is_c1_control(text, i)) {
      append_code_unit(out, static_cast<unsigned char>(text[++i]));
    } else {
      out.push_back(text[i]);
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  const std::string_view kept = cut(text, value_bytes_max);
  out.push_back('"');
  append_escaped(out, kept);
  out.append(kept.size() < text.size() ? "...\"" : "\"");
}

/// Text that a reader of `key=value` cannot misread.
bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > value_bytes_max) return false;
  for (const char c : text) {
    if (c <= ' ' || c >= '\x7F' || c == '"' || c == '=' || c == '\\') return false;
  }
  return true;
}

void append_double(std::string& out, double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, Format format, const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (format == Format::text && is_plain(*text)) {
      out.append(*text);
    } else {
      append_quoted(out, *text);
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    append_number(out, *number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    if (format == Format::json && !std::isfinite(*real)) {
      out.append("null");
    } else {
      append_double(out, *real);
    }
  } else {
    out.append(std::get<bool>(field.value) ? "true" : "false");
  }
}

void append_json(std::string& out, Level level, std::string_view event,
                 std::span<const Field> fields) {
  out.append("\",\"level\":\"").append(to_text(level)).append("\",\"event\":\"").append(event);
  out.push_back('"');
  for (const Field& field : fields) {
    out.append(",\"").append(field.key).append("\":");
    append_value(out, Format::json, field);
  }
  out.append("}\n");
}

void append_text(std::string& out, Level level, std::string_view event,
                 std::span<const Field> fields) {
  out.append(" ").append(to_text(level)).append(" ").append(event);
  for (const Field& field : fields) {
    out.append(" ").append(field.key).append("=");
    append_value(out, Format::text, field);
  }
  out.push_back('\n');
}

}  // namespace

void append_time(std::string& out, SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  out.append(text.data(), static_cast<std::size_t>(size));
}

std::string render(Format format, SystemTime at, Level level, std::string_view event,
                   std::span<const Field> fields) {
  std::string out;
  out.reserve(256);
  if (format == Format::json) out.append("{\"time\":\"");
  append_time(out, at);
  if (format == Format::json) {
    append_json(out, level, event, fields);
  } else {
    append_text(out, level, event, fields);
  }
  return out;
}

std::string render_raw(std::string_view line) {
  const std::string_view kept = cut(line, raw_line_bytes_max);
  std::string out;
  out.reserve(kept.size() + 1);
  for (const char c : kept) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      append_code_unit(out, byte);
    } else {
      out.push_back(c);
    }
  }
  if (kept.size() < line.size()) out.append("...");
  out.push_back('\n');
  return out;
}

}  // namespace mainstay::log
