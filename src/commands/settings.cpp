#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "commands/standard.hpp"
#include "platform/json/json.hpp"
#include "platform/process/process.hpp"
#include "platform/program/product.hpp"
#include "platform/program/table.hpp"
#include "platform/settings/describe.hpp"
#include "platform/settings/environments.hpp"
#include "platform/settings/lint.hpp"
#include "platform/settings/nearest.hpp"
#include "platform/settings/references.hpp"

namespace mainstay::commands {
namespace {

json::Value to_json(const settings::Settings::Explained& one) {
  json::Array layers;
  for (const auto& layer : one.layers) {
    layers.emplace_back(json::Object{{"value", layer.value}, {"source", layer.source}});
  }
  return json::Object{{"key", one.key},
                      {"value", one.value},
                      {"source", one.source},
                      {"help", one.help},
                      {"reference", one.is_reference},
                      {"layers", std::move(layers)}};
}

int explain_one(const Call& call, const std::string& key) {
  std::vector<std::string> keys;
  for (const auto& one : call.settings->explain()) {
    keys.push_back(one.key);
    if (one.key != key) continue;
    if (call.json) {
      std::printf("%s\n", json::dump_pretty(to_json(one)).c_str());
      return exit_ok;
    }
    std::printf("%s: %s\n\n", key.c_str(), one.help.c_str());
    std::vector<std::vector<std::string>> rows{{"value", "from", ""}};
    for (const auto& layer : one.layers) rows.push_back({layer.value, layer.source, ""});
    rows.back().back() = one.is_reference ? "in force: what it refers to" : "in force";
    print_table(rows);
    return exit_ok;
  }
  return call.fail(
      "there is no setting " + key + ", did you mean " + settings::nearest(key, keys) + "?",
      exit_usage);
}

int explain(const Call& call) {
  if (call.has("key")) return explain_one(call, call.text("key"));
  const settings::Settings& settings = *call.settings;
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"setting", "value", "from", "meaning"}};
  for (const auto& one : settings.explain()) {
    rows.push_back({one.key, one.value, one.source, one.help});
    array.emplace_back(to_json(one));
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(json::Object{{"environment", settings.environment()},
                                                       {"settings", array}})
                            .c_str());
    return exit_ok;
  }
  std::printf("environment: %s\n\n", settings.environment().c_str());
  print_table(rows);
  return exit_ok;
}

/// The settings were loaded and every reference was read, or we would not be here.
int check(const Call& call) {
  const auto all = call.settings->explain();
  const auto references =
      std::ranges::count_if(all, [](const auto& one) { return one.is_reference; });
  if (call.json) {
    std::printf("%s\n", json::dump(json::Object{{"environment", call.settings->environment()},
                                                {"references", std::int64_t{references}},
                                                {"ok", true}})
                            .c_str());
  } else {
    std::printf("the settings of %s are good; references read: %td\n",
                call.settings->environment().c_str(), references);
  }
  return exit_ok;
}

/// Whether git has the file; no without git.
bool is_tracked(const std::string& path) {
  const auto asked =
      process::run({.arguments = {"git", "ls-files", "--error-unmatch", "--", path}});
  return asked.has_value() && asked->good();
}

int lint(const Call& call) {
  const auto specs = setting_specs(call.product);
  const auto findings = settings::lint(specs, call.sources, is_tracked);
  json::Array array;
  for (const auto& one : findings) {
    if (!call.json) std::printf("%s: %s\n", one.place.c_str(), one.text.c_str());
    array.emplace_back(json::Object{{"place", one.place}, {"text", one.text}});
  }
  if (call.json) std::printf("%s\n", json::dump_pretty(array).c_str());
  if (findings.empty() && !call.json) std::printf("nothing to complain about\n");
  return findings.empty() ? exit_ok : exit_failed;
}

using Written = std::map<std::string, std::pair<std::string, std::string>>;  // value, place

/// What the files of an environment say, without those of one machine; secrets masked.
Result<Written> written_in(const Call& call, const std::string& name) {
  MS_TRY(const auto chain, settings::read_chain(call.sources.folder, name, "settings diff"));
  std::set<std::string, std::less<>> secret;
  for (const settings::Spec& spec : setting_specs(call.product)) {
    if (spec.secret) secret.emplace(spec.key);
  }
  Written all;
  for (const settings::SettingsFile& file : chain.files) {
    for (const settings::TomlValue& value : file.values) {
      const bool is_hidden = secret.contains(value.key) && !settings::is_reference(value.text);
      all[value.key] = {is_hidden ? masked(value.text) : value.text,
                        file.path + ":" + std::to_string(value.line)};
    }
  }
  return all;
}

int diff(const Call& call) {
  const auto first = written_in(call, call.text("one"));
  if (first.has_error()) return call.fail(first.error(), exit_usage);
  const auto second = written_in(call, call.text("other"));
  if (second.has_error()) return call.fail(second.error(), exit_usage);
  std::set<std::string> keys;
  for (const auto& [key, value] : *first) keys.insert(key);
  for (const auto& [key, value] : *second) keys.insert(key);
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"setting", call.text("one"), call.text("other")}};
  for (const std::string& key : keys) {
    const auto one = first->find(key);
    const auto other = second->find(key);
    const auto shown = [](const Written& all, Written::const_iterator at) {
      return at == all.end() ? std::string{"-"} : at->second.first + " (" + at->second.second + ")";
    };
    if (one != first->end() && other != second->end() && one->second.first == other->second.first) {
      continue;
    }
    rows.push_back({key, shown(*first, one), shown(*second, other)});
    array.emplace_back(
        json::Object{{"key", key}, {"one", rows.back()[1]}, {"other", rows.back()[2]}});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else if (rows.size() == 1) {
    std::printf("their files say the same\n");
  } else {
    print_table(rows);
  }
  return exit_ok;
}

int docs(const Call& call) {
  const auto specs = setting_specs(call.product);
  std::fputs(settings::markdown_of(specs, call.product.name).c_str(), stdout);
  return exit_ok;
}

int schema(const Call& call) {
  const auto specs = setting_specs(call.product);
  std::printf("%s\n", settings::json_schema_of(specs, call.product.title).c_str());
  return exit_ok;
}

}  // namespace

std::vector<Command> settings_commands() {
  using settings::Which;
  return {
      {.name = "settings", .help = "look at the settings, find mistakes in them"},
      {.name = "settings explain",
       .help = "every setting, its value and where that came from; of one, all its layers",
       .arguments = {text("key", "for example http.port")},
       .run = explain,
       .references = Which::none},
      {.name = "settings check",
       .help = "whether this environment's settings are good, and every reference can be read",
       .run = check},
      {.name = "settings lint",
       .help = "look at the files of all environments: mistakes, secrets in the clear, and where "
               "staging differs from deployment in more than credentials, hosts and verbosity",
       .run = lint,
       .reads_settings = false},
      {.name = "settings diff",
       .help = "what the files of two environments say differently",
       .arguments = {required_text("one", "for example staging"),
                     required_text("other", "for example deployment")},
       .run = diff,
       .reads_settings = false},
      {.name = "settings docs",
       .help = "every setting as Markdown",
       .run = docs,
       .reads_settings = false},
      {.name = "settings schema",
       .help = "a JSON Schema of the settings files, for editors",
       .run = schema,
       .reads_settings = false},
  };
}

}  // namespace mainstay::commands
