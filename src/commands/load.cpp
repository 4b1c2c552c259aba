#include <filesystem>

#include "commands/standard.hpp"
#include "commands/user.hpp"
#include "platform/program/product.hpp"
#include "platform/secrets/settings.hpp"

namespace mainstay::commands {
namespace {

/// Files that a secret is put into are of the user that root becomes.
Result<> resolve(settings::Settings& settings, settings::Which which) {
  if (which == settings::Which::none) return {};
  secrets::Owner owner = secrets::current_owner();
  const std::string& name = settings.text("process.user");
  if (!name.empty() && owner.user == 0) {
    MS_TRY(const auto user, find_user(name));
    owner = {user.user, user.group};
  }
  secrets::Machine machine{settings, owner};
  return settings.resolve(machine.resolver(), which);
}

}  // namespace

Result<settings::Settings> load_settings(const Call& call, settings::Which which) {
  using settings::Which;
  const auto specs = setting_specs(call.product);
  const std::string& folder = call.sources.folder;
  if (folder != settings::Sources{}.folder && !std::filesystem::is_directory(folder)) {
    return Error{settings::Errc::bad_file, "--settings " + folder + " is no folder"};
  }
  settings::Sources sources = call.sources;
  if (!call.command->environment.empty()) {
    sources.fallback_environment = call.command->environment;
  }
  MS_TRY(auto settings, settings::Settings::load(specs, sources));
  if (!call.command->preferences) {
    MS_TRY_VOID(resolve(settings, which));
    return settings;
  }
  // What a command prefers may be made of other settings.
  MS_TRY_VOID(resolve(settings, which == Which::none ? which : Which::plain));
  Call loaded = call;
  loaded.settings = &settings;
  for (const Preference& one : call.command->preferences(loaded)) {
    if (settings.is_default(one.key)) sources.flags[one.key] = one.value;
  }
  MS_TRY(settings, settings::Settings::load(specs, sources));
  MS_TRY_VOID(resolve(settings, which));
  return settings;
}

}  // namespace mainstay::commands
