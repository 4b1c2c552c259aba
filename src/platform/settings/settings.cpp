#include "platform/settings/settings.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/settings/environments.hpp"
#include "platform/settings/layers.hpp"
#include "platform/settings/references.hpp"
#include "platform/settings/value.hpp"

namespace mainstay::settings {

bool is_reference(std::string_view value) {
  for (const std::string_view scheme : {"env:", "file:", "age:", "berglas://", "sm://"}) {
    if (value.starts_with(scheme)) return true;
  }
  return false;
}

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"setting_unknown", "there is no such setting"},
      {"setting_bad_value", "a setting has a value that is not allowed"},
      {"settings_bad_file", "a settings file cannot be used"},
      {"settings_unknown_environment", "there is no such environment"},
      {"settings_secret_unavailable", "a secret cannot be read"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<Settings> Settings::load(std::span<const Spec> specs, const Sources& sources) {
  Settings out;
  MS_TRY(const auto environment, read_environment(sources));
  out.environment_ = environment.name;
  out.root_environment_ = environment.root;
  out.variables_ = sources.variables;
  Layers layers{specs, out};
  for (const SettingsFile& file : environment.files) MS_TRY_VOID(layers.add_file(file));
  if (environment.root == "development") MS_TRY_VOID(layers.add_dot_env(sources.dot_env));
  MS_TRY_VOID(layers.add_variables());
  MS_TRY_VOID(layers.add_flags(sources.flags));
  return out;
}

Result<> Settings::resolve(References& references, Which which) {
  std::map<std::string, std::string> read;
  for (auto& [key, entry] : entries_) {
    const auto& [written, source] = entry.assigned.back();
    if (!is_reference(written) || (which == Which::plain && entry.spec.secret)) continue;
    const std::string place = source + ": " + key + " = " + written;
    auto known = read.find(written);
    if (known == read.end()) {
      auto value = references.read(written);
      if (value.has_error()) {
        return Error{Errc::secret_unavailable, place + ": " + value.error().detail()};
      }
      if (value->empty()) return Error{Errc::secret_unavailable, place + ": is empty"};
      known = read.emplace(written, *std::move(value)).first;
    }
    if (!is_allowed(entry.spec, known->second)) {
      // Whatever the setting is, what a reference leads to is not told.
      Spec hidden = entry.spec;
      hidden.secret = true;
      return bad_value(hidden, source + ", " + written, known->second);
    }
    entry.value = known->second;
  }
  return {};
}

const std::string& Settings::value_of(std::string_view key, Kind kind) const {
  const auto at = entries_.find(key);
  MS_CHECK(at != entries_.end() && at->second.spec.kind == kind);
  return at->second.value;
}

bool Settings::is_default(std::string_view key) const {
  const auto at = entries_.find(key);
  MS_CHECK(at != entries_.end());
  return at->second.assigned.size() == 1;
}

std::vector<std::string> Settings::secret_variables() const {
  std::vector<std::string> out;
  for (const auto& [key, entry] : entries_) {
    if (!entry.spec.secret) continue;
    out.insert(out.end(), entry.spec.variables.begin(), entry.spec.variables.end());
  }
  return out;
}

const std::string& Settings::text(std::string_view key) const { return value_of(key, Kind::text); }

bool Settings::boolean(std::string_view key) const {
  return *parse_boolean(value_of(key, Kind::boolean));
}

std::int64_t Settings::integer(std::string_view key) const {
  return *parse_i64(value_of(key, Kind::integer));
}

Millis Settings::duration(std::string_view key) const {
  return Millis{*parse_duration(value_of(key, Kind::duration))};
}

std::uint64_t Settings::bytes(std::string_view key) const {
  return static_cast<std::uint64_t>(*parse_bytes(value_of(key, Kind::bytes)));
}

std::vector<std::string> Settings::list(std::string_view key) const {
  return *parse_list(value_of(key, Kind::list));
}

std::vector<Settings::Explained> Settings::explain() const {
  std::vector<Explained> out;
  for (const auto& [key, entry] : entries_) {
    const auto shown = [&spec = entry.spec](const std::string& value) {
      return spec.secret && !value.empty() && !settings::is_reference(value) ? masked(value)
                                                                             : value;
    };
    const Assigned& winner = entry.assigned.back();
    Explained one{key, shown(winner.value), winner.source, std::string{entry.spec.help}};
    one.is_default = entry.assigned.size() == 1;
    one.is_reference = settings::is_reference(winner.value);
    for (const Assigned& layer : entry.assigned) {
      one.layers.push_back({shown(layer.value), layer.source});
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace mainstay::settings
