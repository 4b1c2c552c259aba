#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "commands/handover.hpp"
#include "commands/program.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::commands {

enum class Verb : std::uint8_t {
  serve,
  start,
  stop,
  restart,
  reload,
  status,
  migrate_up,
  migrate_down,
  migrate_status,
  migrate_sql,
  settings_explain,
  journal_check,
  journal_repair,
  apim_export,
  apim_import,
  apim_import_redis,
  version,
};

/// A parsed command line.
struct Invocation {
  Verb verb = Verb::serve;
  settings::Sources sources;  // flags filled in; variables are the process environment
  std::string pid_file;       // empty: mainstay.pid in the data folder
  bool daemonize = false;
  bool demo = false;
  bool check = false;  // serve and start: only say whether it would
  bool json = false;
  std::size_t steps = 1;  // migrate down
  Program program;        // this one
  Handover handover;      // from the program before this one; without listeners: there was none
  std::string log_name;   // journal check, repair: which log under <data>/journal; empty: all
  bool yes = false;       // journal repair: do it

  // apim export, import, import-redis
  std::string place;  // the file ("-": standard output or input), or Redis's URL
  bool counters = false;
  bool no_counters = false;
  bool replace = false;
  bool dry_run = false;
  std::string password_file;
};

enum class Errc : std::uint8_t { usage = 1, help };
const ErrorRow& error_row(Errc code);

/// Errc::help carries the text that was asked for; Errc::usage what is wrong with the line.
Result<Invocation> parse(int argc, char** argv);

/// The settings of this invocation.
Result<settings::Settings> load_settings(const Invocation& invocation);
std::filesystem::path pid_file_path(const Invocation& invocation,
                                    const settings::Settings& settings);

// One command each; they return the exit status.
int serve(const Invocation& invocation, const settings::Settings& settings);
int start(const Invocation& invocation, const settings::Settings& settings);
int stop(const Invocation& invocation, const settings::Settings& settings);
int restart(const Invocation& invocation, const settings::Settings& settings);
int reload(const Invocation& invocation, const settings::Settings& settings);
int status(const Invocation& invocation, const settings::Settings& settings);
int migrate(const Invocation& invocation, const settings::Settings& settings);
int explain_settings(const Invocation& invocation, const settings::Settings& settings);
int repair_journal(const Invocation& invocation, const settings::Settings& settings);
int check_journal(const Invocation& invocation, const settings::Settings& settings);
int export_apim(const Invocation& invocation, const settings::Settings& settings);
int import_apim(const Invocation& invocation, const settings::Settings& settings);
int version(const Invocation& invocation);

}  // namespace mainstay::commands
