#include "platform/program/command.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/program/product.hpp"

namespace mainstay {

Argument flag(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = Argument::Kind::flag};
}

Argument dry_run_flag() { return flag("--dry-run", "say what would be done, and do nothing"); }

const char* dry_run_lead(bool dry_run) { return dry_run ? "dry run, nothing is changed: " : ""; }

Argument text(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = Argument::Kind::text};
}

Argument required_text(std::string name, std::string help) {
  Argument made = text(std::move(name), std::move(help));
  made.required = true;
  return made;
}

Argument number(std::string name, std::string help, std::int64_t least, std::int64_t most) {
  return {.name = std::move(name),
          .help = std::move(help),
          .kind = Argument::Kind::number,
          .least = least,
          .most = most};
}

Argument rest(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = Argument::Kind::rest};
}

const std::vector<std::string>* Call::values(std::string_view key) const {
  MS_CHECK(command != nullptr && std::ranges::any_of(command->arguments, [&](const Argument& one) {
             return one.key() == key;
           }));
  const auto found = given.find(key);
  return found == given.end() || found->second.empty() ? nullptr : &found->second;
}

bool Call::has(std::string_view key) const { return values(key) != nullptr; }

const std::string& Call::text(std::string_view key) const {
  static const std::string none;
  const auto* found = values(key);
  return found == nullptr ? none : found->back();
}

std::int64_t Call::number(std::string_view key, std::int64_t fallback) const {
  const auto* found = values(key);
  if (found == nullptr) return fallback;
  const auto parsed = parse_u64(found->back());  // the parser has checked it
  return parsed ? static_cast<std::int64_t>(*parsed) : fallback;
}

const std::vector<std::string>& Call::rest(std::string_view key) const {
  static const std::vector<std::string> none;
  const auto* found = values(key);
  return found == nullptr ? none : *found;
}

void Call::say(std::string_view text) const {
  const std::string line = product.name + ": " + std::string{text} + "\n";
  std::fputs(line.c_str(), stderr);
}

int Call::fail(std::string_view text, int status) const {
  say(text);
  return status;
}

int Call::fail(const Error& error, int status) const { return fail(error.message(), status); }

}  // namespace mainstay
