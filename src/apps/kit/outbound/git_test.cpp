#include "apps/kit/outbound/git.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/kit/errc.hpp"
#include "base/temporary_folder.hpp"
#include "platform/process/process.hpp"

namespace mainstay::kit::git_test {
namespace {

const std::string commit(40, 'a');

/// A repository with one commit of what is in the folder; gives its name.
std::string committed(const TemporaryFolder& folder) {
  const std::string script =
      "cd \"$1\" && git init -q && git add -A && git -c user.name=t -c user.email=t@example.org "
      "commit -qm x && git rev-parse HEAD";
  const auto done = process::run({.arguments = {"sh", "-ec", script, "sh", folder.path()}});
  REQUIRE(done.has_value());
  REQUIRE(done->good());
  return done->output.substr(0, 40);
}

}  // namespace

TEST_CASE("git: what is an address, and what is none") {
  CHECK(is_git_source("https://example.org/t.git"));
  CHECK(is_git_source("git@example.org:t.git"));
  CHECK_FALSE(is_git_source("../template"));
  CHECK_FALSE(is_git_source("/a:b@c"));
  for (const auto* url :
       {"https://example.org/t", "ssh://git@example.org/t", "git@example.org:t"}) {
    CAPTURE(url);
    const auto source = parse_git_source(url + ("#" + commit), false);
    REQUIRE(source.has_value());
    CHECK(source->url == url);
    CHECK(source->commit == commit);
  }
  CHECK(parse_git_source("file:///t#" + commit, true).has_value());
}

TEST_CASE("git: other transports, moving names and hidden flags are refused") {
  for (const std::string text :
       {"ext::sh -c x", "http://example.org/t", "git://example.org/t", "file:///t",
        "--upload-pack=x://", "https://example.org/a b", "https://example.org/t#main",
        "https://example.org/t#abc", "https://x/\n"}) {
    CAPTURE(text);
    CHECK(parse_git_source(text, false).has_error());
  }
  CHECK(parse_git_source("https://x/" + std::string(1'000, 'a'), false).has_error());
}

TEST_CASE("git: the files of a commit, not those of the branch") {
  const TemporaryFolder folder;
  folder.write("a", "1\n");
  std::filesystem::create_directory(folder.path("b"));
  folder.write("b/run", "x");
  std::filesystem::permissions(folder.path("b/run"), std::filesystem::perms::owner_all);
  const std::string first = committed(folder);
  folder.write("a", "2\n");
  const std::string second = committed(folder);
  const std::string url = "file://" + folder.path();
  CHECK(*current_commit({url, ""}) == second);
  const auto tree = fetch({url, first});
  REQUIRE(tree.has_value());
  CHECK(*tree == Tree{{"a", {"1\n", false}}, {"b/run", {"x", true}}});
  CHECK(fetch({url, commit}).error().is(Errc::template_refused));
  CHECK(fetch({url + "/nowhere", first}).error().is(Errc::git));
}

TEST_CASE("git: a repository's links are refused, and its attributes run nothing") {
  const TemporaryFolder folder;
  folder.write(".gitattributes", "* filter=evil\n");
  folder.write("a", "as it is");
  const auto tree = fetch({"file://" + folder.path(), committed(folder)});
  REQUIRE(tree.has_value());
  CHECK(tree->at("a").text == "as it is");
  std::filesystem::create_symlink("/etc/passwd", folder.path("link"));
  const auto refused = fetch({"file://" + folder.path(), committed(folder)});
  REQUIRE(refused.has_error());
  CHECK(refused.error().detail().find("link: is a link") != std::string::npos);
}

TEST_CASE("git: clean, changed, new, and no repository") {
  const TemporaryFolder folder;
  CHECK(check_clean(folder.path()).error().detail().find("no git repository") != std::string::npos);
  folder.write("a", "1");
  committed(folder);
  CHECK(check_clean(folder.path()).has_value());
  folder.write("a", "2");
  CHECK(check_clean(folder.path()).error().detail() == "git status shows M a");
  committed(folder);
  folder.write("b", "1");
  CHECK(check_clean(folder.path()).error().is(Errc::unclean));
}

TEST_CASE("git: texts are merged, and conflicts are marked") {
  const std::string base = "1\n2\n3\n4\n5\n6\n7\n";
  const auto merged = merge_texts(base, "0\n" + base, base + "8\n");
  REQUIRE(merged.has_value());
  CHECK_FALSE(merged->has_conflict);
  CHECK(merged->text == "0\n" + base + "8\n");
  const auto fight = merge_texts("a\n", "b\n", "c\n");
  REQUIRE(fight.has_value());
  CHECK(fight->has_conflict);
  CHECK(fight->text ==
        "<<<<<<< this project\nb\n||||||| template before\na\n=======\nc\n>>>>>>> template now\n");
}

}  // namespace mainstay::kit::git_test
