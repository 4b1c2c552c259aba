#include "apps/kit/domain/wiring.hpp"

#include <optional>
#include <utility>

#include "apps/kit/errc.hpp"
#include "base/text.hpp"

namespace mainstay::kit {
namespace {

constexpr std::string_view lead = "in ";
constexpr std::string_view above = " above ";

Error by_hand(const Insertion& one, const std::string& why) {
  return {Errc::no_project,
          one.path + " " + why + "; add by hand, and nothing was changed:\n" + one.lines};
}

/// Where the line begins that says `marker`.
std::optional<std::size_t> find_marker(std::string_view text, std::string_view marker) {
  std::size_t at = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (trimmed(line) == marker) return at;
    at += line.size() + 1;
  }
  return {};
}

}  // namespace

Result<std::vector<Insertion>> parse_wiring(std::string_view text) {
  std::vector<Insertion> all;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const std::size_t marker = line.find(above);
    if (line.starts_with(lead) && marker != std::string_view::npos) {
      Insertion one{std::string{line.substr(lead.size(), marker - lead.size())},
                    std::string{trimmed(line.substr(marker + above.size()))}, ""};
      MS_TRY_VOID(check_path(one.path));
      all.push_back(std::move(one));
    } else if (!all.empty()) {
      all.back().lines.append(line).append("\n");
    } else if (!trimmed(line).empty()) {
      return Error{Errc::template_refused, "wiring:" + std::to_string(number) +
                                               ": a block begins with `in FILE above MARKER`"};
    }
  }
  // The text's own end, and blank lines between blocks, are not inserted.
  for (Insertion& one : all) one.lines = std::string{one.lines.substr(0, one.lines.find("\n\n"))};
  for (Insertion& one : all) {
    while (one.lines.ends_with('\n')) one.lines.pop_back();
    one.lines.push_back('\n');
  }
  return all;
}

Result<Tree> wire(const Tree& files, const std::vector<Insertion>& insertions) {
  Tree wired;
  for (const Insertion& one : insertions) {
    if (!wired.contains(one.path)) {
      const auto found = files.find(one.path);
      if (found == files.end()) return by_hand(one, "is missing");
      wired[one.path] = found->second;
    }
    std::string& text = wired[one.path].text;
    const auto at = find_marker(text, one.marker);
    if (!at) return by_hand(one, "has no line `" + one.marker + "`");
    text.insert(*at, one.lines);
  }
  return wired;
}

}  // namespace mainstay::kit
