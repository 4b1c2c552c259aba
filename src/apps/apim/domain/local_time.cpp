#include "apps/apim/domain/local_time.hpp"

#include <chrono>
#include <cstddef>

#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr UnixSeconds day = 86'400;
/// 9999-12-31 23:59:59; larger numbers are milliseconds, or a mistake.
constexpr UnixSeconds newest = 253'402'300'799;

/// Takes fixed shapes from the front of a text.
class Taker {
 public:
  explicit Taker(std::string_view text) : left_(text) {}

  /// Exactly so many digits, at most `most`.
  std::optional<int> number(std::size_t digits, int most) {
    if (left_.size() < digits) return std::nullopt;
    const auto value = parse_u64(left_.substr(0, digits));
    if (!value || *value > static_cast<std::uint64_t>(most)) return std::nullopt;
    left_.remove_prefix(digits);
    return static_cast<int>(*value);
  }
  bool one_of(std::string_view characters) {
    if (left_.empty() || characters.find(left_.front()) == std::string_view::npos) return false;
    left_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char front() const { return left_.empty() ? '\0' : left_.front(); }
  [[nodiscard]] bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

std::optional<UnixSeconds> take_date(Taker& in) {
  const auto year = in.number(4, 9999);
  if (!year || !in.one_of("-")) return std::nullopt;
  const auto month = in.number(2, 12);
  if (!month || !in.one_of("-")) return std::nullopt;
  const auto of_month = in.number(2, 31);
  if (!of_month) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*of_month)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count() * day;
}

/// Seconds since midnight.
std::optional<UnixSeconds> take_time(Taker& in) {
  const auto hours = in.number(2, 23);
  if (!hours || !in.one_of(":")) return std::nullopt;
  const auto minutes = in.number(2, 59);
  if (!minutes) return std::nullopt;
  const UnixSeconds whole = *hours * 3'600 + *minutes * 60;
  if (!in.one_of(":")) return whole;
  const auto seconds = in.number(2, 59);
  if (!seconds) return std::nullopt;
  if (in.one_of(".")) {
    if (!in.one_of("0123456789")) return std::nullopt;
    while (in.one_of("0123456789")) {
    }
  }
  return whole + *seconds;
}

/// Seconds ahead of UTC, of what the text ends with.
std::optional<UnixSeconds> take_offset(Taker& in) {
  if (in.one_of("Zz")) return 0;
  const UnixSeconds sign = in.front() == '-' ? -1 : 1;
  if (!in.one_of("+- ")) return std::nullopt;
  const auto hours = in.number(2, 23);
  if (!hours) return std::nullopt;
  in.one_of(":");
  const auto minutes = in.number(2, 59);
  if (!minutes) return std::nullopt;
  return sign * (*hours * 3'600 + *minutes * 60);
}

void append_two(std::string& out, UnixSeconds value) {
  out.push_back(static_cast<char>('0' + value / 10));
  out.push_back(static_cast<char>('0' + value % 10));
}

}  // namespace

std::optional<UnixSeconds> parse_moment(std::string_view text, const TimeZone* zone) {
  text = trimmed(text);
  if (const auto seconds = parse_i64(text)) {
    if (*seconds > newest || *seconds < -newest) return std::nullopt;
    return seconds;
  }
  Taker in{text};
  const auto date = take_date(in);
  if (!date) return std::nullopt;
  UnixSeconds local = *date;
  if (!in.at_end()) {
    if (!in.one_of("Tt ")) return std::nullopt;
    const auto time = take_time(in);
    if (!time) return std::nullopt;
    local += *time;
    if (!in.at_end()) {
      const auto offset = take_offset(in);
      if (!offset || !in.at_end()) return std::nullopt;
      return local - *offset;
    }
  }
  return zone == nullptr ? local : zone->first_moment(local);
}

void append_local_time(std::string& out, UnixSeconds at, const TimeZone* zone) {
  if (zone != nullptr && zone->local(at) < 0) zone = nullptr;  // it is 1969 there
  const UnixSeconds offset = zone == nullptr ? 0 : zone->stretch_at(at).offset;
  const std::size_t begin = out.size();
  append_time(out, at + offset);  // "2026-11-21 01:19:00 +0000"
  out.resize(begin + 19);
  out[begin + 10] = 'T';
  if (zone == nullptr) {
    out.push_back('Z');
    return;
  }
  const UnixSeconds minutes = (offset < 0 ? -offset : offset) / 60;
  out.push_back(offset < 0 ? '-' : '+');
  append_two(out, minutes / 60);
  out.push_back(':');
  append_two(out, minutes % 60);
}

}  // namespace mainstay::apim
