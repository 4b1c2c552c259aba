#include "platform/store/sql_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/text.hpp"

namespace mainstay::store {
namespace {

enum class Kind : std::uint8_t { word, parameter, semicolon, other, end };

struct Token {
  Kind kind = Kind::end;
  std::size_t at = 0;
  std::string_view text;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool goes_on(char c) { return starts_word(c) || is_digit(c) || c == '$'; }
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

class Lexer {
 public:
  /// Block comments are told to `comments`, unless it is null.
  explicit Lexer(std::string_view text, std::vector<std::string_view>* comments = nullptr)
      : text_(text), comments_(comments) {}

  Token next() {
    skip_blanks();
    const std::size_t from = at_;
    const Kind kind = step();
    return {kind, from, text_.substr(from, at_ - from)};
  }

 private:
  [[nodiscard]] bool sees(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    for (;;) {
      if (at_ < text_.size() && is_blank(text_[at_])) {
        ++at_;
      } else if (sees("--")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (sees("/*")) {
        const std::size_t from = at_;
        skip_comment();
        if (comments_ != nullptr) comments_->push_back(text_.substr(from, at_ - from));
      } else {
        return;
      }
    }
  }

  void skip_comment() {  // they nest
    std::size_t depth = 0;
    do {
      if (sees("/*")) {
        ++depth;
        at_ += 2;
      } else if (sees("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
  }

  Kind step() {
    if (at_ >= text_.size()) return Kind::end;
    const char c = text_[at_];
    if (c == ';') return ++at_, Kind::semicolon;
    if (c == '\'' || c == '"') return skip_quoted(c, false), Kind::other;
    if (c == '$') return dollar();
    if (starts_word(c)) {
      while (at_ < text_.size() && goes_on(text_[at_])) ++at_;
      const bool escapes = here() == '\'' && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E') &&
                           (at_ < 2 || !goes_on(text_[at_ - 2]));
      if (!escapes) return Kind::word;
      return skip_quoted('\'', true), Kind::other;
    }
    if (is_digit(c)) {
      while (at_ < text_.size() && goes_on(text_[at_])) ++at_;
      return Kind::other;
    }
    return ++at_, Kind::other;
  }

  void skip_quoted(char quote, bool escapes) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (escapes && text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == quote) {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) break;
        ++at_;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  /// $1, or $tag$ ... $tag$.
  Kind dollar() {
    const std::size_t from = at_++;
    if (is_digit(here())) {
      while (is_digit(here())) ++at_;
      return Kind::parameter;
    }
    while (at_ < text_.size() && goes_on(text_[at_]) && text_[at_] != '$') ++at_;
    if (here() != '$') return Kind::other;
    const std::string_view mark = text_.substr(from, ++at_ - from);
    const std::size_t closing = text_.find(mark, at_);
    at_ = closing == std::string_view::npos ? text_.size() : closing + mark.size();
    return Kind::other;
  }

  const std::string_view text_;
  std::vector<std::string_view>* const comments_;
  std::size_t at_ = 0;
};

std::string in_capitals(std::string_view word) {
  std::string out{word.substr(0, 16)};
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

std::vector<SqlStatement> split_statements(std::string_view script) {
  std::vector<SqlStatement> out;
  Lexer lexer{script};
  bool begun = false;
  std::size_t from = 0;
  for (;;) {
    const Token token = lexer.next();
    const bool ends = token.kind == Kind::semicolon || token.kind == Kind::end;
    if (ends && begun) out.push_back({from, trimmed(script.substr(from, token.at - from))});
    if (!ends && !begun) from = token.at;
    begun = !ends;
    if (token.kind == Kind::end) return out;
  }
}

std::optional<std::size_t> parameter_count(std::string_view sql) {
  constexpr std::size_t parameters_max = 65'535;  // of the protocol
  std::vector<bool> seen;
  Lexer lexer{sql};
  for (Token token = lexer.next(); token.kind != Kind::end; token = lexer.next()) {
    if (token.kind != Kind::parameter) continue;
    const auto number = parse_u64(token.text.substr(1));
    if (!number || *number < 1 || *number > parameters_max) return std::nullopt;
    if (seen.size() < *number) seen.resize(static_cast<std::size_t>(*number));
    seen[static_cast<std::size_t>(*number) - 1] = true;
  }
  if (std::find(seen.begin(), seen.end(), false) != seen.end()) return std::nullopt;
  return seen.size();
}

bool is_reserved_to_the_store(std::string_view sql) {
  constexpr std::array<std::string_view, 17> reserved{
      "BEGIN",     "START",    "COMMIT",  "END",        "ROLLBACK", "ABORT",
      "SAVEPOINT", "RELEASE",  "PREPARE", "DEALLOCATE", "DISCARD",  "COPY",
      "LISTEN",    "UNLISTEN", "RESET",   "DECLARE",    "EXECUTE"};
  Lexer lexer{sql};
  const Token first = lexer.next();
  if (first.kind != Kind::word) return false;
  const std::string word = in_capitals(first.text);
  if (std::find(reserved.begin(), reserved.end(), word) != reserved.end()) return true;
  if (word != "SET") return false;
  const std::string second = in_capitals(lexer.next().text);
  return second != "LOCAL" && second != "CONSTRAINTS";
}

std::string first_word_of(std::string_view sql) {
  const Token first = Lexer{sql}.next();
  return first.kind == Kind::word ? in_capitals(first.text) : std::string{};
}

std::string opened_for(std::string_view reader, std::string_view script) {
  const std::string mark = std::string{"/*"}.append(reader).append(":");
  constexpr std::string_view closing = "*/";
  std::vector<std::string_view> comments;
  Lexer lexer{script, &comments};
  while (lexer.next().kind != Kind::end) {
  }
  std::string out{script};
  const auto blank = [&](const char* from, std::size_t count) {
    out.replace(static_cast<std::size_t>(from - script.data()), count, count, ' ');
  };
  for (const std::string_view one : comments) {
    const bool is_whole = one.size() >= mark.size() + closing.size() && one.ends_with(closing);
    if (!is_whole || !one.starts_with(mark)) continue;
    blank(one.data(), mark.size());
    blank(one.data() + one.size() - closing.size(), closing.size());
  }
  return out;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

}  // namespace mainstay::store
