#include "apps/apim/domain/timestamp.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "base/text.hpp"

namespace mainstay::apim {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_weekday(std::string_view word) {
  constexpr std::array<std::string_view, 7> names{"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};
  return std::ranges::any_of(names, [word](std::string_view name) {
    return equals_ignoring_case(word, name) || equals_ignoring_case(word, name.substr(0, 3));
  });
}

struct NamedZone {
  std::string_view name;
  int hours;  // east of UTC
};
/// RFC 5322 4.3.
constexpr std::array<NamedZone, 12> named_zones{{{"z", 0},
                                                 {"ut", 0},
                                                 {"utc", 0},
                                                 {"gmt", 0},
                                                 {"est", -5},
                                                 {"edt", -4},
                                                 {"cst", -6},
                                                 {"cdt", -5},
                                                 {"mst", -7},
                                                 {"mdt", -6},
                                                 {"pst", -8},
                                                 {"pdt", -7}}};

/// Takes pieces from the front of a text; after the first miss everything misses.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  std::optional<int> digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < left_.size() && left_[count] >= '0' && left_[count] <= '9') {
      value = value * 10 + (left_[count++] - '0');
    }
    if (count < least) return std::nullopt;
    left_.remove_prefix(count);
    return value;
  }
  bool any_of(std::string_view characters) {
    if (left_.empty() || characters.find(left_.front()) == std::string_view::npos) return false;
    left_.remove_prefix(1);
    return true;
  }
  void blanks() {
    while (any_of(" \t")) {
    }
  }
  /// Letters, as many as there are.
  [[nodiscard]] std::string_view peek_word() const {
    std::size_t count = 0;
    while (count < left_.size() && is_letter(left_[count])) ++count;
    return left_.substr(0, count);
  }
  std::string_view word() {
    const std::string_view found = peek_word();
    left_.remove_prefix(found.size());
    return found;
  }
  [[nodiscard]] std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

std::optional<UnixSeconds> day_begin(int year, unsigned month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Seconds{std::chrono::sys_days{date}.time_since_epoch()}.count();
}

/// 1 to 12 for a month's English name or its first three letters; else 0.
unsigned month_of(std::string_view word) {
  constexpr std::array<std::string_view, 12> names{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
  if (word.size() < 3) return 0;
  for (unsigned i = 0; i < names.size(); ++i) {
    if (equals_ignoring_case(word, names[i].substr(0, std::max<std::size_t>(word.size(), 3))) &&
        (word.size() == 3 || word.size() == names[i].size())) {
      return i + 1;
    }
  }
  return 0;
}

/// `2026-11-21`, `2026/11/21`, `20261121`.
std::optional<UnixSeconds> scan_date_of_digits(Scanner& in) {
  const auto year = in.digits(4, 4);
  if (!year) return std::nullopt;
  const bool is_compact = !in.any_of("-/");
  const auto month = in.digits(is_compact ? 2 : 1, 2);
  if (!month || (!is_compact && !in.any_of("-/"))) return std::nullopt;
  const auto day = in.digits(is_compact ? 2 : 1, 2);
  if (!day) return std::nullopt;
  return day_begin(*year, static_cast<unsigned>(*month), *day);
}

/// `21 Nov 2026`, `21-Nov-2026`, `Nov 21, 2026`, `November 21 2026`, a weekday in front or not.
std::optional<UnixSeconds> scan_date_of_words(Scanner& in) {
  auto day = in.digits(1, 2);
  in.any_of("-/");
  in.blanks();
  unsigned month = month_of(in.peek_word());
  if (month == 0 && !day) {
    if (!is_weekday(in.word())) return std::nullopt;
    in.any_of(",");
    in.blanks();
    day = in.digits(1, 2);
    in.any_of("-/");
    in.blanks();
    month = month_of(in.peek_word());
  }
  if (month == 0) return std::nullopt;
  in.word();
  in.any_of("-/,.");
  in.blanks();
  if (!day) {
    day = in.digits(1, 2);
    in.any_of(",");
    in.blanks();
  }
  const auto year = in.digits(4, 4);
  if (!day || !year) return std::nullopt;
  return day_begin(*year, month, *day);
}

/// Seconds of the day; 0 when there is no time. `01:30`, `01:30:54`, `01:30:54.75`, `013054`.
std::optional<UnixSeconds> scan_time(Scanner& in) {
  const auto hour = in.digits(1, 2);
  if (!hour) return 0;
  const bool is_compact = !in.any_of(":");
  const auto minute = in.digits(2, 2);
  if (!minute) return std::nullopt;
  int second = 0;
  const bool has_seconds = is_compact || in.any_of(":");
  if (has_seconds) {
    const auto seconds = in.digits(2, 2);
    if (!seconds && !is_compact) return std::nullopt;
    second = seconds.value_or(0);
    if (in.any_of(".,")) {
      while (in.digits(1, 1)) {
      }
    }
  }
  if (*hour > 23 || *minute > 59 || second > 60) return std::nullopt;
  return *hour * 3600 + *minute * 60 + second;
}

/// Seconds east of UTC; the rest of the text must be the zone and nothing else.
std::optional<UnixSeconds> scan_zone(Scanner& in) {
  const std::string_view name = trimmed(in.left());
  if (name.empty()) return 0;
  for (const NamedZone& zone : named_zones) {
    if (equals_ignoring_case(name, zone.name)) return zone.hours * 3600;
  }
  const UnixSeconds sign = name.front() == '-' ? -1 : 1;
  if (!in.any_of("+-")) return std::nullopt;
  const auto hours = in.digits(1, 2);
  if (!hours) return std::nullopt;
  in.any_of(":");
  const int minutes = in.digits(2, 2).value_or(0);
  if (*hours > 14 || minutes > 59 || !trimmed(in.left()).empty()) return std::nullopt;
  return sign * (*hours * 3600 + minutes * 60);
}

/// Unix seconds of any length, saturated.
std::optional<UnixSeconds> whole_number(std::string_view text) {
  if (const auto seconds = parse_i64(text)) return *seconds;
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  const bool is_number =
      !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  using Bounds = std::numeric_limits<UnixSeconds>;
  return is_negative ? Bounds::min() : Bounds::max();
}

}  // namespace

std::optional<UnixSeconds> parse_timestamp(std::string_view text) {
  text = trimmed(text);
  if (const auto seconds = whole_number(text)) return seconds;
  Scanner in{text};
  auto date = scan_date_of_digits(in);
  if (!date) {
    in = Scanner{text};
    date = scan_date_of_words(in);
  }
  if (!date) return std::nullopt;
  in.any_of("Tt,");
  in.blanks();
  const auto time = scan_time(in);
  if (!time) return std::nullopt;
  in.blanks();
  const auto zone = scan_zone(in);
  if (!zone) return std::nullopt;
  return *date + *time - *zone;
}

}  // namespace mainstay::apim
