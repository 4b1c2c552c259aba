#include "platform/store/open.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/store/test_databases.hpp"

namespace mainstay::store::open_test {
namespace {

TEST_CASE("open: the URL chooses the engine") {
  const SqliteOnFile file;
  CHECK((*open({.url = file.url()}))->engine() == Engine::sqlite);
  CHECK((*open({.url = "sqlite:", .default_path = file.path()}))->engine() == Engine::sqlite);
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  CHECK((*open({.url = schema.url()}))->engine() == Engine::postgres);
}

TEST_CASE("open: another URL is refused without repeating it") {
  for (const std::string url : {"mysql://ada:secret@h/x", "/var/secret.db", ""}) {
    const auto opened = open({.url = url});
    REQUIRE(opened.has_error());
    CHECK(opened.error().is(Errc::refused));
    CHECK(opened.error().message().find("secret") == std::string::npos);
    CHECK(opened.error().message().find("postgres://") != std::string::npos);
  }
}

TEST_CASE("open: a server that does not answer is waited for, and the wait is told") {
  std::vector<std::string> told;
  const auto opened =
      open({.url = "postgres://127.0.0.1:1/x",
            .wait_max = Millis{120},
            .on_wait = [&told](const Error& error) { told.push_back(error.message()); }});
  REQUIRE(opened.has_error());
  CHECK(opened.error().is(Errc::io));
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("postgres://127.0.0.1:1/x") != std::string::npos);
}

TEST_CASE("open: a shell gets a password by its environment, and no file that is not there") {
  const auto psql = shell_target("postgres://ada:s%3Aecret@db:5433/shop?sslmode=require", "");
  REQUIRE(psql.has_value());
  CHECK(psql->program == "psql");
  CHECK(psql->arguments.empty());
  std::string variables;
  for (const auto& [name, value] : psql->variables) variables += name + "=" + value + "\n";
  for (const char* line : {"PGHOST=db\n", "PGPORT=5433\n", "PGUSER=ada\n", "PGPASSWORD=s:ecret\n",
                           "PGDATABASE=shop\n", "PGSSLMODE=require\n"}) {
    CHECK(variables.find(line) != std::string::npos);
  }
  const TemporaryFolder folder;
  const std::string path = folder.path("a.db");
  CHECK(shell_target("sqlite:", path).error().is(Errc::refused));
  folder.write("a.db", "");
  CHECK(shell_target("sqlite:", path)->arguments == std::vector{path});
  CHECK(shell_target("mysql://h/x", path).error().is(Errc::refused));
}

}  // namespace
}  // namespace mainstay::store::open_test
