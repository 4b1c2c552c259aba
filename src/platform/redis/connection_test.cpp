#include "platform/redis/connection.hpp"

#include <doctest/doctest.h>

namespace mainstay::redis::connection_test {
namespace {

std::string refusal(std::string_view url) {
  const auto address = parse_address(url);
  return address.has_error() ? address.error().detail().substr(0, 20) : "accepted";
}

}  // namespace

TEST_CASE("redis address: host, port, user and database, with what is usual left out") {
  const auto full = parse_address("redis://reader@redis.example:6380/3");
  REQUIRE(full.has_value());
  CHECK(full->host == "redis.example");
  CHECK(full->port == 6380);
  CHECK(full->user == "reader");
  CHECK(full->database == 3);
  const auto bare = parse_address("redis://[::1]");
  REQUIRE(bare.has_value());
  CHECK(bare->host == "::1");
  CHECK(bare->port == 6379);
  CHECK(parse_address("redis://127.0.0.1/")->database == 0);
}

TEST_CASE("redis address: a socket's path") {
  const auto local = parse_address("unix:///run/redis/redis.sock?db=2");
  REQUIRE(local.has_value());
  CHECK(local->unix_path == "/run/redis/redis.sock");
  CHECK(local->database == 2);
}

TEST_CASE("redis address: a password in it is refused, and not repeated") {
  const auto with_password = parse_address("redis://:hunter2@host");
  REQUIRE(with_password.has_error());
  CHECK(with_password.error().detail().find("hunter2") == std::string::npos);
  CHECK(refusal("redis://user:hunter2@host") == "a password does not ");
}

TEST_CASE("redis address: what is none is refused") {
  CHECK(refusal("http://host") == "unknown scheme; it i");
  CHECK(refusal("redis://") == "no host; it is redis");
  CHECK(refusal("redis://host:0") == "the port is a number");
  CHECK(refusal("redis://host:65536") == "the port is a number");
  CHECK(refusal("redis://host/x") == "the database is a nu");
  CHECK(refusal("unix://relative") == "the path begins with");
  CHECK(refusal("unix:///a?x=1") == "db=NUMBER alone may ");
}

TEST_CASE("redis connection: nobody there, says so") {
  Address nowhere;
  nowhere.unix_path = "/nonexistent/redis.sock";
  const auto connection = Connection::open(nowhere, {});
  REQUIRE(connection.has_error());
  CHECK(connection.error().is(Errc::unreachable));
}

}  // namespace mainstay::redis::connection_test
