#include "apps/apim/domain/timestamp.hpp"

#include <chrono>

#include "base/text.hpp"

namespace mainstay::apim {
namespace {

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
  [[nodiscard]] std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

std::optional<UnixSeconds> scan_date(Scanner& in) {
  const auto year = in.digits(4, 4);
  if (!year || !in.any_of("-/")) return std::nullopt;
  const auto month = in.digits(1, 2);
  if (!month || !in.any_of("-/")) return std::nullopt;
  const auto day = in.digits(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return Seconds{std::chrono::sys_days{date}.time_since_epoch()}.count();
}

/// Seconds of the day; 0 when there is no time.
std::optional<UnixSeconds> scan_time(Scanner& in) {
  const auto hour = in.digits(1, 2);
  if (!hour) return 0;
  if (!in.any_of(":")) return std::nullopt;
  const auto minute = in.digits(2, 2);
  if (!minute) return std::nullopt;
  int second = 0;
  if (in.any_of(":")) {
    const auto seconds = in.digits(2, 2);
    if (!seconds) return std::nullopt;
    second = *seconds;
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
  if (name.empty() || equals_ignoring_case(name, "z") || equals_ignoring_case(name, "utc") ||
      equals_ignoring_case(name, "gmt")) {
    return 0;
  }
  const UnixSeconds sign = name.front() == '-' ? -1 : 1;
  if (!in.any_of("+-")) return std::nullopt;
  const auto hours = in.digits(2, 2);
  if (!hours) return std::nullopt;
  in.any_of(":");
  const int minutes = in.digits(2, 2).value_or(0);
  if (*hours > 14 || minutes > 59 || !trimmed(in.left()).empty()) return std::nullopt;
  return sign * (*hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<UnixSeconds> parse_timestamp(std::string_view text) {
  text = trimmed(text);
  if (const auto seconds = parse_i64(text)) return *seconds;
  Scanner in{text};
  const auto date = scan_date(in);
  if (!date) return std::nullopt;
  in.any_of("T");
  in.blanks();
  const auto time = scan_time(in);
  if (!time) return std::nullopt;
  in.blanks();
  const auto zone = scan_zone(in);
  if (!zone) return std::nullopt;
  return *date + *time - *zone;
}

}  // namespace mainstay::apim
