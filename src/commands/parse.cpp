#include <sstream>

#include <CLI/CLI.hpp>

#include "commands/invocation.hpp"

extern "C" char** environ;  // NOLINT: POSIX's own name

namespace mainstay::commands {
namespace {

constexpr ErrorRow usage_row{"usage", "cannot understand the command line", 400};
constexpr ErrorRow help_row{"help", "help", 200};

constexpr const char* footer =
    "Examples:\n"
    "  mainstay serve --demo            try it: a demo tenant on http://127.0.0.1:3000\n"
    "  mainstay -p 3000 -d start        run in the background; `mainstay stop` ends it\n"
    "  mainstay settings explain        every setting, its value and where that came from\n"
    "  mainstay migrate status          which schema changes are applied\n"
    "Settings come from files in settings/, the environment (MAINSTAY__SECTION__KEY) and flags; "
    "later wins.";

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
void add_setting(CLI::App& app, Invocation& into, const char* flag, const char* key,
                 const char* help) {
  app.add_option_function<std::string>(
      flag, [&into, key](const std::string& value) { into.sources.flags[key] = value; }, help);
}

void set_key_value(Invocation& into, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("--set", "takes key=value, for example --set log.level=debug");
  }
  into.sources.flags[text.substr(0, equals)] = text.substr(equals + 1);
}

/// Flags that any command takes, before or behind its name.
void add_common(CLI::App& app, Invocation& into) {
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
  app.add_option("--pidfile", into.pid_file,
                 "file with the process id (default mainstay.pid in the data folder)");
  app.add_flag("-d,--daemonize", into.daemonize, "start in the background");
  app.add_flag("--check", into.check, "serve, start: only say whether it would start");
  app.add_flag("--json", into.json, "answers for machines");
}

void add_command(CLI::App& app, Invocation& into, Verb verb, const char* name, const char* help) {
  app.add_subcommand(name, help)->fallthrough()->callback([&into, verb] { into.verb = verb; });
}

void add_process_commands(CLI::App& app, Invocation& into) {
  auto* serve = app.add_subcommand("serve", "run in the foreground")->fallthrough();
  serve->add_flag("--demo", into.demo, "add a demo tenant (loopback only)");
  serve->callback([&into] { into.verb = Verb::serve; });
  add_command(app, into, Verb::start, "start", "run; with -d in the background");
  add_command(app, into, Verb::stop, "stop",
              "end the running one after it has answered what it began");
  add_command(app, into, Verb::restart, "restart",
              "replace the running one by the program and settings files of now, without a gap");
  add_command(app, into, Verb::reload, "reload",
              "let the running one read its TLS certificates again and reopen its log");
  add_command(app, into, Verb::status, "status", "say whether it runs (exit status 0, else 3)");
  add_command(app, into, Verb::version, "version", "print the version");
}

void add_migrate(CLI::App& app, Invocation& into) {
  auto* migrate = app.add_subcommand("migrate", "schema changes")->fallthrough();
  migrate->require_subcommand(1);
  add_command(*migrate, into, Verb::migrate_up, "up", "apply what is missing");
  auto* down = migrate->add_subcommand("down", "undo the newest")->fallthrough();
  down->add_option("steps", into.steps, "how many (default 1)")->check(CLI::Range(1, 1000));
  down->callback([&into] { into.verb = Verb::migrate_down; });
  add_command(*migrate, into, Verb::migrate_status, "status", "what is applied");
  add_command(*migrate, into, Verb::migrate_sql, "sql", "print what `up` would run");
}

void add_inspection(CLI::App& app, Invocation& into) {
  auto* settings = app.add_subcommand("settings", "look at the settings")->fallthrough();
  settings->require_subcommand(1);
  add_command(*settings, into, Verb::settings_explain, "explain",
              "every setting, its value and where that came from");
  auto* journal = app.add_subcommand("journal", "look at the journals, repair them")->fallthrough();
  journal->require_subcommand(1);
  auto* check =
      journal->add_subcommand("check", "read all of a journal, change nothing")->fallthrough();
  check->add_option("log", into.log_name, "which one, for example apim (default: all)");
  check->callback([&into] { into.verb = Verb::journal_check; });
  auto* repair = journal
                     ->add_subcommand("repair",
                                      "say what of a damaged journal can be saved and what is "
                                      "lost; with --yes, do it")
                     ->fallthrough();
  repair->add_option("log", into.log_name, "which one, for example apim (default: all)");
  repair->add_flag("--yes", into.yes, "change the journal; the damaged files are kept beside it");
  repair->callback([&into] { into.verb = Verb::journal_repair; });
}

void add_import_flags(CLI::App& command, Invocation& into, Verb verb) {
  command.fallthrough();
  command.add_flag("--replace", into.replace,
                   "put what is imported in the place of services that are there and differ");
  command.add_flag("--no-counters", into.no_counters, "leave counters alone");
  command.add_flag("--dry-run", into.dry_run, "say what would be done, store nothing");
  command.callback([&into, verb] { into.verb = verb; });
}

void add_apim(CLI::App& app, Invocation& into) {
  auto* apim = app.add_subcommand("apim", "move API management's data in and out")->fallthrough();
  apim->require_subcommand(1);
  auto* out = apim->add_subcommand("export",
                                   "write all services as lines of JSON. The file holds keys and "
                                   "tokens: it is made with mode 0600");
  out->fallthrough();
  out->add_option("file", into.place, "where to; - is standard output")->required();
  out->add_flag("--counters", into.counters,
                "with counters, of hours and longer; exact when no server runs");
  out->callback([&into] { into.verb = Verb::apim_export; });
  auto* in = apim->add_subcommand("import",
                                  "read what export wrote, with the server stopped; run again "
                                  "after an interruption, it goes on");
  in->add_option("file", into.place, "where from; - is standard input")->required();
  add_import_flags(*in, into, Verb::apim_import);
  auto* redis = apim->add_subcommand("import-redis",
                                     "read the Redis of a running apisonator, which is not "
                                     "changed, with the server stopped");
  redis->add_option("url", into.place, "redis://[USER@]HOST[:PORT][/DATABASE] or unix:///PATH")
      ->required();
  redis->add_option("--password-file", into.password_file,
                    "file with Redis's password (default: the variable MAINSTAY_REDIS_PASSWORD)");
  add_import_flags(*redis, into, Verb::apim_import_redis);
}

}  // namespace

const ErrorRow& error_row(Errc code) { return code == Errc::help ? help_row : usage_row; }

Result<Invocation> parse(int argc, char** argv) {
  Invocation into;
  read_environment(into.sources);
  CLI::App app{"Mainstay: API management and API applications in one binary.", "mainstay"};
  app.footer(footer);
  app.require_subcommand(0, 1);  // none is said below; CLI11 would hide a misspelt one behind it
  add_common(app, into);
  add_process_commands(app, into);
  add_migrate(app, into);
  add_inspection(app, into);
  add_apim(app, into);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Error{Errc::help, app.help()};
  } catch (const CLI::ParseError& error) {
    return Error{Errc::usage, std::string{error.what()} + "\nTry `mainstay --help`."};
  }
  if (app.get_subcommands().empty()) {
    return Error{Errc::usage,
                 "say what to do, for example `mainstay serve`.\nTry `mainstay --help`."};
  }
  return into;
}

}  // namespace mainstay::commands
