#include "apps/kit/domain/tree.hpp"

#include <algorithm>
#include <optional>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"
#include "base/text.hpp"

namespace mainstay::kit {
namespace {

constexpr std::string_view packed_head = "mainstay tree 1\n";

Error refused(std::string_view path, std::string_view why) {
  std::string shown;
  for (const char c : path.substr(0, 100)) shown.push_back(c >= ' ' && c != 127 ? c : '?');
  return {Errc::template_refused, shown.append(": ").append(why)};
}

Error damaged() { return {Errc::no_project, ".mainstay/base is damaged"}; }

/// Takes the line that `text` begins with, without its end; nothing when there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

Result<> check_path(std::string_view path) {
  if (path.empty()) return refused(path, "an empty path");
  if (path.size() > limits.path_bytes_max) return refused(path, "is longer than 200 bytes");
  if (path.front() == '/') return refused(path, "is an absolute path");
  if (!is_valid_utf8(path)) return refused(path, "is no UTF-8");
  const auto is_odd = [](char c) { return (c >= 0 && c < ' ') || c == 127 || c == '\\'; };
  if (std::ranges::any_of(path, is_odd)) return refused(path, "holds a character that it may not");
  const auto parts = split(path, '/');
  if (parts.size() > limits.path_parts_max) return refused(path, "lies too deep");
  for (const std::string_view part : parts) {
    if (part.empty() || part == "." || part == "..") {
      return refused(path, "may not hold empty parts, . or ..");
    }
    if (equals_ignoring_case(part, ".git")) return refused(path, "is git's own");
  }
  if (parts.front() == ".mainstay") return refused(path, "is the kit's own memory");
  return {};
}

Result<> check_tree(const Tree& tree) {
  if (tree.size() > limits.files_max) {
    return Error{Errc::template_refused, "more than 1,000 files"};
  }
  std::size_t bytes = 0;
  for (const auto& [path, file] : tree) {
    MS_TRY_VOID(check_path(path));
    if (file.text.size() > limits.file_bytes_max) return refused(path, "is larger than 1 MiB");
    bytes += file.text.size();
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
      if (tree.contains(path.substr(0, at))) return refused(path, "lies below a file");
    }
  }
  if (bytes > limits.tree_bytes_max) {
    return Error{Errc::template_refused, "more than 16 MiB in all"};
  }
  return {};
}

std::string pack(const Tree& tree) {
  std::string out{packed_head};
  for (const auto& [path, file] : tree) {
    out.append(file.executable ? "x " : "- ").append(std::to_string(file.text.size()));
    out.append(" ").append(path).append("\n").append(file.text).append("\n");
  }
  return out;
}

Result<Tree> unpack(std::string_view packed) {
  if (!packed.starts_with(packed_head)) return damaged();
  packed.remove_prefix(packed_head.size());
  Tree tree;
  while (!packed.empty()) {
    const auto line = take_line(packed);
    if (!line || line->size() < 2 || (!line->starts_with("x ") && !line->starts_with("- "))) {
      return damaged();
    }
    const std::size_t blank = line->find(' ', 2);
    if (blank == std::string_view::npos) return damaged();
    const auto bytes = parse_u64(line->substr(2, blank - 2));
    if (!bytes || *bytes >= packed.size() || packed[*bytes] != '\n') return damaged();
    const std::string path{line->substr(blank + 1)};
    const auto added =
        tree.emplace(path, File{std::string{packed.substr(0, *bytes)}, line->front() == 'x'});
    if (!added.second) return damaged();
    packed.remove_prefix(*bytes + 1);
  }
  if (check_tree(tree).has_error()) return damaged();
  return tree;
}

}  // namespace mainstay::kit
