#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "commands/standard.hpp"
#include "platform/json/json.hpp"
#include "platform/program/table.hpp"
#include "platform/secrets/age_file.hpp"
#include "platform/secrets/editor.hpp"
#include "platform/secrets/settings.hpp"
#include "platform/settings/dotenv.hpp"

extern "C" char** environ;  // NOLINT: POSIX's own name

namespace mainstay::commands {
namespace {

constexpr std::string_view beginning =
    "# One value a line: NAME=value. Quotes keep blanks, \"...\" knows \\n and \\\".\n"
    "# A setting reads it as `age:FILE#NAME`.\n";

/// What is the same for every command on a file of age's.
struct Opened {
  secrets::Age age;
  secrets::AgeFile file;
  Opened(const Call& call, const std::string& path)
      : age(secrets::options_of(*call.settings).age), file(age, path) {}
};

int need_identity(const Call& call) {
  const std::string path = secrets::options_of(*call.settings).age.identity;
  call.say("there is no age identity at " + path + ". Make one, and keep a copy of it safe:");
  std::fprintf(stderr, "    mkdir -p -m 700 %s\n    age-keygen -o %s\n",
               std::filesystem::path{path}.parent_path().c_str(), path.c_str());
  return call.fail("or set MAINSTAY_AGE_IDENTITY to the file where yours is");
}

/// Seals a changed text; asks for another try where somebody is there to ask.
int seal(const Call& call, const secrets::AgeFile& file, const std::string& text) {
  const auto sealed = file.seal(text);
  if (sealed.has_value()) return exit_ok;
  call.say(sealed.error().detail());
  return call.fail(file.path() + " stays as it was");
}

bool wants_another_try() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) return false;
  std::fputs("Edit again? [Y/n] ", stderr);
  std::string line;
  if (!std::getline(std::cin, line)) return false;
  return line.empty() || line == "y" || line == "Y";
}

int edit(const Call& call) {
  const Opened opened{call, call.text("file")};
  const secrets::AgeFile& file = opened.file;
  if (!opened.age.has_identity()) return need_identity(call);
  std::string before{beginning};
  if (file.exists()) {
    auto plain = file.open();
    if (plain.has_error()) return call.fail(plain.error());
    before = *std::move(plain);
  }
  std::string text = before;
  const std::string name = std::filesystem::path{file.path()}.stem().string() + ".env";
  while (true) {
    auto edited = secrets::edit_text(text, name);
    if (edited.has_error()) return call.fail(edited.error());
    text = *std::move(edited);
    if (text == before)
      return call.fail("nothing was changed; " + file.path() + " stays as it was");
    const int status = seal(call, file, text);
    if (status == exit_ok || !wants_another_try()) return status;
  }
}

int set(const Call& call) {
  const Opened opened{call, call.text("file")};
  if (!opened.age.has_identity()) return need_identity(call);
  std::string value{std::istreambuf_iterator<char>{std::cin}, {}};
  if (value.ends_with('\n')) value.pop_back();
  if (value.empty()) return call.fail("there is no value on standard input");
  std::string text;
  if (opened.file.exists()) {
    auto plain = opened.file.open();
    if (plain.has_error()) return call.fail(plain.error());
    text = *std::move(plain);
  }
  auto changed = settings::with_value(text, call.text("name"), value);
  if (changed.has_error()) return call.fail(changed.error());
  return seal(call, opened.file, *changed);
}

int show_names(const Call& call) {
  const Opened opened{call, call.text("file")};
  auto plain = opened.file.open();
  if (plain.has_error()) return call.fail(plain.error());
  const auto values = settings::parse_dotenv(*plain, opened.file.path());
  if (values.has_error()) return call.fail(values.error());
  json::Array names;
  for (const auto& one : *values) {
    if (!call.json) std::printf("%s\n", one.name.c_str());
    names.emplace_back(one.name);
  }
  if (call.json) std::printf("%s\n", json::dump_pretty(names).c_str());
  return exit_ok;
}

