#include <cstdio>
#include <exception>
#include <filesystem>

#include "application.hpp"
#include "commands/commands.hpp"
#include "commands/invocation.hpp"

namespace mainstay::commands {
namespace {

int dispatch(const Invocation& invocation) {
  if (invocation.verb == Verb::version) return version(invocation);
  const auto settings = load_settings(invocation);
  if (settings.has_error()) {
    std::fprintf(stderr, "mainstay: %s\n", settings.error().message().c_str());
    become_former(invocation.program, invocation.handover);
    return exit_usage;
  }
  switch (invocation.verb) {
    case Verb::serve:
      return serve(invocation, *settings);
    case Verb::start:
      return start(invocation, *settings);
    case Verb::stop:
      return stop(invocation, *settings);
    case Verb::restart:
      return restart(invocation, *settings);
    case Verb::reload:
      return reload(invocation, *settings);
    case Verb::status:
      return status(invocation, *settings);
    case Verb::migrate_up:
    case Verb::migrate_down:
    case Verb::migrate_status:
    case Verb::migrate_sql:
      return migrate(invocation, *settings);
    case Verb::settings_explain:
      return explain_settings(invocation, *settings);
    case Verb::journal_check:
      return check_journal(invocation, *settings);
    case Verb::journal_repair:
      return repair_journal(invocation, *settings);
    case Verb::apim_export:
      return export_apim(invocation, *settings);
    case Verb::apim_import:
    case Verb::apim_import_redis:
      return import_apim(invocation, *settings);
    case Verb::version:
      break;
  }
  return exit_usage;
}

}  // namespace

/// What a command wants otherwise than the compiled defaults, as long as nobody has said anything.
void add_command_defaults(const Invocation& invocation, const settings::Settings& settings,
                          settings::Sources& sources) {
  const auto prefer = [&](const char* key, const std::string& value, std::string_view unset) {
    if (settings.text(key) == unset) sources.flags[key] = value;
  };
  if (invocation.demo) {
    // What print_demo() tells; a demo listens on loopback only and leaves nothing to a real start.
    prefer("apps.apim.internal_user", "demo", "");
    prefer("apps.apim.internal_password", "demo", "");
    prefer("data.folder", "var/demo", "var");
  }
  if (invocation.daemonize || invocation.verb == Verb::restart) {
    prefer("log.file", settings.text("data.folder") + "/mainstay.log", "");
  }
}

Result<settings::Settings> load_settings(const Invocation& invocation) {
  const auto specs = Application::setting_specs();
  const std::string& folder = invocation.sources.folder;
  if (folder != settings::Sources{}.folder && !std::filesystem::is_directory(folder)) {
    return Error{settings::Errc::bad_file, "--settings " + folder + " is no folder"};
  }
  MS_TRY(auto settings, settings::Settings::load(specs, invocation.sources));
  settings::Sources sources = invocation.sources;
  add_command_defaults(invocation, settings, sources);
  if (sources.flags == invocation.sources.flags) return settings;
  return settings::Settings::load(specs, sources);
}

std::filesystem::path pid_file_path(const Invocation& invocation,
                                    const settings::Settings& settings) {
  if (!invocation.pid_file.empty()) return invocation.pid_file;
  return std::filesystem::path{settings.text("data.folder")} / "mainstay.pid";
}

int version(const Invocation& invocation) {
  std::printf(invocation.json ? "{\"version\":\"%s\"}\n" : "mainstay %s\n", MS_VERSION);
  return exit_ok;
}

int run(int argc, char** argv) try {
  const std::string handed_over = take_handover_text();
  auto invocation = parse(argc, argv);
  if (invocation.has_value()) {
    invocation->program = Program{argc, argv};
    if (!handed_over.empty()) {
      auto handover = parse_handover(handed_over);
      if (handover.has_error()) {
        std::fprintf(stderr, "mainstay: %s\n", handover.error().message().c_str());
        return exit_failed;
      }
      invocation->handover = std::move(*handover);
    }
    return dispatch(*invocation);
  }
  if (invocation.error().is(Errc::help)) {
    std::fputs(invocation.error().detail().c_str(), stdout);
    return exit_ok;
  }
  std::fprintf(stderr, "mainstay: %s\n", invocation.error().detail().c_str());
  return exit_usage;
} catch (const std::exception& error) {
  std::fprintf(stderr, "mainstay: %s\n", error.what());
  return exit_failed;
}

}  // namespace mainstay::commands
