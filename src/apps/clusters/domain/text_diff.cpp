#include "apps/clusters/domain/text_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mainstay::clusters {
namespace {

using TextLines = std::vector<std::string_view>;

/// With their line ends; the last one may have none.
TextLines lines_of(std::string_view text) {
  TextLines lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

struct Edit {
  char mark = ' ';  // of the line: ' ', '-' or '+'
  std::string_view line;
};

/// Where the furthest path of each diagonal ended, after each number of edits.
class Search {
 public:
  Search(const TextLines& a, const TextLines& b) : a_(a), b_(b) {}

  /// False when more than `edits_max` edits lie between them.
  bool run(std::size_t edits_max) {
    const auto most = static_cast<std::int64_t>(std::min(edits_max, a_.size() + b_.size()));
    std::vector<std::int64_t> furthest(static_cast<std::size_t>(2 * most + 3), 0);
    for (std::int64_t d = 0; d <= most; ++d) {
      const bool done = step(furthest, most + 1, d);
      // Only the diagonals that this step reached matter for the way back.
      const auto middle = furthest.begin() + most + 1;
      trace_.emplace_back(middle - d, middle + d + 1);
      if (done) return true;
    }
    return false;
  }

  /// The edits of the way that was found.
  [[nodiscard]] std::vector<Edit> edits() const {
    std::vector<Edit> reversed;
    auto x = static_cast<std::int64_t>(a_.size());
    auto y = static_cast<std::int64_t>(b_.size());
    for (auto d = static_cast<std::int64_t>(trace_.size()) - 1; d >= 0; --d) {
      const std::int64_t k = x - y;
      const std::int64_t from = d == 0 ? 0 : (came_down(d, k) ? k + 1 : k - 1);
      const std::int64_t from_x = d == 0 ? 0 : at(d - 1, from);
      const std::int64_t from_y = d == 0 ? 0 : from_x - from;
      while (x > from_x && y > from_y) {
        reversed.push_back({' ', line(a_, --x)});
        --y;
      }
      if (d == 0) break;
      if (x == from_x) {
        reversed.push_back({'+', line(b_, --y)});
      } else {
        reversed.push_back({'-', line(a_, --x)});
      }
    }
    std::ranges::reverse(reversed);
    return reversed;
  }

 private:
  static std::string_view line(const TextLines& lines, std::int64_t index) {
    return lines[static_cast<std::size_t>(index)];
  }

  /// x on diagonal k after d edits.
  [[nodiscard]] std::int64_t at(std::int64_t d, std::int64_t k) const {
    return trace_[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
  }

  /// Whether the d-th edit on diagonal k was an insertion.
  [[nodiscard]] bool came_down(std::int64_t d, std::int64_t k) const {
    return k == -d || (k != d && at(d - 1, k - 1) < at(d - 1, k + 1));
  }

  bool step(std::vector<std::int64_t>& furthest, std::int64_t middle, std::int64_t d) {
    const auto a_size = static_cast<std::int64_t>(a_.size());
    const auto b_size = static_cast<std::int64_t>(b_.size());
    const auto reached = [&](std::int64_t k) -> std::int64_t& {
      return furthest[static_cast<std::size_t>(middle + k)];
    };
    for (std::int64_t k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && reached(k - 1) < reached(k + 1));
      std::int64_t x = d == 0 ? 0 : (down ? reached(k + 1) : reached(k - 1) + 1);
      while (x < a_size && x - k < b_size && line(a_, x) == line(b_, x - k)) ++x;
      reached(k) = x;
      if (x >= a_size && x - k >= b_size) return true;
    }
    return false;
  }

  const TextLines& a_;
  const TextLines& b_;
  std::vector<std::vector<std::int64_t>> trace_;
};

/// Without what both begin and end with, since most changes are small.
std::vector<Edit> edits_between(TextLines a, TextLines b, std::size_t edits_max) {
  std::vector<Edit> edits;
  const auto [a_end, b_end] = std::ranges::mismatch(a, b);
  const auto common = static_cast<std::size_t>(a_end - a.begin());
  for (std::size_t i = 0; i < common; ++i) edits.push_back({' ', a[i]});
  std::size_t tail = 0;
  while (tail < std::min(a.size(), b.size()) - common &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const TextLines a_tail{a.end() - static_cast<std::ptrdiff_t>(tail), a.end()};
  const auto middle_of = [&](const TextLines& all) {
    return TextLines{all.begin() + static_cast<std::ptrdiff_t>(common),
                     all.end() - static_cast<std::ptrdiff_t>(tail)};
  };
  a = middle_of(a);
  b = middle_of(b);
  Search search{a, b};
  if (search.run(edits_max)) {
    std::ranges::copy(search.edits(), std::back_inserter(edits));
  } else {
    for (const std::string_view line : a) edits.push_back({'-', line});
    for (const std::string_view line : b) edits.push_back({'+', line});
  }
  for (const std::string_view line : a_tail) edits.push_back({' ', line});
  return edits;
}

/// "12,3": the first line and how many. An empty range names the line before it.
void append_range(std::string& out, std::size_t before, std::size_t count) {
  out.append(std::to_string(count == 0 ? before : before + 1));
  if (count != 1) out.append(",").append(std::to_string(count));
}

struct Hunk {
  std::size_t begin = 0;  // of the edits
  std::size_t end = 0;
};

/// Changes with their context; those whose contexts meet are one.
std::vector<Hunk> hunks_of(const std::vector<Edit>& edits, std::size_t context) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].mark == ' ') continue;
    const Hunk around{i - std::min(i, context), std::min(edits.size(), i + 1 + context)};
    if (!hunks.empty() && around.begin <= hunks.back().end) {
      hunks.back().end = around.end;
    } else {
      hunks.push_back(around);
    }
  }
  return hunks;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view name_before, std::string_view name_after,
                         const DiffOptions& options) {
  if (before == after) return {};
  const std::vector<Edit> edits =
      edits_between(lines_of(before), lines_of(after), options.edits_max);
  std::string out;
  out.append("--- ").append(name_before).append("\n+++ ").append(name_after).append("\n");
  std::size_t at = 0;
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  for (const Hunk& hunk : hunks_of(edits, options.context_lines)) {
    for (; at < hunk.begin; ++at, ++old_line, ++new_line) {
    }
    std::string body;
    const std::size_t old_begin = old_line;
    const std::size_t new_begin = new_line;
    for (; at < hunk.end; ++at) {
      const Edit& edit = edits[at];
      old_line += edit.mark == '+' ? 0 : 1;
      new_line += edit.mark == '-' ? 0 : 1;
      body.push_back(edit.mark);
      body.append(edit.line);
      if (!edit.line.ends_with('\n')) body.append("\n\\ No newline at end of file\n");
    }
    out.append("@@ -");
    append_range(out, old_begin, old_line - old_begin);
    out.append(" +");
    append_range(out, new_begin, new_line - new_begin);
    out.append(" @@\n").append(body);
  }
  return out;
}

}  // namespace mainstay::clusters
