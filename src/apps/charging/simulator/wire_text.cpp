#include "apps/charging/simulator/wire_text.hpp"

#include <array>
#include <chrono>

#include "base/text.hpp"

namespace mainstay::charging::simulator {
namespace {

void append_digits(std::string& out, unsigned value, std::size_t width) {
  std::array<char, 4> digits;
  for (std::size_t i = width; i > 0; --i, value /= 10) {
    digits[i - 1] = static_cast<char>('0' + value % 10);
  }
  out.append(digits.data(), width);
}

/// Reads a text from its front; after the first thing that does not fit it is not ok.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    const auto value = parse_u64(text_.substr(0, count));
    if (!value) return fail();
    text_.remove_prefix(count);
    return static_cast<int>(*value);
  }
  void skip(std::string_view any_of) {
    if (!take(any_of)) fail();
  }
  bool take(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Digits behind a point, as microseconds; further ones are cut.
  int fraction() {
    int value = 0;
    int places = 0;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      if (places < 6) {
        value = value * 10 + (text_.front() - '0');
        ++places;
      }
      text_.remove_prefix(1);
    }
    if (places == 0) return fail();
    for (; places < 6; ++places) value *= 10;
    return value;
  }
  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  int fail() {
    ok_ = false;
    text_ = {};
    return 0;
  }

  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

void append_time(std::string& out, SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Millis>(at - day)};
  const auto part = [&](auto value, std::size_t width, char behind) {
    append_digits(out, static_cast<unsigned>(value), width);
    out.push_back(behind);
  };
  out.push_back('"');
  part(int{date.year()}, 4, '-');
  part(unsigned{date.month()}, 2, '-');
  part(unsigned{date.day()}, 2, 'T');
  part(time.hours().count(), 2, ':');
  part(time.minutes().count(), 2, ':');
  part(time.seconds().count(), 2, '.');
  part(time.subseconds().count(), 3, 'Z');
  out.push_back('"');
}

std::optional<SystemTime> parse_time(std::string_view text) {
  namespace chrono = std::chrono;
  Reader in{text};
  const chrono::year year{in.digits(4)};
  in.skip("-");
  const chrono::month month{static_cast<unsigned>(in.digits(2))};
  in.skip("-");
  const chrono::day day{static_cast<unsigned>(in.digits(2))};
  in.skip("Tt ");
  const int hours = in.digits(2);
  in.skip(":");
  const int minutes = in.digits(2);
  in.skip(":");
  const int seconds = in.digits(2);
  const int micros = in.take(".") ? in.fraction() : 0;
  int offset = 0;  // minutes
  if (in.ok() && !in.at_end() && !in.take("Zz")) {
    const int sign = in.take("-") ? -1 : 1;
    if (sign > 0) in.skip("+");
    offset = in.digits(2) * 60;
    (void)in.take(":");
    offset = sign * (offset + in.digits(2));
  }
  const chrono::year_month_day date{year, month, day};
  if (!in.ok() || !in.at_end() || !date.ok()) return std::nullopt;
  if (hours > 24 || minutes > 59 || seconds > 60) return std::nullopt;
  return SystemTime{chrono::sys_days{date}} + chrono::hours{hours} +
         chrono::minutes{minutes - offset} + Seconds{seconds} + Micros{micros};
}

std::string& ObjectWriter::begin(std::string_view name) {
  out_.append(first_ ? "\"" : ",\"").append(name).append("\":");
  first_ = false;
  return out_;
}

std::optional<std::int64_t> integer_member(const json::Value& object, std::string_view name) {
  const json::Value* const found = object.find(name);
  if (found == nullptr || found->if_int() == nullptr) return std::nullopt;
  return *found->if_int();
}

ObjectWriter& ObjectWriter::number(std::string_view name, std::int64_t value) {
  append_number(begin(name), value);
  return *this;
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
  append_json_quoted(begin(name), value);
  return *this;
}

ObjectWriter& ObjectWriter::word(std::string_view name, std::string_view value) {
  begin(name).append("\"").append(value).append("\"");
  return *this;
}

ObjectWriter& ObjectWriter::truth(std::string_view name, bool value) {
  begin(name).append(value ? "true" : "false");
  return *this;
}

ObjectWriter& ObjectWriter::time(std::string_view name, SystemTime at) {
  append_time(begin(name), at);
  return *this;
}

}  // namespace mainstay::charging::simulator
