#include "apps/charging/inbound/ocpp/json_walk.hpp"

#include <algorithm>
#include <array>

namespace mainstay::charging::ocpp {

namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The value of a hexadecimal digit; 16 when it is none.
constexpr unsigned digit_of(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

/// What may stand in a string as it is.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 256; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

/// One pass over the text, which stops at the first thing that is wrong.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  bool value();
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() {
    while (is_blank(here())) ++at_;
  }
  bool take(char c) {
    if (here() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool scalar();
  bool open(char bracket);
  bool after_value();
  bool member_name();
  bool word(std::string_view expected);
  bool number();
  bool digits();
  bool string();
  bool escape();
  bool unit(unsigned& value);

  std::string_view text_;
  std::size_t at_;
  std::uint32_t objects_ = 0;  // a bit a level, the innermost lowest: an object, no array
  unsigned depth_ = 0;
};

/// Iterative: how deep it goes is counted, not the stack's affair.
bool Scanner::value() {
  for (;;) {
    blanks();
    const char c = here();
    if (c == '{' || c == '[') {
      if (!open(c)) return false;
      const char end = c == '{' ? '}' : ']';
      blanks();
      if (here() != end) {
        if (c == '{' && !member_name()) return false;
        continue;
      }
    } else if (!scalar()) {
      return false;
    }
    if (!after_value()) return false;
    if (depth_ == 0) return true;
  }
}

bool Scanner::open(char bracket) {
  if (depth_ == json_depth_max) return false;
  ++at_;
  ++depth_;
  objects_ = objects_ << 1U | (bracket == '{' ? 1U : 0U);
  return true;
}

/// Leaves the containers that end here, up to one that goes on: then its next element follows.
bool Scanner::after_value() {
  while (depth_ > 0) {
    blanks();
    const bool in_object = (objects_ & 1U) != 0;
    if (take(',')) return !in_object || member_name();
    if (!take(in_object ? '}' : ']')) return false;
    objects_ >>= 1U;
    --depth_;
  }
  return true;
}

bool Scanner::member_name() {
  blanks();
  if (!string()) return false;
  blanks();
  return take(':');
}

bool Scanner::scalar() {
  switch (here()) {
    case '"':
      return string();
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number();
  }
}

bool Scanner::word(std::string_view expected) {
  if (text_.substr(at_, expected.size()) != expected) return false;
  at_ += expected.size();
  return true;
}

bool Scanner::digits() {
  if (!is_digit(here())) return false;
  while (is_digit(here())) ++at_;
  return true;
}

bool Scanner::number() {
  take('-');
  if (!take('0') && !digits()) return false;
  if (take('.') && !digits()) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    return digits();
  }
  return true;
}

bool Scanner::string() {
  if (!take('"')) return false;
  for (;;) {
    while (at_ < text_.size() && plain[static_cast<unsigned char>(text_[at_])]) ++at_;
    if (take('"')) return true;
    if (!take('\\') || !escape()) return false;
  }
}

bool Scanner::unit(unsigned& value) {
  value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const unsigned digit = digit_of(here());
    if (digit > 15) return false;
    value = value << 4U | digit;
  }
  return true;
}

/// A surrogate must come with its other half.
bool Scanner::escape() {
  const char c = here();
  ++at_;
  if (c != 'u')
    return c != '\0' && std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
  unsigned first = 0;
  unsigned second = 0;
  if (!unit(first)) return false;
  if (first < 0xD800 || first > 0xDFFF) return true;
  return first < 0xDC00 && take('\\') && take('u') && unit(second) && second >= 0xDC00 &&
         second <= 0xDFFF;
}

void append_utf8(std::string& out, unsigned point) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6U);
  } else {
    if (point < 0x10000) {
      put(0xE0 | point >> 12U);
    } else {
      put(0xF0 | point >> 18U);
      put(0x80 | (point >> 12U & 0x3FU));
    }
    put(0x80 | (point >> 6U & 0x3FU));
  }
  put(0x80 | (point & 0x3FU));
}

unsigned unit_at(std::string_view text, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 4U | digit_of(text[i]);
  return value;
}

/// Appends what the escape behind the backslash at `at` stands for; behind it.
std::size_t append_escaped(std::string& out, std::string_view text, std::size_t at) {
  constexpr std::string_view letters = "bfnrt";
  constexpr std::string_view meanings = "\b\f\n\r\t";
  const char c = text[at + 1];
  if (c != 'u') {
    const auto letter = letters.find(c);
    out.push_back(letter == std::string_view::npos ? c : meanings[letter]);
    return at + 2;
  }
  unsigned point = unit_at(text, at + 2);
  if (point < 0xD800 || point > 0xDFFF) {
    append_utf8(out, point);
    return at + 6;
  }
  point = 0x10000 + ((point - 0xD800) << 10U) + (unit_at(text, at + 8) - 0xDC00);
  append_utf8(out, point);
  return at + 12;
}

}  // namespace

bool scan_json(std::string_view text, std::size_t& at) {
  Scanner scanner{text, at};
  const bool good = scanner.value();
  at = scanner.at();
  return good;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && count-- == 0) break;
  }
  return text.substr(0, at);
}

void JsonWalk::blanks() {
  while (is_blank(here())) ++at_;
}

JsonKind JsonWalk::kind() {
  blanks();
  switch (here()) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    default:
      return JsonKind::number;
  }
}

void JsonWalk::enter() {
  blanks();
  ++at_;
  first_ = true;
}

bool JsonWalk::more() {
  blanks();
  const bool first = first_;
  first_ = false;
  const char c = here();
  if (c == ']' || c == '}' || c == '\0') {
    ++at_;
    return false;
  }
  if (!first) ++at_;  // a comma
  return true;
}

std::string_view JsonWalk::name(std::string& room) {
  const auto name = string(room);
  blanks();
  ++at_;  // a colon
  return name;
}

std::string_view JsonWalk::string(std::string& room) {
  blanks();
  const std::size_t begin = ++at_;
  while (at_ < text_.size() && plain[static_cast<unsigned char>(text_[at_])]) ++at_;
  if (here() == '"') return text_.substr(begin, at_++ - begin);
  room.assign(text_.substr(begin, at_ - begin));
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\') {
      at_ = append_escaped(room, text_, at_);
    } else {
      room.push_back(text_[at_++]);
    }
  }
  ++at_;
  return room;
}

std::string_view JsonWalk::number() { return raw(); }

bool JsonWalk::boolean() { return raw() == "true"; }

std::string_view JsonWalk::raw() {
  blanks();
  const std::size_t begin = at_;
  scan_json(text_, at_);
  return text_.substr(begin, at_ - begin);
}

}  // namespace mainstay::charging::ocpp
