#include "commands/parse.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/program/product.hpp"

namespace mainstay::commands::parse_test {
namespace {

struct Fixture {
  Result<Call> parse(std::vector<std::string> line) {
    line.insert(line.begin(), "shop");
    std::vector<char*> arguments;
    for (std::string& one : line) arguments.push_back(one.data());
    arguments.push_back(nullptr);
    return commands::parse(product, commands, static_cast<int>(line.size()), arguments.data());
  }
  std::string refusal(std::vector<std::string> line) {
    const auto call = parse(std::move(line));
    CHECK(call.has_error());
    return call.has_error() ? call.error().detail() : "";
  }

  Product product{.name = "shop", .title = "Shop", .version = "1", .summary = "Sells things."};
  std::vector<Command> commands{
      {.name = "serve", .help = "run", .run = [](const Call&) { return 0; }},
      {.name = "stock", .help = "what is there"},
      {.name = "stock add",
       .help = "more of it",
       .arguments = {required_text("what", "a thing"), number("-n,--count", "how many", 1, 9),
                     flag("--dry-run", "only say"), rest("more", "further things")},
       .run = [](const Call&) { return 0; }},
  };
};

}  // namespace

TEST_CASE("parse: a command of a group with its arguments, in any order") {
  Fixture f;
  const auto call = f.parse({"--env", "test", "stock", "add", "-n", "3", "pen", "ink", "--json",
                             "cap", "--set", "a.b=c=d", "-p", "0"});
  REQUIRE(call.has_value());
  CHECK(call->command == &f.commands[2]);
  CHECK(call->text("what") == "pen");
  CHECK(call->number("--count", 1) == 3);
  CHECK_FALSE(call->has("--dry-run"));
  CHECK(call->rest("more") == std::vector<std::string>{"ink", "cap"});
  CHECK(call->json);
  CHECK(call->sources.environment == "test");
  CHECK(call->sources.flags.at("a.b") == "c=d");
  CHECK(call->sources.flags.at("http.port") == "0");
}

TEST_CASE("parse: what was not given") {
  Fixture f;
  const auto call = f.parse({"stock", "add", "pen"});
  REQUIRE(call.has_value());
  CHECK(call->number("--count", 7) == 7);
  CHECK(call->rest("more").empty());
  CHECK_FALSE(call->daemonize);
}

TEST_CASE("parse: behind two dashes nothing is a flag") {
  Fixture f;
  const auto call = f.parse({"stock", "add", "pen", "--", "--json", "-n"});
  REQUIRE(call.has_value());
  CHECK(call->rest("more") == std::vector<std::string>{"--json", "-n"});
  CHECK_FALSE(call->json);
}

TEST_CASE("parse: refusals say what is wrong and where to read on") {
  Fixture f;
  CHECK(f.refusal({}) == "say what to do, for example `shop serve`.\nTry `shop --help`.");
  CHECK(f.refusal({"sotck"}).find("sotck") != std::string::npos);
  CHECK(f.refusal({"stock"}).find("subcommand") != std::string::npos);
  CHECK(f.refusal({"stock", "add"}).find("what is required") != std::string::npos);
  CHECK(f.refusal({"stock", "add", "pen", "-n", "10"}).find("1 to 9") != std::string::npos);
  CHECK(f.refusal({"serve", "--set", "port"}).find("key=value") != std::string::npos);
}

TEST_CASE("parse: help of the program, a group and a command") {
  Fixture f;
  CHECK(f.refusal({"--help"}).find("Sells things.") != std::string::npos);
  CHECK(f.refusal({"stock", "--help"}).find("more of it") != std::string::npos);
  CHECK(f.refusal({"stock", "add", "--help"}).find("how many") != std::string::npos);
}

}  // namespace mainstay::commands::parse_test
