#include "commands/parse.hpp"

#include <map>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/check.hpp"
#include "platform/program/product.hpp"

extern "C" char** environ;  // NOLINT: POSIX's own name

namespace mainstay::commands {
namespace {

constexpr ErrorRow usage_row{"usage", "cannot understand the command line", 400};
constexpr ErrorRow help_row{"help", "help", 200};

std::string footer(const Product& product) {
  std::string text;
  if (!product.examples.empty()) text = "Examples:\n" + product.examples;
  return text +
         "Settings come from files in settings/, the environment (MAINSTAY__SECTION__KEY) and "
         "flags; later wins.";
}

void read_environment(settings::Sources& sources) {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    sources.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  // 3scale's takes a list of loggers; there is one access log, so the first counts.
  const auto loggers = sources.variables.find("CONFIG_REQUEST_LOGGERS");
  if (loggers != sources.variables.end()) {
    loggers->second = loggers->second.substr(0, loggers->second.find(','));
  }
}

/// A flag that is another way to write a setting.
void add_setting(CLI::App& app, Call& into, const char* flag, const char* key, const char* help) {
  app.add_option_function<std::string>(
      flag, [&into, key](const std::string& value) { into.sources.flags[key] = value; }, help);
}

void set_key_value(Call& into, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("--set", "takes key=value, for example --set log.level=debug");
  }
  into.sources.flags[text.substr(0, equals)] = text.substr(equals + 1);
}

/// Flags that any command takes, before or behind its name.
void add_common(CLI::App& app, Call& into) {
  add_setting(app, into, "-p,--port", "http.port", "port to listen on (default 3000)");
  add_setting(app, into, "--bind", "http.address", "address to listen on (default 127.0.0.1)");
  add_setting(app, into, "--data", "data.folder", "folder of the embedded engines (default var)");
  add_setting(app, into, "-l,--log", "log.file", "log file (default: standard error)");
  add_setting(app, into, "--user", "process.user",
              "NAME or NAME:GROUP that root becomes once it has bound its ports");
  app.add_option_function<std::string>(
      "--env", [&into](const std::string& name) { into.sources.environment = name; },
      "environment: development, test, staging or deployment");
  app.add_option("--settings", into.sources.folder,
                 "folder of the settings files (default settings)");
  app.add_option_function<std::vector<std::string>>(
         "--set",
         [&into](const std::vector<std::string>& pairs) {
           for (const std::string& pair : pairs) set_key_value(into, pair);
         },
         "any setting, key=value; may be repeated")
      ->allow_extra_args(false);
  app.add_option(
      "--pidfile", into.pid_file,
      "file with the process id (default " + into.product.name + ".pid in the data folder)");
  app.add_flag("-d,--daemonize", into.daemonize, "start in the background");
  app.add_flag("--check", into.check, "serve, start: only say whether it would start");
  app.add_flag("--json", into.json, "answers for machines");
}

void add_argument(CLI::App& command, Call& into, const Argument& argument) {
  const auto set = [&into, key = argument.key()](const auto& value) {
    into.given[key] = std::vector<std::string>{value};
  };
  CLI::Option* option = nullptr;
  switch (argument.kind) {
    case Argument::Kind::flag:
      option = command.add_flag_function(
          argument.name, [set](std::int64_t) { set("true"); }, argument.help);
      break;
    case Argument::Kind::text:
      option = command.add_option_function<std::string>(argument.name, set, argument.help);
      break;
    case Argument::Kind::number:
      option = command.add_option_function<std::string>(argument.name, set, argument.help);
      option->check(CLI::Range(argument.least, argument.most));
      break;
    case Argument::Kind::rest:
      option = command.add_option_function<std::vector<std::string>>(
          argument.name,
          [&into, key = argument.key()](const std::vector<std::string>& values) {
            into.given[key] = values;
          },
          argument.help);
      break;
  }
  if (argument.required) option->required();
}

/// Groups stand before what is in them.
void add_commands(CLI::App& app, Call& into, std::span<const Command> commands) {
  std::map<std::string, CLI::App*, std::less<>> made;
  for (const Command& command : commands) {
    const std::size_t blank = command.name.rfind(' ');
    CLI::App* parent = &app;
    if (blank != std::string::npos) {
      const auto group = made.find(command.name.substr(0, blank));
      MS_CHECK(group != made.end());
      parent = group->second;
    }
    CLI::App* one = parent->add_subcommand(command.name.substr(blank + 1), command.help);
    one->fallthrough();
    MS_CHECK(made.emplace(command.name, one).second);
    for (const Argument& argument : command.arguments) add_argument(*one, into, argument);
    if (command.run) {
      one->callback([&into, &command] { into.command = &command; });
    } else {
      one->require_subcommand(1);
    }
  }
}

}  // namespace

const ErrorRow& error_row(Errc code) { return code == Errc::help ? help_row : usage_row; }

Result<Call> parse(const Product& product, std::span<const Command> commands, int argc,
                   char** argv) {
  Call into{.product = product};
  into.sources.dot_env = ".env";
  read_environment(into.sources);
  CLI::App app{product.summary, product.name};
  app.footer(footer(product));
  app.require_subcommand(0, 1);  // none is said below; CLI11 would hide a misspelt one behind it
  add_common(app, into);
  add_commands(app, into, commands);
  const std::string advice = "\nTry `" + product.name + " --help`.";
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Error{Errc::help, app.help()};
  } catch (const CLI::ParseError& error) {
    return Error{Errc::usage, error.what() + advice};
  }
  if (into.command == nullptr) {
    return Error{Errc::usage, "say what to do, for example `" + product.name + " serve`." + advice};
  }
  return into;
}

}  // namespace mainstay::commands
