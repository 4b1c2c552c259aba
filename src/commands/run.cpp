#include <cstdio>
#include <exception>

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
    case Verb::version:
      break;
  }
  return exit_usage;
}

}  // namespace

Result<settings::Settings> load_settings(const Invocation& invocation) {
  const auto specs = Application::setting_specs();
  auto settings = settings::Settings::load(specs, invocation.sources);
  if (!invocation.demo || settings.has_error()) return settings;
  if (!settings->text("apps.apim.internal_user").empty()) return settings;
  // The demo's own credentials, which print_demo() tells; a demo listens on loopback only.
  settings::Sources with_demo = invocation.sources;
  with_demo.flags["apps.apim.internal_user"] = "demo";
  with_demo.flags["apps.apim.internal_password"] = "demo";
  return settings::Settings::load(specs, with_demo);
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
  const auto invocation = parse(argc, argv);
  if (invocation.has_value()) return dispatch(*invocation);
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
