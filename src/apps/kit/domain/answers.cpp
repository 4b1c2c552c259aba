#include "apps/kit/domain/answers.hpp"

#include <algorithm>
#include <array>

#include "apps/kit/domain/name.hpp"
#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"
#include "base/text.hpp"

namespace mainstay::kit {
namespace {

struct Field {
  std::string_view name;
  std::string Answers::*value;
};
constexpr std::array<Field, 6> fields{{{"name", &Answers::name},
                                       {"title", &Answers::title},
                                       {"port", &Answers::port},
                                       {"store", &Answers::store},
                                       {"author", &Answers::author},
                                       {"source", &Answers::source}}};

/// Means nothing between quotes in C++, TOML, YAML, JSON, CMake, Markdown and shells.
bool is_plain(char c) {
  if (c < 0) return true;  // UTF-8
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{" .,-_()+!/@<>"}.find(c) != std::string_view::npos;
}

Error refused(std::string_view field, std::string_view why) {
  return {Errc::answer_refused, std::string{field}.append(" ").append(why)};
}

Result<> check_text(std::string_view field, std::string_view text) {
  if (text.size() > limits.answer_bytes_max) return refused(field, "is longer than 72 bytes");
  if (!is_valid_utf8(text)) return refused(field, "is no UTF-8");
  if (!std::ranges::all_of(text, is_plain)) {
    return refused(field, "may hold letters, digits, blanks and .,-_()+!/@<> only");
  }
  if (text != trimmed(text)) return refused(field, "begins or ends with a blank");
  return {};
}

Error damaged(std::string_view why) {
  return {Errc::no_project, std::string{".mainstay/answers.toml: "}.append(why)};
}

}  // namespace

Result<> check(const Answers& answers) {
  MS_TRY_VOID(check_project_name(answers.name));
  MS_TRY_VOID(check_text("title", answers.title));
  if (answers.title.empty()) return refused("title", "is empty");
  const auto port = parse_u64(answers.port);
  if (!port || *port < 1 || *port > 65'535 || answers.port.front() == '0') {
    return refused("port", "is a number from 1 to 65535");
  }
  if (answers.store != "sqlite" && answers.store != "postgres") {
    return refused("store", "is sqlite or postgres");
  }
  return check_text("author", answers.author);
}

std::string title_of(std::string_view name) {
  std::string title{name};
  std::ranges::replace(title, '_', ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') {
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  }
  return title;
}

Values values_of(const Answers& answers, std::string_view mainstay_version) {
  std::string upper = answers.name;
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return {{"name", answers.name},
          {"NAME", upper},
          {"title", answers.title},
          {"port", answers.port},
          {"store", answers.store},
          {"author", answers.author},
          {"mainstay", std::string{mainstay_version}}};
}

std::string to_text(const Answers& answers, std::string_view mainstay_version) {
  std::string out =
      "# Written by `mainstay new` and `mainstay update`: what this project was made with.\n";
  for (const Field& field : fields) {
    out.append(field.name).append(" = \"").append(answers.*field.value).append("\"\n");
  }
  return out.append("mainstay = \"").append(mainstay_version).append("\"\n");
}

Result<Answers> parse_answers(std::string_view text) {
  Answers answers;
  std::size_t found = 0;
  for (std::string_view line : split(text, '\n')) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return damaged("a line is no `name = \"value\"`");
    const std::string_view name = trimmed(line.substr(0, equals));
    std::string_view value = trimmed(line.substr(equals + 1));
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
      return damaged("a value is not between quotes");
    }
    value = value.substr(1, value.size() - 2);
    if (value.find_first_of("\"\\") != std::string_view::npos) {
      return damaged("a value holds a quote or backslash");
    }
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) continue;  // mainstay, and what later versions add
    answers.*field->value = std::string{value};
    ++found;
  }
  if (found < fields.size())
    return damaged("name, title, port, store, author and source belong there");
  if (const auto checked = check(answers); checked.has_error()) {
    return damaged(checked.error().detail());
  }
  return answers;
}

}  // namespace mainstay::kit
