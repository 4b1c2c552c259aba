#include "platform/settings/lint.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "platform/settings/dotenv.hpp"
#include "platform/settings/environments.hpp"
#include "platform/settings/layers.hpp"
#include "platform/settings/references.hpp"
#include "platform/settings/small_file.hpp"

namespace mainstay::settings {
namespace {

std::string place_of(const SettingsFile& file, const TomlValue& value) {
  return file.path + ":" + std::to_string(value.line);
}

/// Words that say where something is, or who one is there.
bool is_host_or_credential(const Spec& spec) {
  static constexpr std::array<std::string_view, 24> words{
      "address", "addresses", "ca",   "certificate", "credentials", "database",
      "domain",  "domains",   "from", "host",        "hosts",       "identity",
      "key",     "listen",    "name", "origin",      "origins",     "password",
      "port",    "proxies",   "url",  "urls",        "user",        "secret"};
  if (spec.secret) return true;
  const std::string_view last = spec.key.substr(spec.key.rfind('.') + 1);
  const auto parts = split(last, '_');
  return std::any_of(parts.begin(), parts.end(), [](std::string_view part) {
    return std::find(words.begin(), words.end(), part) != words.end();
  });
}

/// `sqlite:` and `postgres://host/db` are none; what holds a password is.
bool is_secret_in_the_clear(const Spec& spec, const std::string& value) {
  if (!spec.secret || value.empty() || is_reference(value) || value == spec.fallback) return false;
  const std::size_t scheme = value.find("://");
  const bool is_place = scheme != value.npos || spec.key.ends_with("url");
  if (!is_place) return true;
  const std::size_t begin = scheme == value.npos ? 0 : scheme + 3;
  const std::string user = value.substr(begin, value.find_first_of("/?#", begin) - begin);
  const std::size_t at = user.rfind('@');
  return at != user.npos && user.find(':') < at;
}

class Linter {
 public:
  Linter(std::span<const Spec> specs, const Sources& sources,
         const std::function<bool(const std::string&)>& is_tracked)
      : specs_(specs), sources_(&sources), is_tracked_(&is_tracked) {
    for (const Spec& spec : specs) by_key_.emplace(spec.key, &spec);
  }

  std::vector<Finding> run() {
    for (const std::string& name : environment_names(sources_->folder)) look_at_chain(name);
    look_at_file(sources_->folder + "/local.toml", false);
    if (const auto paths = drop_ins(sources_->folder)) {
      for (const std::string& path : *paths) look_at_file(path, true);
    }
    compare_staging();
    look_at_dot_env();
    const std::string local = sources_->folder + "/local.toml";
    if ((*is_tracked_)(local)) {
      add(local, "git keeps it, and it is one developer's own: git rm --cached " + local +
                     ", and name it in .gitignore");
    }
    return std::move(findings_);
  }

 private:
  void add(std::string place, std::string text) {
    findings_.push_back({std::move(place), std::move(text)});
  }

  void add(const std::string& path, const Error& error) {
    // "settings/base.toml:3: why" has its place in front.
    const std::string& detail = error.detail();
    const std::size_t colon = detail.find(": ");
    const bool has_place = detail.starts_with(path) && colon != detail.npos;
    add(has_place ? detail.substr(0, colon) : path,
        std::string{error.text()} + ": " + (has_place ? detail.substr(colon + 2) : detail));
  }

  void look_at_chain(const std::string& name) {
    const auto chain = read_chain(sources_->folder, name, name);
    if (chain.has_error()) {
      if (broken_.insert(chain.error().detail()).second) {
        add(sources_->folder + "/" + name + ".toml", chain.error());
      }
      return;
    }
    // Test credentials may be in the clear.
    const bool is_real = chain->root != "development" && chain->root != "test";
    for (const SettingsFile& file : chain->files) {
      const bool is_base = &file == &chain->files.front();
      if (seen_.insert(file.path).second) look_at_values(file, is_real || is_base);
    }
  }

  void look_at_file(const std::string& path, bool is_real) {
    const auto file = read_settings_file(path);
    if (file.has_error()) return add(path, file.error());
    look_at_values(*file, is_real);
  }

  void look_at_values(const SettingsFile& file, bool is_real) {
    for (const TomlValue& value : file.values) {
      SettingsFile one;
      one.path = file.path;
      one.values.push_back(value);
      Settings scratch;
      if (auto done = Layers{specs_, scratch}.add_file(one); done.has_error()) {
        add(file.path, done.error());
        continue;
      }
      const Spec& spec = *by_key_.at(value.key);
      if (is_real && is_secret_in_the_clear(spec, value.text)) {
        add(place_of(file, value),
            value.key + " is a secret in the clear: refer to it (age:" + sources_->folder +
                "/secrets.age#NAME, sm://PROJECT/NAME; docs/secrets.md), and change the one that "
                "was here");
      }
    }
  }

  void compare_staging() {
    const auto deployment = read_chain(sources_->folder, "deployment", "lint");
    const auto staging = read_settings_file(sources_->folder + "/staging.toml");
    if (deployment.has_error() || staging.has_error()) return;  // told already
    std::map<std::string, std::string> deployed;
    for (const SettingsFile& file : deployment->files) {
      for (const TomlValue& value : file.values) deployed[value.key] = value.text;
    }
    for (const TomlValue& value : staging->values) {
      const auto spec = by_key_.find(value.key);
      if (spec == by_key_.end()) continue;
      const auto former = deployed.find(value.key);
      if (former != deployed.end() && former->second == value.text) {
        add(place_of(*staging, value), value.key + " says what deployment says: remove it");
      } else if (!value.key.starts_with("log.") && !is_host_or_credential(*spec->second)) {
        add(place_of(*staging, value),
            value.key +
                " makes staging differ from deployment in more than credentials, hosts and "
                "verbosity: move it to deployment.toml, or remove it");
      }
    }
  }

  void look_at_dot_env() {
    const std::string& path = sources_->dot_env;
    if (path.empty()) return;
    const auto text = read_small_file(path);
    if (text.has_error()) return add(path, text.error());
    if (!*text) return;
    Settings scratch;
    Layers layers{specs_, scratch};
    auto done = layers.add_dot_env(path);
    if (done.has_value()) done = layers.add_variables();
    if (done.has_error()) add(path, done.error());
    if (!(*is_tracked_)(path)) return;
    for (const Settings::Explained& one : scratch.explain()) {
      const Spec& spec = *by_key_.at(one.key);
      if (one.is_default || one.is_reference || !spec.secret) continue;
      add(path, "git keeps it, and it sets the secret " + one.key + ": git rm --cached " + path +
                    ", and change the secret");
    }
  }

  std::span<const Spec> specs_;
  const Sources* sources_;
  const std::function<bool(const std::string&)>* is_tracked_;
  std::map<std::string, const Spec*, std::less<>> by_key_;
  std::set<std::string> seen_;    // files
  std::set<std::string> broken_;  // messages: a file may be a part of several environments
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lint(std::span<const Spec> specs, const Sources& sources,
                          const std::function<bool(const std::string& path)>& is_tracked) {
  return Linter{specs, sources, is_tracked}.run();
}

}  // namespace mainstay::settings
