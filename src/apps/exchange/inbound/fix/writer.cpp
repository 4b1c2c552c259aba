#include "apps/exchange/inbound/fix/writer.hpp"

#include <algorithm>
#include <numeric>

#include "base/text.hpp"

namespace mainstay::exchange::fix {
namespace {

void append_digits(std::string& out, std::uint64_t value, int width) {
  std::string digits = std::to_string(value);
  out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
  out.append(digits);
}

/// So many digits and nothing else.
std::optional<unsigned> digits_at(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return {};
  const auto value = parse_u64(text.substr(from, count));
  if (!value) return {};
  return static_cast<unsigned>(*value);
}

std::optional<Micros> parse_fraction(std::string_view text) {
  if (text.empty()) return Micros{0};
  constexpr std::size_t digits_max = 9;
  constexpr std::size_t digits_kept = 6;
  if (text.front() != '.' || text.size() < 2 || text.size() > digits_max + 1) return {};
  std::string digits{text.substr(1)};
  if (!parse_u64(digits)) return {};
  digits.resize(digits_kept, '0');
  return Micros{static_cast<std::int64_t>(*parse_u64(digits))};
}

}  // namespace

void FieldWriter::text(Tag tag, std::string_view value) {
  if (value.empty()) return;
  append_number(*out_, tag);
  out_->push_back('=');
  const auto begin = static_cast<std::ptrdiff_t>(out_->size());
  out_->append(value);
  std::replace(out_->begin() + begin, out_->end(), separator, ' ');
  out_->push_back(separator);
}

void FieldWriter::number(Tag tag, std::uint64_t value) { text(tag, std::to_string(value)); }

void FieldWriter::time(Tag tag, SystemTime value) { text(tag, utc_text(value)); }

void append_message(std::string& out, const Header& header, std::string_view body) {
  std::string head;
  head.reserve(160);
  FieldWriter fields{head};
  fields.text(tag::msg_type, header.type);
  fields.text(tag::sender_comp_id, header.sender);
  fields.text(tag::target_comp_id, header.target);
  fields.number(tag::msg_seq_num, header.number);
  if (header.first_sent) fields.flag(tag::possible_duplicate, true);
  fields.time(tag::sending_time, header.sent);
  if (header.first_sent) fields.time(tag::original_sending_time, *header.first_sent);

  const std::size_t begin = out.size();
  FieldWriter frame{out};
  frame.text(tag::begin_string, begin_string);
  frame.number(tag::body_length, head.size() + body.size());
  out.append(head).append(body);
  const std::uint8_t sum = checksum(std::string_view{out}.substr(begin));
  out.append("10=");
  append_digits(out, sum, 3);
  out.push_back(separator);
}

std::uint8_t checksum(std::string_view bytes) {
  unsigned sum = 0;
  for (const char byte : bytes) sum += static_cast<unsigned char>(byte);
  return static_cast<std::uint8_t>(sum);
}

std::string utc_text(SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Millis>(at - day)};
  std::string text;
  append_digits(text, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  append_digits(text, static_cast<unsigned>(date.month()), 2);
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text.push_back('-');
  append_digits(text, static_cast<std::uint64_t>(time.hours().count()), 2);
  text.push_back(':');
  append_digits(text, static_cast<std::uint64_t>(time.minutes().count()), 2);
  text.push_back(':');
  append_digits(text, static_cast<std::uint64_t>(time.seconds().count()), 2);
  text.push_back('.');
  append_digits(text, static_cast<std::uint64_t>(time.subseconds().count()), 3);
  return text;
}

std::optional<SystemTime> parse_date(std::string_view text) {
  const auto year = digits_at(text, 0, 4);
  const auto month = digits_at(text, 4, 2);
  const auto day = digits_at(text, 6, 2);
  if (text.size() != 8 || !year || !month || !day || *year < 1970) return {};
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return {};
  return SystemTime{std::chrono::sys_days{date}};
}

std::optional<SystemTime> parse_utc(std::string_view text) {
  constexpr std::size_t whole = 17;  // yyyymmdd-hh:mm:ss
  if (text.size() < whole || text[8] != '-' || text[11] != ':' || text[14] != ':') return {};
  const auto date = parse_date(text.substr(0, 8));
  const auto hours = digits_at(text, 9, 2);
  const auto minutes = digits_at(text, 12, 2);
  const auto seconds = digits_at(text, 15, 2);
  const auto fraction = parse_fraction(text.substr(whole));
  if (!date || !hours || !minutes || !seconds || !fraction) return {};
  if (*hours > 23 || *minutes > 59 || *seconds > 60) return {};
  return *date + std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + Seconds{*seconds} +
         *fraction;
}

}  // namespace mainstay::exchange::fix