int check(const Call& call) {
  settings::Settings settings = *call.settings;
  secrets::Machine local{settings};
  (void)settings.resolve(local.resolver(), settings::Which::plain);  // told below
  secrets::Machine machine{settings};
  std::vector<std::vector<std::string>> rows{{"setting", "reference", "state"}};
  json::Array array;
  bool good = true;
  for (const auto& one : call.settings->explain()) {
    if (!one.is_reference) continue;
    auto value = machine.resolver().read(one.value);
    const bool is_there = value.has_value() && !value->empty();
    const std::string state = is_there ? "ok" : value ? "is empty" : value.error().detail();
    if (value) overwrite_text(*value);
    good = good && is_there;
    rows.push_back({one.key, one.value, state});
    array.emplace_back(json::Object{
        {"setting", one.key}, {"reference", one.value}, {"ok", is_there}, {"state", state}});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else if (rows.size() == 1) {
    std::printf("no setting is a reference\n");
  } else {
    print_table(rows);
  }
  return good ? exit_ok : exit_failed;
}

bool is_resolved_in_environment(std::string_view value) {
  return value.starts_with("berglas://") || value.starts_with("sm://") || value.starts_with("age:");
}

int exec(const Call& call) {
  std::vector<std::string> words = call.rest("command");
  if (words.empty()) {
    return call.fail("say what to run, for example secrets exec -- psql", exit_usage);
  }
  std::map<std::string, std::string> variables = call.settings->variables();
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text{*one};
    const std::size_t equals = text.find('=');
    if (equals != text.npos)
      variables[std::string{text.substr(0, equals)}] = text.substr(equals + 1);
  }
  {
    secrets::Machine machine{*call.settings};
    for (auto& [name, value] : variables) {
      if (!is_resolved_in_environment(value)) continue;
      auto secret = machine.resolver().read(value);
      if (secret.has_error()) {
        return call.fail(name + " = " + value + ": " + secret.error().detail());
      }
      if (secret->find('\0') != std::string::npos) {
        return call.fail(name + " = " + value +
                         ": a variable cannot hold a NUL; use ?destination=tempfile");
      }
      value = *std::move(secret);
    }
  }
  std::vector<std::string> pairs;
  for (const auto& [name, value] : variables) pairs.push_back(name + "=" + value);
  const auto pointers = [](std::vector<std::string>& all) {
    std::vector<char*> out;
    for (std::string& one : all) out.push_back(one.data());
    out.push_back(nullptr);
    return out;
  };
  ::execvpe(words.front().c_str(), pointers(words).data(), pointers(pairs).data());
  return call.fail(words.front() + ": " + std::strerror(errno), errno == ENOENT ? 127 : 126);
}

}  // namespace

std::vector<Command> secrets_commands() {
  using settings::Which;
  return {
      {.name = "secrets", .help = "secrets in settings: references, and files that age keeps"},
      {.name = "secrets check",
       .help = "read every reference in the settings, and say whether that works",
       .run = check,
       .references = Which::none},
      {.name = "secrets edit",
       .help = "edit a file of NAME=value lines that age keeps; makes it when it is not there",
       .arguments = {required_text("file", "for example settings/secrets.age")},
       .run = edit,
       .references = Which::plain},
      {.name = "secrets set",
       .help = "put one value into such a file, read from standard input",
       .arguments = {required_text("file", "for example settings/secrets.age"),
                     required_text("name", "for example DB_PASSWORD")},
       .run = set,
       .references = Which::plain},
      {.name = "secrets show-names",
       .help = "the names in such a file, without values",
       .arguments = {required_text("file", "for example settings/secrets.age")},
       .run = show_names,
       .references = Which::plain},
      {.name = "secrets exec",
       .help = "run a program with the berglas://, sm:// and age: references of its environment "
               "replaced: secrets exec -- COMMAND ARGS",
       .arguments = {rest("command", "the program and its arguments, behind --")},
       .run = exec,
       .references = Which::plain},
  };
}

}  // namespace mainstay::commands
