#include "apps/clusters/codec/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "apps/clusters/codec/yaml.hpp"

namespace mainstay::clusters::yaml {
namespace {

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

std::optional<Document> special_word(std::string_view text) {
  static constexpr std::array<std::string_view, 11> truths{
      "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  static constexpr std::array<std::string_view, 11> falsehoods{
      "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  static constexpr std::array<std::string_view, 5> nothings{"", "~", "null", "Null", "NULL"};
  if (is_one_of(truths, text)) return Document{true};
  if (is_one_of(falsehoods, text)) return Document{false};
  if (is_one_of(nothings, text)) return Document{};
  return std::nullopt;
}

/// `[-+]?` taken off; true for minus.
bool take_sign(std::string_view& text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  return is_negative;
}

/// By its prefix: 0x, 0o, 0b, a leading 0 for octal; else 10.
int take_base(std::string_view& text) {
  if (text.size() < 2 || text.front() != '0') return 10;
  const char mark = text[1];
  const int base = mark == 'x' || mark == 'X'   ? 16
                   : mark == 'o' || mark == 'O' ? 8
                   : mark == 'b' || mark == 'B' ? 2
                                                : 0;
  text.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

/// Without underscores. Beyond 64 bits: nothing, so that decimal ones become doubles.
std::optional<Document> integer(std::string_view text) {
  const bool is_negative = take_sign(text);
  const int base = take_base(text);
  std::uint64_t magnitude = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, magnitude, base);
  if (text.empty() || stop != end || error != std::errc{}) return std::nullopt;
  constexpr auto least = std::uint64_t{1} << 63U;
  if (!is_negative) return Document{magnitude};
  if (magnitude > least) return std::nullopt;
  return Document{static_cast<std::int64_t>(~magnitude + 1)};
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, go-yaml's.
bool is_float(std::string_view text) {
  const auto digits = [&] {
    std::size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
    text.remove_prefix(count);
    return count;
  };
  take_sign(text);
  const bool has_whole = digits() > 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0 && !has_whole) return false;
  } else if (!has_whole) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    take_sign(text);
    if (digits() == 0) return false;
  }
  return text.empty();
}

bool is_no_number(std::string_view text) {
  static constexpr std::array<std::string_view, 6> words{".inf", ".Inf", ".INF",
                                                         ".nan", ".NaN", ".NAN"};
  take_sign(text);
  return is_one_of(words, text);
}

}  // namespace

Result<Document> resolve_plain(std::string_view text) {
  if (auto word = special_word(text)) return *std::move(word);
  const char first = text.front();
  const bool may_be_number =
      (first >= '0' && first <= '9') || first == '+' || first == '-' || first == '.';
  if (!may_be_number) return Document{text};
  if (is_no_number(text)) {
    return Error{Errc::number_invalid, std::string{text} + " has no place in JSON; quote it"};
  }
  std::string bare{text};
  std::erase(bare, '_');
  if (first != '.') {
    if (auto whole = integer(bare)) return *std::move(whole);
  }
  if (!is_float(bare)) return Document{text};
  double value = 0;
  const std::string_view digits = std::string_view{bare}.substr(bare.front() == '+' ? 1 : 0);
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc{}) return Document{value};
  return Error{Errc::number_invalid, "a number with more digits than a double holds; quote it"};
}

}  // namespace mainstay::clusters::yaml
