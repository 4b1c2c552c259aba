#include "apps/clusters/domain/text_diff.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::text_diff_test {
namespace {

/// What a patch makes of a text: its hunks have all the text when their context is wide enough.
std::string patched(std::string_view diff) {
  std::string out;
  std::size_t number = 0;
  char mark = ' ';  // of the line before
  for (const std::string_view line : split(diff, '\n')) {
    if (++number <= 3) continue;  // names and the only hunk's head
    if (line.starts_with('\\')) {
      if (mark != '-') out.pop_back();
    } else if (line.starts_with(' ') || line.starts_with('+')) {
      out.append(line.substr(1)).append("\n");
    }
    mark = line.empty() ? ' ' : line.front();
  }
  return out;
}

std::string diff_of(std::string_view before, std::string_view after,
                    const DiffOptions& options = {}) {
  return unified_diff(before, after, "a/x", "b/x", options);
}

}  // namespace

TEST_CASE("text diff: as diff -u writes it") {
  CHECK(diff_of("a\nb\n", "a\nb\n") == "");
  CHECK(diff_of("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n") ==
        "--- a/x\n+++ b/x\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n");
  CHECK(diff_of("", "a\nb\n") == "--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  CHECK(diff_of("a\n", "") == "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n");
  CHECK(diff_of("a\nb", "a\nb\n") ==
        "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
  CHECK(diff_of("1\n2\n3\n", "1\n3\n", {.context_lines = 0}) ==
        "--- a/x\n+++ b/x\n@@ -2 +1,0 @@\n-2\n");
}

TEST_CASE("text diff: changes far apart are hunks of their own") {
  std::string before;
  std::string after;
  for (int i = 0; i < 30; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 5 || i == 25 ? "x" : std::to_string(i)) + "\n";
  }
  const std::string diff = diff_of(before, after);
  CHECK(diff.find("@@ -3,7 +3,7 @@") != std::string::npos);
  CHECK(diff.find("@@ -23,7 +23,7 @@") != std::string::npos);
}

TEST_CASE("text diff: two texts with nothing in common are one block, whatever their size") {
  std::string before;
  std::string after;
  for (int i = 0; i < 3'000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const std::string diff = diff_of(before, after, {.edits_max = 50});
  CHECK(diff.starts_with("--- a/x\n+++ b/x\n@@ -1,3000 +1,3000 @@\n-a0\n-a1\n"));
  CHECK(patched(diff) == after);
}

TEST_CASE("text diff: what it says leads from one text to the other") {
  Random random{3};
  const auto text = [&] {
    std::string made;
    for (std::uint64_t n = random.below(12); n > 0; --n) {
      made += std::string(1, static_cast<char>('a' + random.below(4))) + "\n";
    }
    if (!made.empty() && random.below(4) == 0) made.pop_back();
    return made;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string before = text();
    const std::string after = text();
    CAPTURE(before);
    CAPTURE(after);
    const std::string diff = diff_of(before, after, {.context_lines = 50});
    if (before == after) {
      CHECK(diff.empty());
    } else {
      CHECK(patched(diff) == after);
    }
  }
}

}  // namespace mainstay::clusters::text_diff_test
