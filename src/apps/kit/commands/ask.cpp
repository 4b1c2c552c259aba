#include <cstdio>
#include <iostream>
#include <string>

#include "apps/kit/commands/commands.hpp"
#include "base/text.hpp"

namespace mainstay::kit {
namespace {

constexpr int tries_max = 3;

bool ask_one(const char* question, std::string& answer, const Answers& all) {
  for (int i = 0; i < tries_max; ++i) {
    std::printf("%s [%s]: ", question, answer.c_str());
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    const std::string before = answer;
    if (!trimmed(line).empty()) answer = std::string{trimmed(line)};
    const auto checked = check(all);
    if (checked.has_value()) return true;
    std::printf("  %s\n", checked.error().detail().c_str());
    answer = before;
  }
  return false;
}

}  // namespace

bool ask(Answers& answers, const Answers& given) {
  const auto unless = [&](const std::string& said, const char* question, std::string& answer) {
    return !said.empty() || ask_one(question, answer, answers);
  };
  return unless(given.title, "Title, for people", answers.title) &&
         unless(given.port, "Port of the development server", answers.port) &&
         unless(given.store, "Store: sqlite or postgres", answers.store) &&
         unless(given.author, "Author", answers.author);
}

}  // namespace mainstay::kit
