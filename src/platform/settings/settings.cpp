#include "platform/settings/settings.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/settings/nearest.hpp"
#include "platform/settings/small_file.hpp"
#include "platform/settings/toml_layer.hpp"
#include "platform/settings/value.hpp"

namespace mainstay::settings {
namespace {

constexpr std::string_view variable_prefix = "MAINSTAY__";

struct Assigned {
  std::string value;
  std::string source;
};

/// "http.port" -> "MAINSTAY__HTTP__PORT".
std::string variable_of(std::string_view key) {
  std::string out{variable_prefix};
  for (const char c : key) {
    if (c == '.') {
      out += "__";
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

bool is_reference(const Spec& spec, std::string_view value) {
  return spec.secret && (value.starts_with("env:") || value.starts_with("file:"));
}

Error bad_value(const Spec& spec, const Assigned& assigned) {
  std::string detail = assigned.source + ": " + std::string{spec.key} + " = \"";
  detail.append(spec.secret ? masked(assigned.value) : assigned.value);
  return Error{Errc::bad_value, detail.append("\": must be ").append(allowed_values(spec))};
}

Error unavailable(const Assigned& assigned, std::string_view reason) {
  std::string detail = assigned.source + ": ";
  return Error{Errc::secret_unavailable, detail.append(assigned.value).append(" ").append(reason)};
}

/// Numbers and booleans must be written as such: TOML tells `port = "80"` from `port = 80`, and so
/// do we.
bool is_written_well(Kind kind, Written written) {
  switch (kind) {
    case Kind::boolean:
      return written == Written::boolean;
    case Kind::integer:
      return written == Written::integer;
    case Kind::bytes:
      return written == Written::integer || written == Written::text;
    case Kind::list:
      return written == Written::list || written == Written::text;
    default:
      return written == Written::text;
  }
}

std::string_view hint(Kind kind, Written written) {
  if (written == Written::list) return ", not a list";
  return kind == Kind::boolean || kind == Kind::integer ? ", without quotes" : ", in quotes";
}

/// Puts the layers on one another.
class Layers {
 public:
  explicit Layers(std::span<const Spec> specs) {
    for (const Spec& spec : specs) {
      const Assigned fallback{std::string{spec.fallback}, "default"};
      MS_CHECK(is_allowed(spec, fallback.value));
      MS_CHECK(specs_.emplace(spec.key, &spec).second);  // declared once
      assigned_[std::string{spec.key}] = fallback;
      keys_.emplace_back(spec.key);
      variables_.push_back(variable_of(spec.key));
    }
  }

  Result<> add_file(const std::string& path) {
    MS_TRY(const auto document, read_small_file(path));
    if (!document) return {};
    MS_TRY(const auto values, parse_toml_layer(*document, path));
    for (const TomlValue& value : values) {
      const std::string source = path + ":" + std::to_string(value.line);
      const Spec* spec = find(value.key);
      if (spec == nullptr) return unknown(source, value.key, keys_);
      Assigned assigned{value.text, source};
      if (!is_written_well(spec->kind, value.written)) {
        Error error = bad_value(*spec, assigned);
        return Error{Errc::bad_value,
                     error.detail() + std::string{hint(spec->kind, value.written)}};
      }
      MS_TRY_VOID(assign(*spec, std::move(assigned)));
    }
    return {};
  }

  Result<> add_variables(const std::map<std::string, std::string>& variables) {
    for (const auto& [key, spec] : specs_) {
      for (const std::string_view name : spec->variables) {
        const auto at = variables.find(std::string{name});
        if (at == variables.end() || at->second.empty()) continue;
        MS_TRY_VOID(assign(*spec, {at->second, "variable " + at->first}));
        break;
      }
    }
    for (auto at = variables.lower_bound(std::string{variable_prefix});
         at != variables.end() && at->first.starts_with(variable_prefix); ++at) {
      const auto known = std::find(variables_.begin(), variables_.end(), at->first);
      if (known == variables_.end()) return unknown("environment", at->first, variables_);
      const auto& key = keys_[static_cast<std::size_t>(known - variables_.begin())];
      MS_TRY_VOID(assign(*find(key), {at->second, "variable " + at->first}));
    }
    return {};
  }

  Result<> add_flags(const std::map<std::string, std::string>& flags) {
    for (const auto& [key, value] : flags) {
      const Spec* spec = find(key);
      if (spec == nullptr) return unknown("flag", key, keys_);
      MS_TRY_VOID(assign(*spec, {value, "flag"}));
    }
    return {};
  }

  /// Reads what the references refer to. Only those that won: an overridden one may be out of reach
  /// here.
  Result<> resolve(const std::map<std::string, std::string>& variables) {
    for (auto& [key, assigned] : assigned_) {
      const Spec& spec = *find(key);
      if (!is_reference(spec, assigned.value)) continue;
      MS_TRY(auto secret, read_secret(assigned, variables));
      assigned = {std::move(secret), assigned.source + ", " + assigned.value};
      if (!is_allowed(spec, assigned.value)) return bad_value(spec, assigned);
    }
    return {};
  }

  [[nodiscard]] const Assigned& at(const Spec& spec) const {
    return assigned_.find(spec.key)->second;
  }

 private:
  [[nodiscard]] const Spec* find(std::string_view key) const {
    const auto at = specs_.find(key);
    return at != specs_.end() ? at->second : nullptr;
  }

  Result<> assign(const Spec& spec, Assigned assigned) {
    if (!is_reference(spec, assigned.value) && !is_allowed(spec, assigned.value)) {
      return bad_value(spec, assigned);
    }
    assigned_[std::string{spec.key}] = std::move(assigned);
    return {};
  }

  static Error unknown(const std::string& source, const std::string& name,
                       std::span<const std::string> known) {
    std::string detail = source + ": " + name;
    const std::string near = nearest(name, known);
    if (!near.empty()) detail.append(", did you mean ").append(near).append("?");
    return Error{Errc::unknown_key, std::move(detail)};
  }

  static Result<std::string> read_secret(const Assigned& reference,
                                         const std::map<std::string, std::string>& variables) {
    const std::string name = reference.value.substr(reference.value.find(':') + 1);
    if (reference.value.starts_with("env:")) {
      const auto at = variables.find(name);
      if (at == variables.end()) return unavailable(reference, "is not set");
      if (at->second.empty()) return unavailable(reference, "is empty");
      return at->second;
    }
    auto text = read_small_file(name);
    if (text.has_error()) return unavailable(reference, "cannot be read: " + text.error().detail());
    if (!text->has_value()) return unavailable(reference, "does not exist");
    std::string secret = **std::move(text);
    for (const std::string_view end : {"\r\n", "\n"}) {
      if (!secret.ends_with(end)) continue;
      secret.resize(secret.size() - end.size());
      break;
    }
    if (secret.empty()) return unavailable(reference, "is empty");
    return secret;
  }

  std::map<std::string_view, const Spec*> specs_;
  std::map<std::string, Assigned, std::less<>> assigned_;
  std::vector<std::string> keys_;
  std::vector<std::string> variables_;  // of keys_, in the same order
};

Result<Assigned> asked_environment(const Sources& sources) {
  if (sources.environment) return Assigned{*sources.environment, "--env"};
  const auto at = sources.variables.find("MAINSTAY_ENV");
  if (at != sources.variables.end() && !at->second.empty()) {
    return Assigned{at->second, "variable MAINSTAY_ENV"};
  }
  const std::string path = sources.folder + "/environment";
  MS_TRY(const auto text, read_small_file(path));
  if (text) return Assigned{std::string{trimmed(*text)}, path};
  return Assigned{"development", "default"};
}

Result<std::string> choose_environment(const Sources& sources) {
  MS_TRY(auto asked, asked_environment(sources));
  for (const std::string_view known : {"development", "deployment", "staging", "test"}) {
    if (asked.value == known) return std::move(asked.value);
  }
  const bool meant = asked.value == "production" || asked.value == "prod";
  return Error{
      Errc::unknown_environment,
      asked.source + ": \"" + asked.value + "\"" +
          (meant ? ": say deployment" : ": must be development, deployment, staging or test")};
}

/// The files of an environment, weakest first.
std::vector<std::string> layers_of(const std::string& environment) {
  if (environment == "staging") return {"base", "deployment", "staging"};
  if (environment == "development") return {"base", "development", "local"};
  return {"base", environment};
}

}  // namespace

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
  MS_TRY(out.environment_, choose_environment(sources));
  Layers layers{specs};
  for (const std::string& name : layers_of(out.environment_)) {
    MS_TRY_VOID(layers.add_file(sources.folder + "/" + name + ".toml"));
  }
  MS_TRY_VOID(layers.add_variables(sources.variables));
  MS_TRY_VOID(layers.add_flags(sources.flags));
  MS_TRY_VOID(layers.resolve(sources.variables));
  for (const Spec& spec : specs) {
    const Assigned& assigned = layers.at(spec);
    out.entries_.emplace(spec.key, Entry{spec, assigned.value, assigned.source});
  }
  return out;
}

const std::string& Settings::value_of(std::string_view key, Kind kind) const {
  const auto at = entries_.find(key);
  MS_CHECK(at != entries_.end() && at->second.spec.kind == kind);
  return at->second.value;
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
    const bool hidden = entry.spec.secret && !entry.value.empty();
    out.push_back({key, hidden ? masked(entry.value) : entry.value, entry.source,
                   std::string{entry.spec.help}, entry.source == "default"});
  }
  return out;
}

}  // namespace mainstay::settings
