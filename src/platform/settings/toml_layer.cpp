#include "platform/settings/toml_layer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "platform/settings/settings.hpp"

namespace mainstay::settings {
namespace {

constexpr int depth_max = 8;
/// Each level of a long `[a.b.c ...]` is a frame of the parser's recursion: some 30,000 of them end
/// the process.
constexpr std::ptrdiff_t dots_max = 4'000;

Error bad(const std::string& path, const toml::source_position& at, std::string_view reason) {
  std::string detail = path + ":" + std::to_string(at.line) + ": ";
  return Error{Errc::bad_file, detail.append(reason)};
}

/// Nothing when the node is not a text, integer or boolean.
std::optional<TomlValue> scalar(const toml::node& node) {
  TomlValue out;
  if (const auto* text = node.as_string()) {
    out.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.text = std::to_string(integer->get());
    out.written = Written::integer;
  } else if (const auto* boolean = node.as_boolean()) {
    out.text = boolean->get() ? "true" : "false";
    out.written = Written::boolean;
  } else {
    return std::nullopt;
  }
  return out;
}

std::optional<TomlValue> list(const toml::array& array) {
  TomlValue out;
  out.written = Written::list;
  for (const toml::node& node : array) {
    const auto element = scalar(node);
    if (!element || element->text.empty() || element->text.find(',') != std::string::npos) {
      return std::nullopt;
    }
    out.text.append(out.text.empty() ? "" : ",").append(element->text);
  }
  return out;
}

std::string joined(const std::string& prefix, std::string_view part) {
  std::string out = prefix.empty() ? "" : prefix + ".";
  const bool quoted = part.empty() || part.find('.') != part.npos;
  return out.append(quoted ? "\"" : "").append(part).append(quoted ? "\"" : "");
}

Result<> flatten(const toml::table& table, const std::string& prefix, int depth,
                 const std::string& path, std::vector<TomlValue>& out) {
  if (depth > depth_max) return bad(path, table.source().begin, "tables nested too deeply");
  for (const auto& [name, node] : table) {
    const std::string key = joined(prefix, name.str());
    if (const toml::table* inner = node.as_table()) {
      MS_TRY_VOID(flatten(*inner, key, depth + 1, path, out));
      continue;
    }
    const toml::array* array = node.as_array();
    auto value = array != nullptr ? list(*array) : scalar(node);
    if (!value) {
      return bad(path, node.source().begin,
                 key + ": no fractions, dates, lists in lists, empty elements or commas in them");
    }
    value->key = key;
    value->line = static_cast<std::uint32_t>(node.source().begin.line);
    out.push_back(std::move(*value));
  }
  return {};
}

}  // namespace

Result<std::vector<TomlValue>> parse_toml_layer(std::string_view document,
                                                const std::string& path) {
  if (std::count(document.begin(), document.end(), '.') > dots_max) {
    return Error{Errc::bad_file, path + ": more than " + std::to_string(dots_max) + " dots"};
  }
  const toml::parse_result parsed = toml::parse(document);
  if (!parsed) {
    return bad(path, parsed.error().source().begin, parsed.error().description());
  }
  std::vector<TomlValue> out;
  MS_TRY_VOID(flatten(parsed.table(), "", 0, path, out));
  std::stable_sort(out.begin(), out.end(),
                   [](const TomlValue& a, const TomlValue& b) { return a.line < b.line; });
  return out;
}

}  // namespace mainstay::settings
