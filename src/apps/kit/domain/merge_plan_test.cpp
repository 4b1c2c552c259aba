#include "apps/kit/domain/merge_plan.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::kit::merge_plan_test {
namespace {

using Kind = Change::Kind;

/// Says what it was asked; a text with "!" conflicts.
Result<Merged> fake_merge(const std::string& base, const std::string& ours,
                          const std::string& theirs) {
  const std::string text = "<" + base + "|" + ours + "|" + theirs + ">";
  return Merged{text, text.find('!') != std::string::npos};
}

MergePlan plan(const Tree& base, const ProjectState& project, const Tree& next) {
  auto made = plan_merge(base, project, next, fake_merge);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// "updated f" of the only change; "" of none.
std::string told(const MergePlan& made) {
  std::string out;
  for (const Change& one : made.changes) {
    if (!out.empty()) out += ", ";
    out.append(name_of(one.kind)).append(" ").append(one.path);
  }
  return out;
}

/// The row of the matrix: contents of `f` in base, project and template; "-" is absent.
struct Row {
  const char* base;
  const char* ours;
  const char* theirs;
  const char* told;
  const char* written;  // "-": nothing
  bool removed = false;
};

Tree tree_of(const std::string& text) { return text == "-" ? Tree{} : Tree{{"f", {text, false}}}; }

}  // namespace

TEST_CASE("merge plan: the matrix of who changed, added and deleted what") {
  const Row rows[] = {
      {"a", "a", "a", "", "-"},                    // nobody
      {"a", "b", "a", "", "-"},                    // the project
      {"a", "-", "a", "", "-"},                    // the project deleted it
      {"a", "a", "b", "updated f", "b"},           // the template
      {"a", "b", "b", "", "-"},                    // both the same
      {"a", "b", "c", "merged f", "<a|b|c>"},      // both
      {"a", "b!", "c", "CONFLICT f", "<a|b!|c>"},  // both, at the same place
      {"a", "-", "b", "kept f", "-"},              // deleted here, changed there
      {"a", "a", "-", "removed f", "-", true},     // the template removed it
      {"a", "b", "-", "kept f", "-"},              // changed here, removed there
      {"a", "-", "-", "", "-"},                    // both removed it
      {"-", "-", "b", "added f", "b"},             // new in the template
      {"-", "b", "b", "", "-"},                    // both added the same
      {"-", "b", "c", "merged f", "<|b|c>"},       // both added something
      {"-", "b", "c!", "CONFLICT f", "<|b|c!>"},
      {"-", "b", "-", "", "-"},  // the project's own
  };
  for (const Row& row : rows) {
    CAPTURE(row.base);
    CAPTURE(row.ours);
    CAPTURE(row.theirs);
    const auto made = plan(tree_of(row.base), {tree_of(row.ours), {}}, tree_of(row.theirs));
    CHECK(told(made) == row.told);
    CHECK(made.write == tree_of(row.written));
    CHECK((made.remove == std::vector<std::string>{"f"}) == row.removed);
    CHECK(made.conflicts() == (std::string_view{row.told}.starts_with("C") ? 1 : 0));
  }
}

TEST_CASE("merge plan: the mode is its who changed it") {
  const auto with = [](bool base, bool ours, bool theirs, const std::string& text) {
    return plan({{"f", {"a", base}}}, {{{"f", {"a", ours}}}, {}}, {{"f", {text, theirs}}});
  };
  CHECK(told(with(false, false, true, "a")) == "mode f");
  CHECK(with(false, false, true, "a").write.at("f").executable);
  CHECK(told(with(false, true, false, "a")).empty());
  CHECK(with(false, true, false, "b").write.at("f") == File{"b", true});
  CHECK(with(false, false, true, "b").write.at("f") == File{"b", true});
  CHECK(told(with(true, true, false, "a")) == "mode f");
}

TEST_CASE("merge plan: what is no text is never merged, and nothing is lost") {
  const auto bytes = [](char last) { return std::string{'\0', last}; };
  const auto made = plan({{"f", {bytes('a')}}}, {{{"f", {bytes('b')}}}, {}}, {{"f", {bytes('c')}}});
  CHECK(told(made) == "CONFLICT f");
  CHECK(made.write == Tree{{"f.template", {bytes('c')}}});
  const auto taken =
      plan({{"f", {bytes('a')}}}, {{{"f", {bytes('a')}}}, {}}, {{"f", {bytes('c')}}});
  CHECK(told(taken) == "updated f");
}

TEST_CASE("merge plan: links and folders of the project's own making stay") {
  const auto made = plan({{"f", {"a"}}}, {{}, {"f"}}, {{"f", {"b"}}});
  CHECK(told(made) == "kept f");
  CHECK(made.write.empty());
}

TEST_CASE("merge plan: what the template moved takes the project's changes along") {
  const std::string text = "one\ntwo\nthree\nfour\nfive\n";
  const std::string changed = "one\ntwo\nthree\nfour\nsix\n";
  const Tree base{{"old", {text}}}, next{{"new", {changed}}};
  const auto untouched = plan(base, {{{"old", {text}}}, {}}, next);
  CHECK(told(untouched) == "moved new");
  CHECK(untouched.write == Tree{{"new", {changed}}});
  CHECK(untouched.remove == std::vector<std::string>{"old"});
  const auto own = plan(base, {{{"old", {"mine\n" + text}}}, {}}, next);
  CHECK(told(own) == "moved new");
  CHECK(own.write.at("new").text == "<" + text + "|mine\n" + text + "|" + changed + ">");
  const auto fight = plan(base, {{{"old", {"mine!\n"}}}, {}}, next);
  CHECK(told(fight) == "CONFLICT new, moved new");
  SUBCASE("but not onto something that is there") {
    CHECK(told(plan(base, {{{"old", {text}}, {"new", {"x"}}}, {}}, next)) ==
          "merged new, removed old");
  }
  SUBCASE("nor back where the project deleted it") {
    CHECK(told(plan(base, {{}, {}}, next)) == "added new");
  }
  SUBCASE("nor is something else that is new taken for it") {
    CHECK(told(plan(base, {{{"old", {text}}}, {}}, {{"new", {"quite\nanother\n"}}})) ==
          "added new, removed old");
  }
}

TEST_CASE("merge plan: updated again, there is nothing left to do") {
  const Tree base{{"a", {"1"}}, {"b", {"1"}}}, next{{"a", {"2"}}, {"c", {"3"}}};
  ProjectState project{base, {}};
  const auto first = plan(base, project, next);
  for (const auto& [path, file] : first.write) project.files[path] = file;
  for (const auto& path : first.remove) project.files.erase(path);
  CHECK(project.files == next);
  CHECK(plan(base, project, next).changes.empty());  // interrupted before the base was kept
  CHECK(plan(next, project, next).changes.empty());
}

}  // namespace mainstay::kit::merge_plan_test
