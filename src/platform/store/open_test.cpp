#include "platform/store/open.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/store/test_databases.hpp"

namespace mainstay::store {
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

}  // namespace
}  // namespace mainstay::store
