#include "platform/settings/layers.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/settings/dotenv.hpp"
#include "platform/settings/nearest.hpp"
#include "platform/settings/references.hpp"
#include "platform/settings/small_file.hpp"
#include "platform/settings/value.hpp"

namespace mainstay::settings {
namespace {

constexpr std::string_view variable_prefix = "MAINSTAY__";

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

Error unknown(const std::string& source, const std::string& name,
              std::span<const std::string> known) {
  std::string detail = source + ": " + name;
  const std::string near = nearest(name, known);
  if (!near.empty()) detail.append(", did you mean ").append(near).append("?");
  return Error{Errc::unknown_key, std::move(detail)};
}

}  // namespace

Error bad_value(const Spec& spec, std::string_view source, std::string_view value) {
  std::string detail{source};
  detail.append(": ").append(spec.key).append(" = \"");
  detail.append(spec.secret ? masked(value) : std::string{value});
  return Error{Errc::bad_value, detail.append("\": must be ").append(allowed_values(spec))};
}

Layers::Layers(std::span<const Spec> specs, Settings& out) : out_(&out) {
  for (const Spec& spec : specs) {
    const std::string fallback{spec.fallback};
    MS_CHECK(is_allowed(spec, fallback));
    const Settings::Entry entry{spec, fallback, {{fallback, "default"}}};
    MS_CHECK(out_->entries_.emplace(spec.key, entry).second);  // declared once
    keys_.emplace_back(spec.key);
    variables_.push_back(variable_of(spec.key));
  }
}

Result<> Layers::add_file(const SettingsFile& file) {
  for (const TomlValue& value : file.values) {
    const std::string source = file.path + ":" + std::to_string(value.line);
    Settings::Entry* entry = find(value.key);
    if (entry == nullptr) return unknown(source, value.key, keys_);
    const Spec& spec = entry->spec;
    const bool refers = value.written == Written::text && is_reference(value.text);
    if (!refers && !is_written_well(spec.kind, value.written)) {
      Error error = bad_value(spec, source, value.text);
      return Error{Errc::bad_value, error.detail() + std::string{hint(spec.kind, value.written)}};
    }
    MS_TRY_VOID(assign(*entry, {value.text, source}));
  }
  return {};
}

Result<> Layers::add_dot_env(const std::string& path) {
  if (path.empty()) return {};
  MS_TRY(const auto text, read_small_file(path));
  if (!text) return {};
  MS_TRY(const auto values, parse_dotenv(*text, path));
  for (const NamedValue& one : values) {
    const std::string place = path + ":" + std::to_string(one.line);
    if (one.name == "MAINSTAY_ENV") {
      return Error{Errc::bad_file, place +
                                       ": MAINSTAY_ENV is chosen before this file is read: set "
                                       "it in the environment, or in settings/environment"};
    }
    if (out_->variables_.emplace(one.name, one.value).second) origins_[one.name] = place;
  }
  return {};
}

Result<> Layers::add_variables() {
  const auto& variables = out_->variables_;
  for (auto& [key, entry] : out_->entries_) {
    for (const std::string_view name : entry.spec.variables) {
      const auto at = variables.find(std::string{name});
      if (at == variables.end() || at->second.empty()) continue;
      MS_TRY_VOID(assign(entry, {at->second, source_of(at->first)}));
      break;
    }
  }
  for (auto at = variables.lower_bound(std::string{variable_prefix});
       at != variables.end() && at->first.starts_with(variable_prefix); ++at) {
    const auto known = std::find(variables_.begin(), variables_.end(), at->first);
    if (known == variables_.end()) {
      const auto origin = origins_.find(at->first);
      return unknown(origin != origins_.end() ? origin->second : "environment", at->first,
                     variables_);
    }
    const auto& key = keys_[static_cast<std::size_t>(known - variables_.begin())];
    MS_TRY_VOID(assign(*find(key), {at->second, source_of(at->first)}));
  }
  return {};
}

Result<> Layers::add_flags(const std::map<std::string, std::string>& flags) {
  for (const auto& [key, value] : flags) {
    Settings::Entry* entry = find(key);
    if (entry == nullptr) return unknown("flag", key, keys_);
    MS_TRY_VOID(assign(*entry, {value, "flag"}));
  }
  return {};
}

Settings::Entry* Layers::find(std::string_view key) {
  const auto at = out_->entries_.find(key);
  return at != out_->entries_.end() ? &at->second : nullptr;
}

std::string Layers::source_of(const std::string& variable) const {
  const auto at = origins_.find(variable);
  return (at != origins_.end() ? at->second + ", " : "") + "variable " + variable;
}

Result<> Layers::assign(Settings::Entry& entry, Settings::Assigned assigned) {
  if (is_reference(assigned.value)) {
    entry.value = entry.spec.fallback;
  } else if (is_allowed(entry.spec, assigned.value)) {
    entry.value = assigned.value;
  } else {
    return bad_value(entry.spec, assigned.source, assigned.value);
  }
  entry.assigned.push_back(std::move(assigned));
  return {};
}

}  // namespace mainstay::settings
