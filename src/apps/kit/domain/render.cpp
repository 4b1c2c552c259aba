#include "apps/kit/domain/render.hpp"

#include <algorithm>
#include <utility>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"
#include "base/text.hpp"

namespace mainstay::kit {
namespace {

constexpr std::string_view opening = "@{";

/// One text on its way, line by line.
class Renderer {
 public:
  Renderer(std::string_view place, const Values& values, std::vector<std::string>& problems)
      : place_(place), values_(values), problems_(problems) {}

  std::string render(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      ++line_;
      render_line(text.substr(0, end));
      text.remove_prefix(end);
    }
    for (const Condition& open : conditions_) {
      line_ = open.line;
      problem("@{if} without @{end}");
    }
    return std::move(out_);
  }

  /// A path has no lines to leave out.
  std::string render_path(std::string_view path) {
    line_ = 1;
    replace(path);
    return std::move(out_);
  }

 private:
  struct Condition {
    std::size_t line = 0;
    bool holds = false;
    bool has_else = false;
  };

  void problem(std::string_view what) {
    std::string text{place_};
    text.append(":").append(std::to_string(line_)).append(": ").append(what);
    problems_.push_back(std::move(text));
  }

  [[nodiscard]] bool is_shown() const {
    return std::ranges::all_of(conditions_, [](const Condition& one) { return one.holds; });
  }

  const std::string* value_of(std::string_view name) {
    static const std::string at{"@"};
    if (name == "at") return &at;
    const auto found = values_.find(name);
    if (found != values_.end()) return &found->second;
    std::string known;
    for (const auto& [one, value] : values_) known.append(" ").append(one);
    problem("nothing is called \"" + std::string{name.substr(0, 40)} + "\"; there are:" + known);
    return nullptr;
  }

  void render_line(std::string_view line) {
    const std::string_view alone = trimmed(line);
    const bool is_directive = alone == "@{else}" || alone == "@{end}" ||
                              (alone.starts_with("@{if") && alone.ends_with('}'));
    if (is_directive) return take_directive(alone);
    // What is not shown is checked all the same.
    const std::size_t before = out_.size();
    replace(line);
    if (!is_shown()) out_.resize(before);
  }

  void take_directive(std::string_view text) {
    if (text == "@{end}") {
      if (conditions_.empty()) return problem("@{end} without @{if}");
      conditions_.pop_back();
    } else if (text == "@{else}") {
      if (conditions_.empty()) return problem("@{else} without @{if}");
      if (std::exchange(conditions_.back().has_else, true)) return problem("a second @{else}");
      conditions_.back().holds = !conditions_.back().holds;
    } else {
      if (conditions_.size() == limits.depth_max) problem("conditions are nested too deep");
      conditions_.push_back({line_, holds(text), false});
    }
  }

  bool holds(std::string_view text) {
    constexpr std::string_view form = "a condition is @{if NAME=VALUE} or @{if NAME!=VALUE}";
    text.remove_prefix(std::string_view{"@{if"}.size());
    text.remove_suffix(1);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with(' ')) {
      problem(form);
      return false;
    }
    const bool is_negated = equals > 0 && text[equals - 1] == '!';
    const std::string_view name = trimmed(text.substr(0, equals - (is_negated ? 1 : 0)));
    const std::string* value = value_of(name);
    if (value == nullptr) return false;
    return (*value == trimmed(text.substr(equals + 1))) != is_negated;
  }

  void replace(std::string_view line) {
    for (std::size_t at = line.find(opening); at != std::string_view::npos;
         at = line.find(opening)) {
      out_.append(line.substr(0, at));
      line.remove_prefix(at + opening.size());
      const std::size_t end = line.find_first_of("}\n");
      if (end == std::string_view::npos || line[end] != '}') {
        return problem("@{ without }; a literal @{ is written @{at}{");
      }
      const std::string_view name = line.substr(0, end);
      line.remove_prefix(end + 1);
      if (name == "else" || name == "end" || name.starts_with("if ")) {
        problem("@{" + std::string{name} + "} must be alone in its line");
      } else if (const std::string* value = value_of(name)) {
        out_.append(*value);
      }
    }
    out_.append(line);
  }

  std::string_view place_;
  const Values& values_;
  std::vector<std::string>& problems_;
  std::vector<Condition> conditions_;
  std::size_t line_ = 0;
  std::string out_;
};

Error refused(const std::vector<std::string>& problems) {
  std::string all;
  for (std::size_t i = 0; i < problems.size() && i < limits.problems_max; ++i) {
    all.append("\n  ").append(problems[i]);
  }
  if (problems.size() > limits.problems_max) all.append("\n  and more");
  return {Errc::template_refused, std::move(all)};
}

}  // namespace

std::string render_text(std::string_view text, std::string_view place, const Values& values,
                        std::vector<std::string>& problems) {
  return Renderer{place, values, problems}.render(text);
}

Result<Tree> render(const Tree& source, const Values& values) {
  std::vector<std::string> problems;
  Tree out;
  for (const auto& [path, file] : source) {
    const std::string place = Renderer{path, values, problems}.render_path(path);
    File made{file.text, file.executable};
    if (!file.is_binary()) made.text = render_text(file.text, path, values, problems);
    if (made.text.empty() && !file.text.empty()) continue;
    if (!out.emplace(place, std::move(made)).second) {
      problems.push_back(path + ":1: another file becomes " + place + " too");
    }
  }
  if (!problems.empty()) return refused(problems);
  MS_TRY_VOID(check_tree(out));
  return out;
}

}  // namespace mainstay::kit
