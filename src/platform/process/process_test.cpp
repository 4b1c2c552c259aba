#include "platform/process/process.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::process::process_test {
namespace {

Command shell(std::string script) { return {.arguments = {"sh", "-c", std::move(script)}}; }

TEST_CASE("process: output, errors and the exit status are told apart") {
  const auto done = run(shell("echo out; echo err >&2; exit 3"));
  REQUIRE(done.has_value());
  CHECK(done->output == "out\n");
  CHECK(done->errors == "err\n");
  CHECK(done->status == 3);
  CHECK_FALSE(done->good());
  CHECK(run(shell("kill -TERM $$"))->status == 143);
}

TEST_CASE("process: input of any size goes through, also when nobody reads it") {
  Command command{.arguments = {"cat"}, .input = std::string(1 << 19, 'x')};
  const auto done = run(command);
  REQUIRE(done.has_value());
  CHECK(done->output == command.input);
  command.arguments = {"true"};
  CHECK(run(command)->good());
}

TEST_CASE("process: a child has the environment that it is given, and no other") {
  Command command{.arguments = {"/usr/bin/env"}, .environment = {{"A=1", "B=two words"}}};
  CHECK(run(command)->output == "A=1\nB=two words\n");
  command.environment.emplace();
  CHECK(run(command)->output.empty());
}

TEST_CASE("process: what stands at /dev/fd/3 is read as often as somebody asks, by grandchildren") {
  Command command = shell("cat /dev/fd/3; sh -c 'cat /dev/fd/3'");
  command.descriptor_3 = "secret\n";
  CHECK(run(command)->output == "secret\nsecret\n");
  CHECK_FALSE(run(shell("test -e /dev/fd/3"))->good());
}

TEST_CASE("process: too much output, too long, and no such program are errors") {
  Command command = shell("yes");
  command.output_bytes_max = 1000;
  CHECK(run(command).error().is(Errc::output_too_large));
  command = shell("exec tail -f /dev/null");
  command.deadline = Millis{50};
  CHECK(run(command).error().is(Errc::overdue));
  CHECK(run({.arguments = {"no-such-program-here"}}).error().is(Errc::not_found));
}

TEST_CASE("process: errors are kept up to a bound and the rest is read all the same") {
  const auto done = run(shell("head -c 100000 /dev/zero | tr '\\0' e >&2; echo end"));
  REQUIRE(done.has_value());
  CHECK(done->errors == std::string(4096, 'e'));
  CHECK(done->output == "end\n");
}

TEST_CASE("process: exists looks into PATH") {
  CHECK(exists("sh"));
  CHECK(exists("/bin/sh"));
  CHECK_FALSE(exists("no-such-program-here"));
}

}  // namespace
}  // namespace mainstay::process::process_test
