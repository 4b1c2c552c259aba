#include "apps/kit/domain/tree.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"

namespace mainstay::kit::tree_test {

TEST_CASE("tree: paths that stay inside pass") {
  for (const auto* path :
       {"a", ".gitignore", "src/apps/notes/module.cpp", "a b/ä", ".github/x.yml"}) {
    CAPTURE(path);
    CHECK(check_path(path).has_value());
  }
}

TEST_CASE("tree: paths that lead out, or where they must not, are refused") {
  for (const auto* path :
       {"", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "a\\b", "a\nb",
        ".git/hooks/post-checkout", "x/.GIT/config", ".mainstay/base", "\xff"}) {
    CAPTURE(path);
    CHECK(check_path(path).has_error());
  }
  CHECK(check_path(std::string(201, 'a')).has_error());
  CHECK(check_path("1/2/3/4/5/6/7/8/9/10/11/12/13").has_error());
}

TEST_CASE("tree: too many, too large, and a file where a folder must be") {
  Tree tree;
  for (std::size_t i = 0; i < limits.files_max; ++i) tree["f" + std::to_string(i)] = {};
  CHECK(check_tree(tree).has_value());
  tree["one more"] = {};
  CHECK(check_tree(tree).has_error());
  CHECK(check_tree({{"a", {std::string(limits.file_bytes_max, 'x')}}}).has_value());
  CHECK(check_tree({{"a", {std::string(limits.file_bytes_max + 1, 'x')}}}).has_error());
  CHECK(check_tree({{"a", {}}, {"a/b/c", {}}}).has_error());
  CHECK(check_tree({{"a", {}}, {"a.b/c", {}}}).has_value());
}

TEST_CASE("tree: packed and unpacked it is the same, whatever the files hold") {
  const Tree tree{{"a", {"", false}},
                  {"b c", {"text without an end", true}},
                  {"d/e", {"x 3 y\nlines\n\n", false}},
                  {"f", {std::string("\0\xff\n", 3), false}}};
  const std::string packed = pack(tree);
  const auto back = unpack(packed);
  REQUIRE(back.has_value());
  CHECK(*back == tree);
  CHECK(unpack(pack({}))->empty());
}

TEST_CASE("tree: cut anywhere but between files, it is damaged") {
  const std::string packed = pack({{"a", {"one\n", false}}, {"b", {"two\n", true}}});
  const std::size_t first = pack({{"a", {"one\n", false}}}).size();
  for (std::size_t cut = 0; cut < packed.size(); ++cut) {
    CAPTURE(cut);
    const auto back = unpack(std::string_view{packed}.substr(0, cut));
    if (cut == first || cut == pack({}).size()) {
      CHECK(back.has_value());
    } else {
      REQUIRE(back.has_error());
      CHECK(back.error().is(Errc::no_project));
    }
  }
  CHECK(unpack("mainstay tree 1\n- 0 ../x\n\n").has_error());
  CHECK(unpack("mainstay tree 1\n- 0 x\n\n- 0 x\n\n").has_error());
  CHECK(unpack("mainstay tree 1\n- 99999999999999999999 x\n\n").has_error());
}

}  // namespace mainstay::kit::tree_test
