#include "platform/store/migration_files.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store::migration_files_test {
namespace {

constexpr SystemTime noon{Micros{1'700'000'000'000'000}};  // 2023-11-14 22:13:20

TEST_CASE("migration files: a new pair carries the time, and a heading") {
  const TemporaryFolder folder;
  const auto made = new_migration(folder.path(), "add_notes", noon, false);
  REQUIRE(made.has_value());
  CHECK(*made == std::vector<std::string>{folder.path("20231114221320_add_notes.up.sql"),
                                          folder.path("20231114221320_add_notes.down.sql")});
  for (const std::string& path : *made) CHECK(std::filesystem::file_size(path) > 20);
  CHECK(check_migration_files(folder.path()).size() == 0);
}

TEST_CASE("migration files: a second one in the same second stands behind the first") {
  const TemporaryFolder folder;
  REQUIRE(new_migration(folder.path(), "one", noon, false).has_value());
  const auto second = new_migration(folder.path(), "two", noon - Seconds{100}, false);
  REQUIRE(second.has_value());
  CHECK(second->at(0) == folder.path("20231114221321_two.up.sql"));
  const auto again = new_migration(folder.path(), "one", noon, false);
  REQUIRE(again.has_error());
  CHECK(again.error().detail().find("has this name already") != std::string::npos);
}

TEST_CASE("migration files: hostile names write nothing") {
  const TemporaryFolder folder;
  for (const std::string name : {"", "../x", "a b", "A", "1st", "a-b", "a/b", "a.b", "\xc3\xa9"}) {
    CAPTURE(name);
    const auto made = new_migration(folder.path(), name, noon, false);
    REQUIRE(made.has_error());
    CHECK(made.error().is(Errc::migration_files));
  }
  CHECK(new_migration(folder.path(), std::string(61, 'a'), noon, false).has_error());
  CHECK(new_migration(folder.path("nowhere"), "a", noon, false).has_error());
  CHECK(new_migration(folder.path(), "dry", noon, true)->size() == 2);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("migration files: check says what is wrong, a line each") {
  const TemporaryFolder folder;
  folder.write("20240101000000_alone.up.sql", "SELECT 1;");
  folder.write("20240102000000_one.up.sql", "SELECT 1;");
  folder.write("20240102000000_one.down.sql", "SELECT 1;");
  folder.write("20240102000000_two.up.sql", "-- phase: both\nSELECT 1;");
  folder.write("20240102000000_two.down.sql", " \n");
  folder.write("notes.sql", "");
  folder.write("README.md", "");
  const auto found = check_migration_files(folder.path());
  const auto has = [&found](const std::string& text) {
    return std::any_of(found.begin(), found.end(), [&text](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  };
  CHECK(has("alone.up.sql: 20240101000000_alone.down.sql is missing"));
  CHECK(has("two.up.sql: has the version of 20240102000000_one"));
  CHECK(has("two.up.sql: `-- phase:`"));
  CHECK(has("two.down.sql: is empty"));
  CHECK(has("notes.sql: migrations are named"));
  CHECK(found.size() == 6);
}

TEST_CASE("migration files: folders are found below src") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("src/apps/shop/migrations"));
  std::filesystem::create_directories(folder.path("build/migrations"));
  CHECK(find_migration_folders(folder.path()) ==
        std::vector<std::string>{folder.path("src/apps/shop/migrations")});
  CHECK(find_migration_folders(folder.path("build")).empty());
}

}  // namespace
}  // namespace mainstay::store::migration_files_test
