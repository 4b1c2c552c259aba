#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/program/module.hpp"
#include "platform/settings/settings.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay {

/// What a program is called, and its parts. With it, commands::run() (src/commands) is the whole
/// program: command line, settings, store, migrations, log, server, health, metrics, OpenAPI, front
/// page, start, restart without a gap, stop.
struct Product {
  std::string name;           // of the program, [a-z0-9_-]: also of its pid, log and database files
  std::string title;          // for people
  std::string version;        // of the product, not of the platform
  std::string summary = {};   // one sentence, for --help
  std::string examples = {};  // lines of --help
  /// The table of contents of the product, in the order of starting.
  std::vector<std::unique_ptr<Module>> modules = {};
};

template <class... Modules>
std::vector<std::unique_ptr<Module>> make_modules() {
  std::vector<std::unique_ptr<Module>> all;
  (all.push_back(std::make_unique<Modules>()), ...);
  return all;
}

/// Everything that can be set, of the platform and of all modules.
std::vector<settings::Spec> setting_specs(const Product& product);
/// All schema changes.
std::vector<store::Migration> migrations(const Product& product);

}  // namespace mainstay
