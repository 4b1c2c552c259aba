#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include "commands/standard.hpp"

namespace mainstay::commands {
namespace {

int run_tests(const Call& call) {
  std::string program = "./dev";
  if (::access(program.c_str(), X_OK) != 0) {
    return call.fail("there is no ./dev here: run this in the folder of a project's sources",
                     exit_usage);
  }
  std::vector<std::string> words{program, "test"};
  for (const std::string& one : call.rest("arguments")) words.push_back(one);
  std::vector<char*> pointers;
  for (std::string& one : words) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  return call.fail(program + ": " + std::strerror(errno));
}

}  // namespace

std::vector<Command> runtests_commands() {
  return {{.name = "runtests",
           .help = "run this project's tests: ./dev test",
           .arguments = {rest("arguments", "for ./dev test, behind --")},
           .run = run_tests,
           .reads_settings = false}};
}

}  // namespace mainstay::commands
