#include "platform/settings/dotenv.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::settings {
namespace {

constexpr std::size_t values_max = 1'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_name(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  for (const char c : text) {
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-') return false;
  }
  return true;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class DotenvParser {
 public:
  DotenvParser(std::string_view text, std::string_view where)
      : text_(text), rest_(text), where_(where) {}

  Result<std::vector<NamedValue>> parse() {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    std::vector<NamedValue> all;
    std::map<std::string, std::uint32_t, std::less<>> seen;
    while (!rest_.empty()) {
      if (is_skipped_line()) continue;
      MS_TRY(auto one, named_value());
      const auto [former, is_new] = seen.emplace(one.name, one.line);
      if (!is_new) {
        return bad(one.line,
                   one.name + " is there already, in line " + std::to_string(former->second));
      }
      all.push_back(std::move(one));
      if (all.size() > values_max) return bad(line_, "more than 1000 values");
    }
    return all;
  }

 private:
  [[nodiscard]] Error bad(std::uint32_t line, std::string_view why) const {
    std::string detail{where_};
    detail.append(":").append(std::to_string(line)).append(": ").append(why);
    return Error{Errc::bad_file, std::move(detail)};
  }

  /// The text up to the line's end, without it; goes behind it.
  std::string_view take_line() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    ++line_;
    return line;
  }

  bool is_skipped_line() {
    const std::string_view line = trimmed(rest_.substr(0, rest_.find('\n')));
    if (!line.empty() && line.front() != '#') return false;
    take_line();
    return true;
  }

  Result<NamedValue> named_value() {
    NamedValue out;
    out.line = line_;
    out.begin = text_.size() - rest_.size();
    const std::size_t end = rest_.find_first_of("=\n");
    if (end == rest_.npos || rest_[end] == '\n') return bad(line_, "must be NAME=value");
    std::string_view name = trimmed(rest_.substr(0, end));
    if (name.starts_with("export ") || name.starts_with("export\t")) {
      name = trimmed(name.substr(7));
    }
    if (!is_name(name)) {
      return bad(line_, "a name is letters, digits, '_', '.' and '-', and begins with a letter");
    }
    out.name = name;
    rest_.remove_prefix(end + 1);
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    const bool quoted = !rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'');
    MS_TRY(out.value, quoted ? quoted_value() : plain_value());
    out.end = text_.size() - rest_.size();
    if (out.value.find('\0') != std::string::npos) return bad(out.line, "a NUL in a value");
    return out;
  }

  Result<std::string> plain_value() {
    std::string_view line = take_line();
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] != '#' || (at > 0 && !is_blank(line[at - 1]))) continue;
      line = line.substr(0, at);
      break;
    }
    return std::string{trimmed(line)};
  }

  Result<std::string> quoted_value() {
    const std::uint32_t begin = line_;
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.empty() && rest_.front() != quote) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"') {
        const auto meant = escaped();
        if (!meant) return bad(line_, R"(only \n \r \t \" \\ and \$ can be escaped)");
        c = *meant;
      }
      out.push_back(c);
    }
    if (rest_.empty()) return bad(begin, "the quote that begins here has no end");
    rest_.remove_prefix(1);
    const std::uint32_t end = line_;
    const std::string_view behind = trimmed(take_line());
    if (!behind.empty() && behind.front() != '#') return bad(end, "text behind the closing quote");
    return out;
  }

  std::optional<char> escaped() {
    constexpr std::string_view written = "nrt\"\\$";
    constexpr std::string_view meant = "\n\r\t\"\\$";
    const std::size_t at = rest_.empty() ? rest_.npos : written.find(rest_.front());
    if (at == rest_.npos) return std::nullopt;
    rest_.remove_prefix(1);
    return meant[at];
  }

  std::string_view text_;
  std::string_view rest_;
  std::string_view where_;
  std::uint32_t line_ = 1;
};

}  // namespace

Result<std::vector<NamedValue>> parse_dotenv(std::string_view text, std::string_view where) {
  return DotenvParser{text, where}.parse();
}

Result<std::string> with_value(std::string_view text, std::string_view name,
                               std::string_view value) {
  MS_TRY(const auto values, parse_dotenv(text, "line"));
  std::string line = std::string{name} + "=\"";
  for (const char c : value) {
    const bool is_special = c == '"' || c == '\\' || c == '$';
    line.append(is_special ? "\\" : "").append(c == '\n' ? "\\n" : std::string(1, c));
  }
  line += "\"\n";
  std::string out{text};
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const NamedValue& one) { return one.name == name; });
  if (found != values.end()) {
    out.replace(found->begin, found->end - found->begin, line);
  } else {
    out.append(out.empty() || out.ends_with('\n') ? "" : "\n").append(line);
  }
  MS_TRY([[maybe_unused]] const auto sound, parse_dotenv(out, "line"));
  return out;
}

}  // namespace mainstay::settings
